// The functions that compilers may call without being asked to. They are built with -fno-builtin, or clang would
// turn each loop into a call to itself.
#include <stddef.h>
#include <stdint.h>

void *memset(void *destination, int value, size_t count) {
  uint8_t *to = destination;
  while (count--) *to++ = (uint8_t)value;
  return destination;
}

void *memcpy(void *restrict destination, const void *restrict source, size_t count) {
  uint8_t *to = destination;
  const uint8_t *from = source;
  while (count--) *to++ = *from++;
  return destination;
}

void *memmove(void *destination, const void *source, size_t count) {
  uint8_t *to = destination;
  const uint8_t *from = source;
  if (to < from) return memcpy(destination, source, count);
  while (count--) to[count] = from[count];
  return destination;
}

#if defined(__ARM_EABI__)
// Arm's run-time ABI has its own names, and its own order for memset.
#define AEABI(n)                                                                                \
  void __aeabi_memset##n(void *to, size_t count, int value) { memset(to, value, count); }       \
  void __aeabi_memclr##n(void *to, size_t count) { memset(to, 0, count); }                      \
  void __aeabi_memcpy##n(void *to, const void *from, size_t count) { memcpy(to, from, count); } \
  void __aeabi_memmove##n(void *to, const void *from, size_t count) { memmove(to, from, count); }
AEABI()
AEABI(4)
AEABI(8)
#endif

#if defined(__riscv) && !defined(__riscv_mul)
// Multiplication where there is no instruction for it, in a time that doesn't depend on the factors.
static inline uint32_t all_ones_if_odd(uint32_t value) {
  uint32_t mask = -(value & 1);
  __asm__("" : "+r"(mask));  // Or the compiler would branch on it.
  return mask;
}

uint32_t __mulsi3(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (int bit = 0; bit < 32; bit++) {
    product += a & all_ones_if_odd(b);
    a <<= 1;
    b >>= 1;
  }
  return product;
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  for (int bit = 0; bit < 64; bit++) {
    const uint64_t mask = all_ones_if_odd((uint32_t)b);
    product += a & (mask | mask << 32);
    a <<= 1;
    b >>= 1;
  }
  return product;
}
#endif
