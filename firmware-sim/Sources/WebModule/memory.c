// The two functions that the library calls, as instructions that every browser has had since 2021.
#if defined(__wasm__)

#include <stddef.h>

__attribute__((target("bulk-memory"))) void *memset(void *to, int value, size_t count) {
  return __builtin_memset(to, value, count);
}

__attribute__((target("bulk-memory"))) void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  return __builtin_memcpy(to, from, count);
}

#endif
