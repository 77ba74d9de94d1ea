#if !defined(__wasm__)

#include "fault.h"

#include "Board.h"

static char *append(char *to, const char *end, const char *text) {
  while (*text != 0 && to < end) *to++ = *text++;
  return to;
}

static char *append_address(char *to, const char *end, uintptr_t value) {
  to = append(to, end, "0x");
  for (int shift = 28; shift >= 0 && to < end; shift -= 4) *to++ = "0123456789abcdef"[(value >> shift) & 15];
  return to;
}

_Noreturn void report_fault(const char *name, uintptr_t pc, const char *reason, const uintptr_t *address) {
  char line[128];
  const char *end = line + sizeof line - 2;
  char *to = append(line, end, "scruple-firmware: ");
  to = append(to, end, name);
  to = append(to, end, " at ");
  to = append_address(to, end, pc);
  to = append(to, end, ", ");
  to = append(to, end, reason);
  if (address) to = append_address(append(to, end, " "), end, *address);
  *to++ = '\n';
  *to = 0;
  board_print(line);
  board_exit(fault_status);
}

#endif
