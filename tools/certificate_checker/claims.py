"""What every certificate claims besides its constants."""

import hashlib
import random
import re
from fractions import Fraction

from . import exhaustive
from .exact import Interval, exp, softmax, tanh_of_quarter
from .program import Refused, need

HEAD_ERROR = Fraction(1, 1 << 24)
TOLERANCE = Fraction(1, 10**9)


class Claims:
    """Compares a document's numbers with derived ones; remembers what does not hold."""

    def __init__(self, document):
        self.document = document
        self.problems, self.checked, self.note = [], 0, ""

    def headline(self):
        cap = self.document.get("confidenceCap")
        return self.note + (f"gap {self.document['gap']}" if cap is None else f"confidence at most {cap}")

    def _refuse(self, what, stated, derived):
        self.problems.append(f"{what} is {float(derived)!r}, the certificate says {stated!r}")

    def upper(self, what, stated, derived, tolerance=TOLERANCE):
        """An upper bound: not below the derived one, and no larger than rounding explains."""
        self.checked += 1
        x = Fraction(stated)
        if x < derived or x - derived > tolerance * abs(derived) + Fraction(1, 10**18):
            self._refuse(what, stated, derived)

    def lower(self, what, stated, derived):
        self.checked += 1
        x = Fraction(stated)
        if x > derived or derived - x > TOLERANCE * abs(derived) + Fraction(1, 10**18):
            self._refuse(what, stated, derived)

    def proved(self, what, stated, derived):
        """An upper bound: not below the derived one. A larger one is a weaker claim, and as true."""
        self.checked += 1
        if Fraction(stated) < derived:
            self.problems.append(f"{what}: {float(stated)!r} cannot be proved, {float(derived)!r} can")

    def near(self, what, stated, derived, tolerance):
        self.checked += 1
        if abs(Fraction(stated) - derived) > tolerance:
            self._refuse(what, stated, derived)

    def equal(self, what, stated, derived):
        self.checked += 1
        if Fraction(stated) != Fraction(derived):
            self._refuse(what, stated, derived)


def check_models(document, float_bytes, program):
    """The checksums. Certificates about boxes may compare with another network than the program's twin."""
    models = document["models"]
    digest = hashlib.sha256(float_bytes).hexdigest()
    need(models["float"] == digest, f"the certificate is about the float model {models['float']}, this is {digest}")
    digest = hashlib.sha256(program.digest_bytes()).hexdigest()
    need(models["int8"] == digest, f"the certificate is about the int8 program {models['int8']}, this is {digest}")
    stated = program.metadata.get(4)
    is_free = document["kind"] == "boxes"
    is_same = stated in (None, hashlib.sha256(float_bytes).digest())
    need(is_free or is_same, "the program was made from another float model")


def check_bounds(claims, program, kind, detached):
    """From the gap to probabilities, thresholds, and the factor that the program's file carries."""
    document = claims.document
    gap = Fraction(document["gap"])
    need(gap > 0, "the gap is not positive")
    if kind in ("whole-domain", "caps"):
        moved = tanh_of_quarter(gap).high
        claims.upper("the probability bound", document["probabilityBound"], min(Fraction(1), moved + HEAD_ERROR))
    growth = exp(gap)
    for row in document["thresholds"]:
        device = Fraction(row["int8"]) - HEAD_ERROR
        float_bound = device / (device + (1 - device) * growth.low)
        float_bound = max(float_bound, Fraction(row["int8"]) - Fraction(document["probabilityBound"]))
        claims.lower(f"the float confidence for {row['int8']} on the device", row["float"], float_bound)
    if program.gap and not detached and kind in ("whole-domain", "exhaustive"):
        attached = Fraction(program.gap, 1 << 24)
        need(attached >= growth.low, "the factor in the program's file is smaller than e^gap: its bracket needs another"
             " certificate (--detached checks this one alone)")


def check_attacks(claims, pair):
    """Every attack's inputs, run again: they do what they say, and nothing above the bounds."""
    document = claims.document
    gap, probability = Fraction(document["gap"]), Fraction(document["probabilityBound"])
    best = Fraction(0)
    for attack in document["attacks"]:
        name = attack["attack"]
        found, moved = exhaustive.gap(pair, attack["gapInput"]), exhaustive.change(pair, attack["probabilityInput"])
        claims.near(f"the gap that {name} found", attack["gap"], found.high, TOLERANCE)
        claims.near(f"the change that {name} found", attack["probabilityChange"], moved.high, TOLERANCE)
        need(found.low <= gap, f"the attack {name} refutes the gap")
        need(moved.low <= probability, f"the attack {name} refutes the probability bound")
        best = max(best, Fraction(attack["gap"]))
    stated = document.get("tightness")
    if best > 0:
        need(stated is not None, "the tightness is missing")
        claims.near("the tightness", stated, gap / best, TOLERANCE)
    elif stated is not None:
        raise Refused("a tightness without an attack")


def check_samples(claims, pair, count):
    """Random inputs and the attacks', with the device's own softmax: within the bounds, and the head within its own."""
    generator = random.Random(1)
    n = pair.program.inputs
    samples = [a[key] for a in claims.document["attacks"] for key in ("gapInput", "probabilityInput")]
    samples += [[generator.randrange(256) for _ in range(n)] for _ in range(count)]
    gap, probability = Fraction(claims.document["gap"]), Fraction(claims.document["probabilityBound"])
    for u in samples:
        need(len(u) == n and all(isinstance(x, int) and 0 <= x <= 255 for x in u), "an input is not bytes")
        delta, exact, twin = exhaustive.differences(pair, u)
        device = [Fraction(p, 1 << 31) for p in pair.program.head(u)]
        size = max((a - b).low for a in delta for b in delta)
        need(size <= gap, f"an input moves a logit difference by {float(size)}")
        for p, q, z in zip(device, exact, twin):
            need((q - p).magnitude() <= HEAD_ERROR, "the device's softmax is further off than 2^-24")
            need((z - p).low <= probability and (Interval(p) - z).low <= probability, "an input refutes the bound")
    claims.checked += len(samples)


SEAL = re.compile(r'"seal"\s*:\s*"([^"]*)"')


def sealed(text):
    """The text with the SHA-256 that belongs into its seal: of the text with the seal's 64 digits zero."""
    seals = list(SEAL.finditer(text))
    need(len(seals) == 1 and len(seals[0][1]) == 64, "there is not one seal")
    start, end = seals[0].span(1)
    digest = hashlib.sha256((text[:start] + "0" * 64 + text[end:]).rstrip().encode()).hexdigest()
    return text[:start] + digest + text[end:]


def check_seal(text):
    """One changed character anywhere is found."""
    need(sealed(text) == text, "the certificate's text was changed after it was written: its seal does not fit")
