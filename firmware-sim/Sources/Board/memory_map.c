// The board's memory as the linker script divides it, and the stack's measure.
#if !defined(__wasm__)

#include "Board.h"

extern const uint8_t board_partition_start[], board_partition_end[];
extern uint8_t board_arena_start[], board_arena_end[], board_stack_bottom[], board_stack_top[];

enum { paint = 0x5CA1AB1E, guard = 256 /* an MPU region on some boards */ };

static volatile uint32_t *lowest(void) { return (uint32_t *)(board_stack_bottom + guard); }

const uint8_t *board_partition(void) { return board_partition_start; }
uint32_t board_partition_size(void) { return (uint32_t)(board_partition_end - board_partition_start); }
bool board_partition_is_writable(void) { return false; }
uint8_t *board_arena(void) { return board_arena_start; }
uint32_t board_arena_size(void) { return (uint32_t)(board_arena_end - board_arena_start); }
uint32_t board_stack_size(void) { return (uint32_t)(board_stack_top - board_stack_bottom) - guard; }


// Both loops go through volatile words: the compiler may neither call memset here nor reason about the stack.
void board_stack_paint(uintptr_t below) {
  const uintptr_t here = board_stack_pointer();
  for (volatile uint32_t *word = lowest(); (uintptr_t)word < below && (uintptr_t)word < here;)
    *word++ = paint;
}

uint32_t board_stack_used(uintptr_t top) {
  const volatile uint32_t *word = lowest();
  while ((uintptr_t)word < top && *word == paint) word++;
  return (uint32_t)(top - (uintptr_t)word);
}

#endif
