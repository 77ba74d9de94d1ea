// Depthwise convolutions over weights in quads; see QuadLayout.swift.
#pragma once

#include <stdint.h>

#include "ScrupleBytes.h"
#include "ScrupleInline.h"
#include "ScrupleLanes.h"
#include "ScrupleVectors.h"

/// A window on an image whose pixels have a multiple of 4 channels, at a multiple of 4.
typedef struct {
  /// Bytes of a pixel.
  intptr_t channels;
  /// Bytes from a row of the image to the next.
  intptr_t row;
  /// Rows and columns of the window that are in the image, at least 1.
  intptr_t rows;
  intptr_t columns;
  /// Bytes of weights to skip behind each row, and behind the last row of four channels.
  intptr_t row_skip;
  intptr_t quad_skip;
  const int32_t *_Nonnull bias;
  const int32_t *_Nonnull multiplier;
  scr_scaling scaling;
} scr_depthwise;

#if SCR_MVE_KERNELS
#define SCR_DEPTHWISE_TAP              \
  "vldrw.u32 q3, [q7, #8]!\n\t"       \
  "vldrb.u16 q4, [%[at], q0]\n\t"     \
  "add %[at], %[channels]\n\t"        \
  "vmullb.s16 q2, q3, q4\n\t"         \
  "vadd.i32 q5, q5, q2\n\t"           \
  "vmullt.s16 q2, q3, q4\n\t"         \
  "vadd.i32 q6, q6, q2\n\t"
#define SCR_DEPTHWISE_NEXT_ROW         \
  "add %[at], %[next_row]\n\t"        \
  "vadd.i32 q7, q7, %[row_skip]\n\t"  \
  "subs %[rows], #1\n\t"

/// Adds a window's products for eight channels to `even` and `odd`. Seven instructions for eight products.
///
/// - before: 8 bytes before the four words of weights.
SCR_INLINE void scr_depthwise_window(
    const scr_depthwise *_Nonnull depthwise, const uint8_t *_Nonnull input, uint32x4_t before, uint16x8_t order,
    int32x4_t *_Nonnull even, int32x4_t *_Nonnull odd) {
  register uint16x8_t places __asm__("q0") = order;
  register int32x4_t evens __asm__("q5") = *even;
  register int32x4_t odds __asm__("q6") = *odd;
  register uint32x4_t w __asm__("q7") = before;
  const intptr_t channels = depthwise->channels, columns = depthwise->columns;
  intptr_t rows = depthwise->rows;
  __asm__ volatile(
      "cmp %[columns], #3\n\t"
      "bne 2f\n"
      "1:\n\t" SCR_DEPTHWISE_TAP SCR_DEPTHWISE_TAP SCR_DEPTHWISE_TAP SCR_DEPTHWISE_NEXT_ROW
      "bne 1b\n\t"
      "b 4f\n"
      "2:\n\t"
      "dls lr, %[columns]\n"
      "3:\n\t" SCR_DEPTHWISE_TAP
      "le lr, 3b\n\t" SCR_DEPTHWISE_NEXT_ROW
      "bne 2b\n"
      "4:"
      : "+w"(evens), "+w"(odds), "+w"(w), [at] "+r"(input), [rows] "+r"(rows)
      : "w"(places), [columns] "r"(columns), [channels] "r"(channels),
        [next_row] "r"(depthwise->row - columns * channels), [row_skip] "r"(depthwise->row_skip)
      : "lr", "q2", "q3", "q4", "cc", "memory");
  *even = evens;
  *odd = odds;
}
#undef SCR_DEPTHWISE_TAP
#undef SCR_DEPTHWISE_NEXT_ROW

/// Computes a pixel. `weights` are those of the first position of the window that is in the image.
///
/// Eight channels at a time, those of two neighbouring quads: the last two quads may be done twice, and where there is
/// but one, it is both. The eight halfwords of a position stand in the order 0, 2, 1, 3, 4, 6, 5, 7; the even and the odd
/// lanes have sums of their own.
static __attribute__((noinline, unused)) void scr_depthwise_pixel(
    const scr_depthwise *_Nonnull depthwise, const uint8_t *_Nonnull input, const uint32_t *_Nonnull weights,
    uint8_t *_Nonnull output) {
  static const uint16_t two_quads[8] = {0, 2, 1, 3, 4, 6, 5, 7}, one_quad[8] = {0, 2, 1, 3, 0, 2, 1, 3};
  const intptr_t channels = depthwise->channels;
  const uint32_t quad = (uint32_t)(depthwise->rows * (8 * depthwise->columns + depthwise->row_skip) +
                                   depthwise->quad_skip);
  const int32_t *bias = depthwise->bias, *multiplier = depthwise->multiplier;
  const int32_t shift = depthwise->scaling.shift, zero_point = depthwise->scaling.zero_point;
  const uint16x8_t order = vldrhq_u16(channels > 4 ? two_quads : one_quad);
  // The even lanes of `order`, times 4.
  const uint32x4_t words = vshlq_n_u32(vmovlbq_u16(order), 2);
  const uint32_t second = channels > 4 ? quad : 0;
  const int16x8_t low = vdupq_n_s16((int16_t)(depthwise->scaling.low & 0xFF));
  const int16x8_t high = vdupq_n_s16((int16_t)(depthwise->scaling.high & 0xFF));
  const uint32_t first = (uint32_t)weights - 8;
  uint32x4_t next = vsetq_lane_u32(first, vdupq_n_u32(first + second), 0);
  next = vsetq_lane_u32(first + 4, vsetq_lane_u32(first + second + 4, next, 3), 1);
  for (intptr_t left = channels;;) {
    int32x4_t even = vldrwq_gather_offset_s32(bias, words), odd = vldrwq_gather_offset_s32(bias + 2, words);
    scr_depthwise_window(depthwise, input, next, order, &even, &odd);
    even = scr_scale_vector(even, vldrwq_gather_offset_s32(multiplier, words), shift, zero_point);
    odd = scr_scale_vector(odd, vldrwq_gather_offset_s32(multiplier + 2, words), shift, zero_point);
    vstrbq_scatter_offset_u16(output, order, (uint16x8_t)scr_clamp_vectors(even, odd, low, high));
    if (left <= 8) return;
    const intptr_t step = left < 16 ? 4 : 8;
    left -= step;
    input += step;
    output += step;
    bias += step;
    multiplier += step;
    next = vaddq_n_u32(next, step == 4 ? quad : 2 * quad);
  }
}
#elif SCR_DSP
// r0 input, r1 channels, r4–r7 sums, r11 weights. Eight instructions for four products.
#define SCR_DEPTHWISE_TAP(input)    \
  "ldr r3, " input "\n\t"           \
  "uxtb16 r2, r3\n\t"              \
  "uxtb16 r3, r3, ror #8\n\t"      \
  "ldrd r8, r9, [r11], #8\n\t"     \
  "smlabb r4, r8, r2, r4\n\t"      \
  "smlatt r6, r8, r2, r6\n\t"      \
  "smlabb r5, r9, r3, r5\n\t"      \
  "smlatt r7, r9, r3, r7\n\t"
#define SCR_DEPTHWISE_SCALE(sum, multiplier)         \
  "lsl " sum ", " sum ", r10\n\t"                    \
  "smmlar " sum ", " sum ", " multiplier ", lr\n\t"  \
  "usat " sum ", #8, " sum "\n\t"

/// Computes a pixel. `weights` are those of the first position of the window that is in the image.
///
/// [sp] has `depthwise`, the next four channels' input, output, biases and multipliers, the channels that are left, and
/// the rows that are left.
static __attribute__((naked, noinline, unused)) void scr_depthwise_pixel(
    const scr_depthwise *_Nonnull depthwise, const uint8_t *_Nonnull input, const uint32_t *_Nonnull weights,
    uint8_t *_Nonnull output) {
  __asm__(
      "push {r4-r11, lr}\n\t"
      "sub sp, #28\n\t"
      "mov r11, r2\n\t"
      "strd r0, r1, [sp]\n\t"
      "str r3, [sp, #8]\n\t"
      "ldrd r2, r3, [r0, #24]\n\t"
      "strd r2, r3, [sp, #12]\n\t"
      "ldr r1, [r0]\n\t"
      "str r1, [sp, #20]\n"
      "1:\n\t"
      "ldrd r3, r0, [sp]\n\t"
      "ldr r2, [sp, #12]\n\t"
      "ldm r2!, {r4, r5, r6, r7}\n\t"
      "str r2, [sp, #12]\n\t"
      "add r2, r0, #4\n\t"
      "str r2, [sp, #4]\n\t"
      "ldrd r10, r12, [r3, #4]\n\t"
      "ldrd r2, lr, [r3, #12]\n\t"
      "cmp r2, #3\n\t"
      "bne 4f\n"
      "2:\n\t" SCR_DEPTHWISE_TAP("[r0]") SCR_DEPTHWISE_TAP("[r0, r1]") SCR_DEPTHWISE_TAP("[r0, r1, lsl #1]")
      "add r0, r0, r10\n\t"
      "add r11, r11, lr\n\t"
      "subs r12, #1\n\t"
      "bne 2b\n"
      "3:\n\t"
      "ldr r0, [sp]\n\t"
      "ldr r2, [sp, #16]\n\t"
      "ldm r2!, {r3, r8, r9, r12}\n\t"
      "str r2, [sp, #16]\n\t"
      "ldrd r10, lr, [r0, #32]\n\t"
      SCR_DEPTHWISE_SCALE("r4", "r3") SCR_DEPTHWISE_SCALE("r5", "r8")
      SCR_DEPTHWISE_SCALE("r6", "r9") SCR_DEPTHWISE_SCALE("r7", "r12")
      "orr r4, r4, r5, lsl #8\n\t"
      "orr r4, r4, r6, lsl #16\n\t"
      "orr r4, r4, r7, lsl #24\n\t"
      "ldrd r5, r6, [r0, #40]\n\t"
      "uqsub8 r4, r4, r5\n\t"
      "uadd8 r4, r4, r5\n\t"
      "uqsub8 r5, r4, r6\n\t"
      "usub8 r4, r4, r5\n\t"
      "ldr r2, [sp, #8]\n\t"
      "str r4, [r2], #4\n\t"
      "str r2, [sp, #8]\n\t"
      "ldr r2, [r0, #20]\n\t"
      "add r11, r11, r2\n\t"
      "ldr r2, [sp, #20]\n\t"
      "subs r2, #4\n\t"
      "str r2, [sp, #20]\n\t"
      "bgt 1b\n\t"
      "add sp, #28\n\t"
      "pop {r4-r11, pc}\n"
      "4:\n\t"
      "str r12, [sp, #24]\n\t"
      "ldr r12, [sp]\n\t"
      "ldr r12, [r12, #12]\n"
      "5:\n\t" SCR_DEPTHWISE_TAP("[r0]")
      "add r0, r0, r1\n\t"
      "subs r12, #1\n\t"
      "bne 5b\n\t"
      "ldr r12, [sp]\n\t"
      "ldr r12, [r12, #12]\n\t"
      "mls r0, r12, r1, r0\n\t"
      "add r0, r0, r10\n\t"
      "add r11, r11, lr\n\t"
      "ldr r12, [sp, #24]\n\t"
      "subs r12, #1\n\t"
      "bne 4b\n\t"
      "b 3b");
}
#undef SCR_DEPTHWISE_TAP
#undef SCR_DEPTHWISE_SCALE
#else
/// Computes a pixel. `weights` are those of the first position of the window that is in the image.
static __attribute__((noinline, unused)) void scr_depthwise_pixel(
    const scr_depthwise *_Nonnull depthwise, const uint8_t *_Nonnull input, const uint32_t *_Nonnull weights,
    uint8_t *_Nonnull output) {
  const intptr_t channels = depthwise->channels;
  for (intptr_t channel = 0; channel < channels; channel += 4) {
    const int32_t *const bias = depthwise->bias + channel;
    int32_t s0 = bias[0], s1 = bias[1], s2 = bias[2], s3 = bias[3];
    const uint8_t *row = input + channel;
    for (intptr_t rows = depthwise->rows; rows > 0; rows--) {
      const uint8_t *at = row;
      for (intptr_t columns = depthwise->columns; columns > 0; columns--) {
        const uint32_t x = *(const uint32_t *)at, even = scr_even_bytes(x), odd = scr_odd_bytes(x);
        s0 = scr_add_low(weights[0], even, s0);
        s2 = scr_add_high(weights[0], even, s2);
        s1 = scr_add_low(weights[1], odd, s1);
        s3 = scr_add_high(weights[1], odd, s3);
        at += channels;
        weights += 2;
      }
      row += depthwise->row;
      weights += depthwise->row_skip >> 2;
    }
    weights += depthwise->quad_skip >> 2;
    *(uint32_t *)(output + channel) =
        scr_scale_four(s0, s1, s2, s3, depthwise->multiplier + channel, &depthwise->scaling);
  }
}
#endif
