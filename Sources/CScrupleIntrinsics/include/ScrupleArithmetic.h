// Integer arithmetic without library calls, on cores that lack wide multiplication or a leading-zero count too.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ScrupleInline.h"

// Armv6-M and Armv8-M Baseline multiply 32 × 32 → 32 bits only, and RISC-V without M (which calls __mulsi3) not even
// that.
#if (defined(__thumb__) && !defined(__thumb2__)) || (defined(__riscv) && !defined(__riscv_mul))
#define SCR_NARROW_MULTIPLY 1
#define SCR_MULTIPLY_INLINE static inline
#else
#define SCR_NARROW_MULTIPLY 0
#define SCR_MULTIPLY_INLINE SCR_INLINE
#endif

/// `value`, hidden from the optimizer, which would otherwise turn masks into branches on cores without
/// conditional instructions.
SCR_INLINE uint32_t scr_hide(uint32_t value) {
  __asm__("" : "+r"(value));
  return value;
}

/// The product of two unsigned numbers.
SCR_MULTIPLY_INLINE uint64_t scr_umull(uint32_t a, uint32_t b) {
#if SCR_NARROW_MULTIPLY
  const uint32_t al = a & 0xFFFF, ah = a >> 16, bl = b & 0xFFFF, bh = b >> 16;
  const uint32_t low = al * bl;
  const uint32_t middle = ah * bl + (low >> 16);
  const uint32_t other = al * bh + (middle & 0xFFFF);
  const uint32_t high = ah * bh + (middle >> 16) + (other >> 16);
  return ((uint64_t)high << 32) | ((other << 16) | (low & 0xFFFF));
#else
  return (uint64_t)a * b;
#endif
}

/// The product of two signed numbers.
SCR_MULTIPLY_INLINE int64_t scr_smull(int32_t a, int32_t b) {
#if SCR_NARROW_MULTIPLY
  const uint64_t product = scr_umull((uint32_t)a, (uint32_t)b);
  const uint32_t excess = (scr_hide((uint32_t)(a >> 31)) & (uint32_t)b) + (scr_hide((uint32_t)(b >> 31)) & (uint32_t)a);
  return (int64_t)((((uint64_t)((uint32_t)(product >> 32) - excess)) << 32) | (uint32_t)product);
#else
  return (int64_t)a * b;
#endif
}

/// The upper word of the product of two unsigned numbers.
SCR_MULTIPLY_INLINE uint32_t scr_umulh(uint32_t a, uint32_t b) { return (uint32_t)(scr_umull(a, b) >> 32); }

/// (accumulator·2^shift·multiplier + 2^31) >> 32; see Requantize.swift.
SCR_MULTIPLY_INLINE int32_t scr_requantize(int32_t accumulator, int32_t shift, int32_t multiplier) {
  const int32_t shifted = (int32_t)((uint32_t)accumulator << (shift & 31));
  return (int32_t)((scr_smull(shifted, multiplier) + (int64_t)0x80000000) >> 32);
}

/// `value`, or the nearest bound outside of which it lies; |value| < 2^30, 0 ≤ low ≤ high < 2^30. In the same time for
/// all values: with masks where a compiler would branch.
SCR_INLINE int32_t scr_clamp(int32_t value, int32_t low, int32_t high) {
#if SCR_NARROW_MULTIPLY || defined(__riscv)
  const int32_t above = high - value;
  value += above & (int32_t)scr_hide((uint32_t)(above >> 31));
  const int32_t below = value - low;
  return value - (below & (int32_t)scr_hide((uint32_t)(below >> 31)));
#else
  value = value < high ? value : high;
  return value > low ? value : low;
#endif
}

/// Whether `value` (0 to 2^31) is at least `bound` (1 to 2^31), in the same time for all values: compilers make a
/// comparison a branch.
SCR_INLINE bool scr_reaches(uint32_t value, uint32_t bound) { return ~scr_hide(value - bound) >> 31; }

/// The number of zero bits above the topmost one of `value`, which is not 0.
SCR_INLINE uint32_t scr_leading_zeros(uint32_t value) {
#if defined(__ARM_FEATURE_CLZ) || defined(__x86_64__) || defined(__aarch64__) || defined(__wasm__) || \
    defined(__riscv_zbb)
  return (uint32_t)__builtin_clz(value);
#else
  uint32_t zeros = 0, step;
  step = scr_hide((value - 0x10000) >> 31 & ~(value >> 31)) << 4, zeros += step, value <<= step;
  step = scr_hide((value - 0x1000000) >> 31 & ~(value >> 31)) << 3, zeros += step, value <<= step;
  step = scr_hide((value - 0x10000000) >> 31 & ~(value >> 31)) << 2, zeros += step, value <<= step;
  step = scr_hide((value - 0x40000000) >> 31 & ~(value >> 31)) << 1, zeros += step, value <<= step;
  return zeros + (~value >> 31);
#endif
}

/// `value >> shift` for a shift of 0 to 31, or 2^32 − 1 where that is more than 32 bits.
SCR_INLINE uint32_t scr_shift_right_saturating(uint64_t value, uint32_t shift) {
  const uint32_t high = (uint32_t)(value >> 32), low = (uint32_t)value;
  const uint32_t shifted = low >> shift | high << 1 << (31 - shift);
  const uint32_t excess = high >> shift;
  return shifted | (0u - scr_hide((excess | (0u - excess)) >> 31));
}

/// `value >> shift`, rounded down, for a shift of 0 to 63.
static inline int64_t scr_shift_right_signed(int64_t value, uint32_t shift) {
  uint32_t low = (uint32_t)value;
  int32_t high = (int32_t)(value >> 32);
  if (shift >= 32) low = (uint32_t)high, high = high >> 31, shift -= 32;
  low = low >> shift | (uint32_t)high << 1 << (31 - shift);
  return (int64_t)((uint64_t)(uint32_t)(high >> shift) << 32 | low);
}

/// `value` with 32 more bits. (Swift's own conversion to a number wider than a register is refused in embedded mode
/// without a heap.)
SCR_INLINE uint64_t scr_wide(uint32_t value) { return value; }

/// `value` with 32 more bits, copies of its sign.
SCR_INLINE int64_t scr_wide_signed(int32_t value) { return value; }
