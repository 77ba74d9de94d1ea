#if !defined(__wasm__)

#include "Board.h"

static __attribute__((noinline)) uint32_t overflow(volatile uint32_t depth) {
  volatile uint32_t frame[16] = {depth};
  return overflow(frame[0] + 1) + frame[15];
}

void board_provoke(uint32_t fault) {
  switch (fault) {
    case 0: *(volatile uint32_t *)0xE8000000; break;
    case 1: __builtin_trap();
    case 2: overflow(0); break;
    case 3: for (;;) __asm__ volatile("");
  }
}

#endif
