// What one firmware needs of every board: a byte stream to the host, a counter, its memory, its stack, a way out.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// The memory that the linker script gives to the program: where the model lies and where it computes.
/// On a microcontroller the partition is flash; on wasm it is memory that the host fills through the stream.
const uint8_t *board_partition(void);
uint32_t board_partition_size(void);
uint8_t *board_arena(void);
uint32_t board_arena_size(void);

/// Whether the partition must be filled through the stream, because no loader can reach it.
bool board_partition_is_writable(void);

/// Reads up to `count` bytes from the host, blocking; fewer only where the stream ends.
uint32_t board_read(void *to, uint32_t count);

/// Writes `count` bytes to the host. A host that went away ends the program.
void board_write(const void *from, uint32_t count);

/// Stops the simulator; 0 reports success to the host.
_Noreturn void board_exit(int32_t status);

/// Prints a line on the console, apart from the stream.
void board_print(const char *line);

/// Starts a measurement; the next `board_counter_read` gives the counter's ticks since.
/// The host knows how many ticks an instruction is (Armv*-M: SysTick in QEMU's virtual time; RISC-V: minstret).
void board_counter_start(void);
uint32_t board_counter_read(void);

/// Runs a loop of exactly `2 * count + 1` instructions (`count` > 0), to calibrate the counter.
void board_loop(uint32_t count);

/// Writes a pattern over all of the stack below the caller's frame.
void board_stack_paint(uintptr_t below);

/// The bytes of stack below `top` that were written since the last painting.
uint32_t board_stack_used(uintptr_t top);

/// The size of the whole stack.
uint32_t board_stack_size(void);

/// The caller's stack pointer.
static inline __attribute__((always_inline)) uintptr_t board_stack_pointer(void) {
  uintptr_t pointer = 0;
#if defined(__arm__)
  __asm__ volatile("mov %0, sp" : "=r"(pointer));
#elif defined(__riscv)
  __asm__ volatile("mv %0, sp" : "=r"(pointer));
#endif
  return pointer;
}

/// Provokes a fault, so that the way out of one can be tested.
/// 0: reads an address where nothing is. 1: an undefined instruction. 2: overflows the stack. 3: never returns.
void board_provoke(uint32_t fault);
