// Armv*-M: vectors, reset, faults, and SysTick as the counter of QEMU's virtual time.
#if defined(__arm__)

#include <stdint.h>

#include "Board.h"
#include "fault.h"
#include "semihosting.h"

extern uint32_t board_handler_stack_top[], board_stack_bottom[], board_data_load[];
extern uint32_t board_data_start[], board_data_end[], board_bss_start[], board_bss_end[];

void firmware_main(void);

enum { counter_bits = 24, counter_top = (1 << counter_bits) - 1 };

#define REGISTER(address) (*(volatile uint32_t *)(address))

__attribute__((used)) static void enter(void) {
  const uint32_t *from = board_data_load;
  for (uint32_t *to = board_data_start; to < board_data_end;) *to++ = *from++;
  for (uint32_t *to = board_bss_start; to < board_bss_end;) *to++ = 0;
#if __ARM_ARCH == 7
  // An MPU region of 256 bytes at the stack's bottom that nobody may touch: not every machine ends its RAM there.
  REGISTER(0xE000ED98) = 0;
  REGISTER(0xE000ED9C) = (uint32_t)board_stack_bottom;
  REGISTER(0xE000EDA0) = 7 << 1 | 1;
  MPU_CONTROL = 5;
#endif
  REGISTER(0xE000E014) = counter_top;
  REGISTER(0xE000E010) = 7;  // The counter: on, with the processor's clock and an exception at each wrap.
  firmware_main();
  board_exit(0);
}

// Vectors are off after a reset: coprocessors 10 and 11 in CPACR. Exceptions needn't save them, as no handler uses
// them: ASPEN and LSPEN in FPCCR.
#if defined(__ARM_FEATURE_MVE)
#define ENABLE_VECTORS           \
  "ldr r0, =0xE000ED88\n"        \
  "ldr r1, [r0]\n"               \
  "orr r1, #0xF00000\n"          \
  "str r1, [r0]\n"               \
  "ldr r0, =0xE000EF34\n"        \
  "ldr r1, [r0]\n"               \
  "bic r1, #0xC0000000\n"        \
  "str r1, [r0]\n"               \
  "dsb\n"
#else
#define ENABLE_VECTORS
#endif

// The program has its own stack, at the bottom of RAM. One that overflows faults instead of overwriting
// anything, and the fault's handler has a stack left to say so.
__attribute__((naked)) void reset(void) {
  __asm__ volatile(ENABLE_VECTORS
      "ldr r0, =board_stack_top\n"
      "msr psp, r0\n"
      "movs r0, #2\n"
      "msr control, r0\n"
      "isb\n"
      "bl enter\n"
      ".ltorg");
}

// MARK: Faults


/// The faulted program's registers, as the processor stacked them.
struct frame { uint32_t r0, r1, r2, r3, r12, lr, pc, psr; };

static const char *const names[] = {
    "", "", "NMI", "HardFault", "MemManage fault", "BusFault", "UsageFault", "SecureFault",
};

__attribute__((used)) static _Noreturn void fault_in(const struct frame *frame, uint32_t number) {
  const char *name = names[number & 7], *overflow = "stack overflow";
#if __ARM_ARCH >= 7
  const uint32_t status = REGISTER(0xE000ED28);  // CFSR: what kind; BFAR and MMFAR: which address.
  const uintptr_t guarded_address = REGISTER(0xE000ED34), bus_address = REGISTER(0xE000ED38);
  if (status & 0x1010) report_fault(overflow, (uintptr_t)frame, "while stacking registers", 0);
  if (status & 0x0002) report_fault(overflow, frame->pc, "no access to", &guarded_address);
  if (status & 0x8000) report_fault(name, frame->pc, "no memory at", &bus_address);
  if (status & 0x0400) report_fault(name, frame->pc, "imprecise bus error", 0);
  if (status & 0x0101) report_fault(name, frame->pc, "no code at this address", 0);
  if (status & 0x10000) report_fault(name, frame->pc, "undefined instruction (a trap of the program)", 0);
  if (status & 0x20000) report_fault(name, frame->pc, "jump out of Thumb state", 0);
  if (status & 0x1000000) report_fault(name, frame->pc, "unaligned access", 0);
#endif
  if (frame < (const struct frame *)board_stack_bottom)
    report_fault(overflow, (uintptr_t)frame, "while stacking registers", 0);
  report_fault(name, frame->pc, "lr", (const uintptr_t *)&frame->lr);
}

__attribute__((naked)) static void fault(void) {
  __asm__ volatile(
      "mov r0, lr\n"
      "lsls r0, r0, #29\n"  // EXC_RETURN bit 2: which stack holds the frame.
      "bmi 1f\n"
      "mrs r0, msp\n"
      "b 2f\n"
      "1: mrs r0, psp\n"
      "2: mrs r1, ipsr\n"
      "bl fault_in");
}

// MARK: Counter

static volatile uint32_t wraps;

static void systick(void) { wraps++; }

void board_counter_start(void) {
  wraps = 0;
  REGISTER(0xE000E018) = 0;  // Any write restarts the counter.
}

uint32_t board_counter_read(void) {
  uint32_t value, before;
  do {
    before = wraps;
    value = REGISTER(0xE000E018);
  } while (before != wraps);
  return (before << counter_bits) + (counter_top - value);
}

__attribute__((naked)) void board_loop(uint32_t count) {
  __asm__ volatile(
      ".balign 4\n"
      "1: subs r0, r0, #1\n"
      "bne 1b\n"
      "bx lr");
}

__attribute__((used, section(".vectors"))) static const void *const vectors[16] = {
    board_handler_stack_top, reset, fault, fault, fault, fault, fault, fault, 0, 0, 0, fault, fault, 0, fault, systick,
};

#endif
