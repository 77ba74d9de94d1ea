// Calls to the host that simulates this board (Arm's semihosting; RISC-V took it over).
#pragma once

#include <stdint.h>

enum {
  semihosting_open = 0x01,
  semihosting_write0 = 0x04,
  semihosting_write = 0x05,
  semihosting_read = 0x06,
  semihosting_exit_extended = 0x20,
};

#if defined(__arm__) && __ARM_ARCH == 7
/// The MPU, which guards the stack's bottom (see startup_arm.c): 5 is on with the default map as background, 0 is off.
#define MPU_CONTROL (*(volatile uint32_t *)0xE000ED94)
#endif

static inline uintptr_t call_host(uintptr_t operation, const void *argument) {
#if defined(__arm__)
  register uintptr_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
#if __ARM_ARCH == 7
  // For the host's reads QEMU asks the MPU about the page's first address, which may be in the guard.
  MPU_CONTROL = 0;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  MPU_CONTROL = 5;
#else
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
#endif
  return r0;
#elif defined(__riscv)
  register uintptr_t a0 __asm__("a0") = operation;
  register const void *a1 __asm__("a1") = argument;
  // The host knows the call by these three uncompressed instructions, which may not straddle a page.
  __asm__ volatile(
      ".balign 16\n .option push\n .option norvc\n"
      "slli x0, x0, 0x1f\n ebreak\n srai x0, x0, 7\n"
      ".option pop" : "+r"(a0) : "r"(a1) : "memory");
  return a0;
#endif
}
