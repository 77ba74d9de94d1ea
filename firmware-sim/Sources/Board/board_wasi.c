// The board that is a WebAssembly module under WASI: two streams, an exit, memory; nothing to count or paint.
#if defined(__wasm__)

#include <stddef.h>

#include "Board.h"

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

typedef struct { void *base; size_t count; } buffer;

WASI(fd_read) uint16_t wasi_fd_read(int32_t file, const buffer *buffers, int32_t count, uint32_t *done);
WASI(fd_write) uint16_t wasi_fd_write(int32_t file, const buffer *buffers, int32_t count, uint32_t *done);
WASI(proc_exit) _Noreturn void wasi_proc_exit(int32_t status);

void firmware_main(void);

__attribute__((export_name("_start"))) void reset(void) {
  firmware_main();
  board_exit(0);
}

static _Alignas(64) uint8_t partition[4 << 20], arena[1 << 20];

const uint8_t *board_partition(void) { return partition; }
uint32_t board_partition_size(void) { return sizeof partition; }
bool board_partition_is_writable(void) { return true; }
uint8_t *board_arena(void) { return arena; }
uint32_t board_arena_size(void) { return sizeof arena; }

uint32_t board_read(void *to, uint32_t count) {
  uint32_t done = 0;
  while (done < count) {
    const buffer rest = {(uint8_t *)to + done, count - done};
    uint32_t read = 0;
    if (wasi_fd_read(0, &rest, 1, &read) != 0 || read == 0) break;
    done += read;
  }
  return done;
}

void board_write(const void *from, uint32_t count) {
  uint32_t done = 0;
  while (done < count) {
    const buffer rest = {(uint8_t *)(uintptr_t)from + done, count - done};
    uint32_t written = 0;
    if (wasi_fd_write(1, &rest, 1, &written) != 0 || written == 0) board_exit(74);
    done += written;
  }
}

void board_print(const char *line) {
  uint32_t count = 0, written;
  while (line[count] != 0) count++;
  const buffer text = {(void *)(uintptr_t)line, count};
  wasi_fd_write(2, &text, 1, &written);
}

_Noreturn void board_exit(int32_t status) { wasi_proc_exit(status); }

void board_counter_start(void) {}
uint32_t board_counter_read(void) { return 0; }
void board_loop(uint32_t count) {
  while (count-- != 0) __asm__ volatile("");
}

void board_stack_paint(uintptr_t below) { (void)below; }
uint32_t board_stack_used(uintptr_t top) { (void)top; return 0; }
uint32_t board_stack_size(void) { return 0; }

void board_provoke(uint32_t fault) {
  if (fault == 3) for (;;) __asm__ volatile("");
  __builtin_trap();
}

#endif
