// Four bytes in a word, and what becomes of four sums.
#pragma once

#include <stdint.h>

#include "ScrupleArithmetic.h"
#include "ScrupleInline.h"
#include "ScrupleLanes.h"

/// How sums become bytes: clamp(requantize(sum) + zero_point, low, high). `low` and `high` stand in all four bytes.
typedef struct {
  int32_t shift;
  int32_t zero_point;
  uint32_t low;
  uint32_t high;
} scr_scaling;

/// The product of a signed halfword and a byte, in the same time for all of them.
SCR_INLINE int32_t scr_multiply_byte(int32_t weight, uint32_t byte) {
#if defined(__riscv) && !defined(__riscv_mul)
  return (int32_t)scr_times_byte((uint32_t)weight, byte);
#else
  return (int32_t)((uint32_t)weight * byte);
#endif
}

/// sum + the low lane of `a` (signed) times the low lane of `b` (a byte).
SCR_INLINE int32_t scr_add_low(uint32_t a, uint32_t b, int32_t sum) {
#if SCR_DSP
  return __smlabb((int32_t)a, (int32_t)b, sum);
#else
  return (int32_t)((uint32_t)sum + (uint32_t)scr_multiply_byte((int16_t)a, b & 0xFFFF));
#endif
}

/// sum + the high lane of `a` (signed) times the high lane of `b` (a byte).
SCR_INLINE int32_t scr_add_high(uint32_t a, uint32_t b, int32_t sum) {
#if SCR_DSP
  return __smlatt((int32_t)a, (int32_t)b, sum);
#else
  return (int32_t)((uint32_t)sum + (uint32_t)scr_multiply_byte((int32_t)a >> 16, b >> 16));
#endif
}

/// The larger of each two bytes, in the same time for all of them.
SCR_INLINE uint32_t scr_larger_bytes(uint32_t a, uint32_t b) {
#if SCR_DSP
  return __uadd8(__uqsub8(a, b), b);
#else
  // The seven low bits are compared by subtraction, the top bits by themselves.
  const uint32_t top = 0x80808080;
  const uint32_t low = (a | top) - (b & ~top);
  const uint32_t reaches = ((a & ~b) | (~(a ^ b) & low)) & top;
  const uint32_t mask = scr_hide((reaches >> 7 << 8) - (reaches >> 7));
  return (a & mask) | (b & ~mask);
#endif
}

/// The smaller of each two bytes.
SCR_INLINE uint32_t scr_smaller_bytes(uint32_t a, uint32_t b) {
#if SCR_DSP
  return __usub8(a, __uqsub8(a, b));
#else
  return ~scr_larger_bytes(~a, ~b);
#endif
}

/// requantize(sum) + zero point as a byte, saturated.
SCR_INLINE uint32_t scr_scale_byte(int32_t sum, int32_t multiplier, const scr_scaling *_Nonnull scaling) {
#if SCR_DSP
  int32_t byte = (int32_t)((uint32_t)sum << (scaling->shift & 31));
  __asm__("smmlar %0, %0, %1, %2\n\tusat %0, #8, %0" : "+r"(byte) : "r"(multiplier), "r"(scaling->zero_point));
  return (uint32_t)byte;
#else
  return (uint32_t)scr_clamp(scr_requantize(sum, scaling->shift, multiplier) + scaling->zero_point, 0, 255);
#endif
}

/// The bytes of a word within the bounds of `scaling`.
SCR_INLINE uint32_t scr_clamp_bytes(uint32_t word, const scr_scaling *_Nonnull scaling) {
  return scr_smaller_bytes(scr_larger_bytes(word, scaling->low), scaling->high);
}

/// The bytes of four sums.
SCR_INLINE uint32_t scr_scale_four(
    int32_t s0, int32_t s1, int32_t s2, int32_t s3, const int32_t *_Nonnull multipliers,
    const scr_scaling *_Nonnull scaling) {
  const uint32_t word = scr_scale_byte(s0, multipliers[0], scaling) |
                        scr_scale_byte(s1, multipliers[1], scaling) << 8 |
                        scr_scale_byte(s2, multipliers[2], scaling) << 16 |
                        scr_scale_byte(s3, multipliers[3], scaling) << 24;
  return scr_clamp_bytes(word, scaling);
}

/// An addition: (a·first + b·second + offset) >> shift for bytes a and b, and then as `scaling` says, with its shift
/// unused.
typedef struct {
  int32_t first;
  int32_t second;
  int32_t offset;
  int32_t shift;
  scr_scaling scaling;
} scr_addition;

/// Byte `index` of a sum.
SCR_INLINE uint32_t scr_add_byte(
    uint32_t a, uint32_t b, int index, const scr_addition *_Nonnull addition) {
  const uint32_t first = (uint32_t)scr_multiply_byte(addition->first, (a >> 8 * index) & 0xFF);
  const uint32_t second = (uint32_t)scr_multiply_byte(addition->second, (b >> 8 * index) & 0xFF);
  const int32_t sum = (int32_t)(first + second + (uint32_t)addition->offset) >> addition->shift;
#if SCR_DSP
  return (uint32_t)__usat(sum + addition->scaling.zero_point, 8) << 8 * index;
#else
  return (uint32_t)scr_clamp(sum + addition->scaling.zero_point, 0, 255) << 8 * index;
#endif
}

/// Four bytes of a sum.
SCR_INLINE uint32_t scr_add_four(uint32_t a, uint32_t b, const scr_addition *_Nonnull addition) {
  const uint32_t word = scr_add_byte(a, b, 0, addition) | scr_add_byte(a, b, 1, addition) |
                        scr_add_byte(a, b, 2, addition) | scr_add_byte(a, b, 3, addition);
  return scr_clamp_bytes(word, &addition->scaling);
}
