// RISC-V: what a trap says, and the instruction counter.
#if defined(__riscv)

#include "Board.h"
#include "fault.h"

extern uint8_t board_stack_bottom[];

__attribute__((used)) _Noreturn void trap_in(uintptr_t cause, uintptr_t pc, uintptr_t value, uintptr_t stack) {
  static const char *const reasons[] = {
      "misaligned jump to", "no code at", "undefined instruction (a trap of the program)", "breakpoint",
      "misaligned load from", "no memory to load from at", "misaligned store to", "no memory to store to at",
  };
  if (stack < (uintptr_t)board_stack_bottom) report_fault("stack overflow", pc, "writing to", &value);
  if (cause >= 8) report_fault("trap", pc, "cause", &cause);
  report_fault("trap", pc, reasons[cause], cause == 2 || cause == 3 ? 0 : &value);
}

static uint32_t started;

static inline uint32_t retired(void) {
  uint32_t count;
  __asm__ volatile("csrr %0, minstret" : "=r"(count)::"memory");
  return count;
}

void board_counter_start(void) { started = retired(); }
uint32_t board_counter_read(void) { return retired() - started; }

__attribute__((naked)) void board_loop(uint32_t count) {
  __asm__ volatile(
      ".balign 4\n"
      "1: addi a0, a0, -1\n"
      "bnez a0, 1b\n"
      "ret");
}

#endif
