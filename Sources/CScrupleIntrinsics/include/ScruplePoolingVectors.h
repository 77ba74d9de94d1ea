// Copies, poolings and additions with vectors of Armv8.1-M. Swift calls none of them where there are no vectors.
#pragma once

#include <stdint.h>

#include "ScrupleBytes.h"
#include "ScrupleInline.h"
#include "ScrupleVectors.h"

/// The values of an image that a pooling's window covers.
typedef struct {
  /// Bytes of a pixel.
  intptr_t channels;
  /// Bytes from a row of the image to the next.
  intptr_t row;
  /// Rows and columns of the window, at least 1 and at most 255.
  intptr_t rows;
  intptr_t columns;
  /// How a sum becomes an average.
  int32_t shift;
  int32_t multiplier;
} scr_pooling;

#if SCR_MVE_KERNELS
#define SCR_VECTOR_FUNCTION static __attribute__((noinline, unused))

/// Copies `rows` rows of `count` bytes each, at least 1. Strides are bytes from a row to the next one.
SCR_VECTOR_FUNCTION void scr_copy_rows(
    uint8_t *_Nonnull to, intptr_t to_stride, const uint8_t *_Nonnull from, intptr_t from_stride, intptr_t count,
    intptr_t rows) {
  do {
    uint8_t *next = to;
    const uint8_t *at = from;
    for (intptr_t left = count; left > 0; left -= 16) {
      const mve_pred16_t is_left = vctp8q((uint32_t)left);
      vstrbq_p_u8(next, vldrbq_z_u8(at, is_left), is_left);
      next += 16;
      at += 16;
    }
    to += to_stride;
    from += from_stride;
  } while (--rows > 0);
}

/// Writes `value` `count` times.
SCR_VECTOR_FUNCTION void scr_fill(uint8_t *_Nonnull to, uint8_t value, intptr_t count) {
  const uint8x16_t values = vdupq_n_u8(value);
  for (; count > 0; count -= 16) {
    vstrbq_p_u8(to, values, vctp8q((uint32_t)count));
    to += 16;
  }
}

/// The largest values of a window, for each channel.
SCR_VECTOR_FUNCTION void scr_pool_largest(
    const scr_pooling *_Nonnull pooling, const uint8_t *_Nonnull input, uint8_t *_Nonnull output) {
  for (intptr_t channels = pooling->channels; channels > 0; channels -= 16) {
    const mve_pred16_t left = vctp8q((uint32_t)channels);
    uint8x16_t largest = vdupq_n_u8(0);
    const uint8_t *row = input;
    for (intptr_t rows = pooling->rows; rows > 0; rows--) {
      const uint8_t *at = row;
      for (intptr_t columns = pooling->columns; columns > 0; columns--) {
        largest = vmaxq_u8(largest, vldrbq_z_u8(at, left));
        at += pooling->channels;
      }
      row += pooling->row;
    }
    vstrbq_p_u8(output, largest, left);
    input += 16;
    output += 16;
  }
}

/// The averages of a window, for each channel. Lanes of 16 bits hold the sum of a row: 255·255 < 2^16.
SCR_VECTOR_FUNCTION void scr_pool_average(
    const scr_pooling *_Nonnull pooling, const uint8_t *_Nonnull input, uint8_t *_Nonnull output) {
  const int32x4_t multiplier = vdupq_n_s32(pooling->multiplier);
  for (intptr_t channels = pooling->channels; channels > 0; channels -= 8) {
    const mve_pred16_t left = vctp16q((uint32_t)channels);
    uint32x4_t even = vdupq_n_u32(0), odd = even;
    const uint8_t *row = input;
    for (intptr_t rows = pooling->rows; rows > 0; rows--) {
      const uint8_t *at = row;
      uint16x8_t sums = vdupq_n_u16(0);
      for (intptr_t columns = pooling->columns; columns > 0; columns--) {
        sums = vaddq_u16(sums, vldrbq_z_u16(at, left));
        at += pooling->channels;
      }
      even = vaddq_u32(even, vmovlbq_u16(sums));
      odd = vaddq_u32(odd, vmovltq_u16(sums));
      row += pooling->row;
    }
    const int16x8_t averages = scr_clamp_vectors(
        scr_scale_vector((int32x4_t)even, multiplier, pooling->shift, 0),
        scr_scale_vector((int32x4_t)odd, multiplier, pooling->shift, 0), vdupq_n_s16(0), vdupq_n_s16(255));
    vstrbq_p_u16(output, (uint16x8_t)averages, left);
    input += 8;
    output += 8;
  }
}

/// Adds `words` words of four bytes. The output may be one of the summands.
SCR_VECTOR_FUNCTION void scr_add_words(
    const scr_addition *_Nonnull addition, const void *_Nonnull first, const void *_Nonnull second,
    void *_Nonnull output, intptr_t words) {
  const scr_addition fields = *addition;
  const int32x4_t low = vdupq_n_s32((int32_t)(fields.scaling.low & 0xFF));
  const int32x4_t high = vdupq_n_s32((int32_t)(fields.scaling.high & 0xFF));
  const uint8_t *a = (const uint8_t *)first, *b = (const uint8_t *)second;
  uint8_t *to = (uint8_t *)output;
  for (; words > 0; words--) {
    int32x4_t sum = vmulq_n_s32((int32x4_t)vldrbq_u32(a), fields.first);
    sum = vmlaq_n_s32(sum, (int32x4_t)vldrbq_u32(b), fields.second);
    sum = vshlq_r_s32(vaddq_n_s32(sum, fields.offset), -fields.shift);
    sum = vaddq_n_s32(sum, fields.scaling.zero_point);
    vstrbq_u32(to, (uint32x4_t)vminq_s32(vmaxq_s32(sum, low), high));
    a += 4;
    b += 4;
    to += 4;
  }
}
#undef SCR_VECTOR_FUNCTION
#else
SCR_INLINE void scr_copy_rows(
    uint8_t *_Nonnull to, intptr_t to_stride, const uint8_t *_Nonnull from, intptr_t from_stride, intptr_t count,
    intptr_t rows) {}
SCR_INLINE void scr_fill(uint8_t *_Nonnull to, uint8_t value, intptr_t count) {}
SCR_INLINE void scr_pool_largest(
    const scr_pooling *_Nonnull pooling, const uint8_t *_Nonnull input, uint8_t *_Nonnull output) {}
SCR_INLINE void scr_pool_average(
    const scr_pooling *_Nonnull pooling, const uint8_t *_Nonnull input, uint8_t *_Nonnull output) {}
SCR_INLINE void scr_add_words(
    const scr_addition *_Nonnull addition, const void *_Nonnull first, const void *_Nonnull second,
    void *_Nonnull output, intptr_t words) {}
#endif
