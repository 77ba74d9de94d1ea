"""An independent checker of Scruple's certificates.

Reads the two model files itself, computes in exact rational arithmetic, and shares no code with Scruple. Standard
library only. docs/certificates.md says what the claims mean, docs/format.md how a program is stored,
docs/numerics.md what the device computes.
"""
