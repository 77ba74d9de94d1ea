// The host's stream, console and exit on a simulated microcontroller: QEMU opens its own standard input and output
// as files, so that both are pipes to whoever started it. The console is its standard error.
#if !defined(__wasm__)

#include "Board.h"
#include "semihosting.h"

enum { mode_read_binary = 1, mode_write_binary = 5, no_file = -1 };

static int32_t input = no_file, output = no_file;

static int32_t open_file(const char *name, uint32_t length, uintptr_t mode) {
  const uintptr_t block[3] = {(uintptr_t)name, mode, length};
  return (int32_t)call_host(semihosting_open, block);
}

uint32_t board_read(void *to, uint32_t count) {
  if (input == no_file) input = open_file("/dev/stdin", 10, mode_read_binary);
  uint32_t done = 0;
  while (done < count) {
    const uintptr_t block[3] = {(uintptr_t)input, (uintptr_t)to + done, count - done};
    const uint32_t left = (uint32_t)call_host(semihosting_read, block);
    if (left >= count - done) break;  // The stream's end, or an error.
    done = count - left;
  }
  return done;
}

void board_write(const void *from, uint32_t count) {
  if (output == no_file) output = open_file("/dev/stdout", 11, mode_write_binary);
  const uintptr_t block[3] = {(uintptr_t)output, (uintptr_t)from, count};
  if (call_host(semihosting_write, block) != 0) board_exit(74);
}

void board_print(const char *line) { call_host(semihosting_write0, line); }

_Noreturn void board_exit(int32_t status) {
  enum { application_exit = 0x20026 };
  const uintptr_t block[2] = {application_exit, (uintptr_t)status};
  for (;;) call_host(semihosting_exit_extended, block);
}

#endif
