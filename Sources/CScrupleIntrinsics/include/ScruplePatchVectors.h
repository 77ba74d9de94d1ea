// Convolutions with vectors of Armv8.1-M: four patches at once, as bytes, over pair-packed weights.
#pragma once

#include <stdint.h>

#include "ScrupleBytes.h"
#include "ScrupleInline.h"
#include "ScrupleVectors.h"

/// What four patches meet.
typedef struct {
  const void *_Nonnull weights;
  const int32_t *_Nonnull bias;
  const int32_t *_Nonnull multiplier;
  /// Bytes of a patch, a multiple of 4.
  intptr_t inputs;
  intptr_t outputs;
  scr_scaling scaling;
} scr_four_patches;

#if SCR_MVE_KERNELS
// Eight inputs of one pair of channels and four patches: 64 products. q0 has the places of the weights, q4 what they
// advance by. r0, r2, r4 and r6 sum whole halfwords, r8, r10, r12 and lr low bytes.
#define SCR_PATCH_LOAD(x) "vldrb.u16 q3, [" x "], #8\n\t"
#define SCR_PATCH_LOAD_FOUR(x) "vpst\n\tvldrbt.u16 q3, [" x "]\n\t"
#define SCR_PATCH_STEP(load)                                          \
  "vldrh.u16 q1, [r9, q0]\n\t"                                       \
  "vadd.i16 q0, q0, q4\n\t"                                          \
  "vmovlb.s8 q2, q1\n\t"                                             \
  load("r1") "vmlava.s16 r0, q1, q3\n\tvmlava.s16 r8, q2, q3\n\t"     \
  load("r3") "vmlava.s16 r2, q1, q3\n\tvmlava.s16 r10, q2, q3\n\t"    \
  load("r5") "vmlava.s16 r4, q1, q3\n\tvmlava.s16 r12, q2, q3\n\t"    \
  load("r7") "vmlava.s16 r6, q1, q3\n\tvmlava.s16 lr, q2, q3\n\t"

/// Adds the products of four patches and a pair of channels to `a` and `b`.
///
/// - order, advance: where eight inputs' weights are, and how far the next eight are from them.
/// - stretch, rest: the inputs up to the first flush, at most 256, and how many follow.
///
/// Seventeen instructions for 64 products. Sums have to be in registers of even numbers, widening loads want low
/// ones. Every 256 inputs the sums are flushed as DenseKernels.swift explains; then [sp] has how many are left.
/// Weights behind the last four inputs are read (weights of another pair, or biases) and meet zeros.
SCR_INLINE void scr_pair_of_four(
    const uint8_t *_Nonnull weights, uint16x8_t order, uint16x8_t advance, uint32x4_t patches, intptr_t stretch,
    intptr_t rest, int32x4_t *_Nonnull a, int32x4_t *_Nonnull b) {
  register int32x4_t l __asm__("q2") = *b;
  register uint32x4_t x __asm__("q3") = patches;
  register uint16x8_t step __asm__("q4") = advance;
  register int32x4_t sums __asm__("q5") = *a;
  register uint16x8_t places __asm__("q6") = order;
  register intptr_t following __asm__("r0") = rest;
  register const uint8_t *w __asm__("r9") = weights;
  register intptr_t left __asm__("r11") = stretch;
  __asm__ volatile(
      "push {r0, r7}\n\t"
      "vmov r1, r5, q3[2], q3[0]\n\t"
      "vmov r3, r7, q3[3], q3[1]\n"
      "1:\n\t"
      "vmov r8, r12, q2[2], q2[0]\n\t"
      "vmov r10, lr, q2[3], q2[1]\n\t"
      "vmov r0, r4, q2[2], q2[0]\n\t"
      "vmov r2, r6, q2[3], q2[1]\n\t"
      "vmov q0, q6\n\t"
      "subs r11, #8\n\t"
      "blt 3f\n"
      "2:\n\t" SCR_PATCH_STEP(SCR_PATCH_LOAD)
      "subs r11, #8\n\t"
      "bge 2b\n"
      "3:\n\t"
      "adds r11, #8\n\t"
      "beq 4f\n\t"
      "vstr p0, [sp, #-4]!\n\t"
      "vctp.16 r11\n\t" SCR_PATCH_STEP(SCR_PATCH_LOAD_FOUR)
      "vldr p0, [sp], #4\n"
      "4:\n\t"
      "vmov q1[2], q1[0], r0, r4\n\t"
      "vmov q1[3], q1[1], r2, r6\n\t"
      "vmov q2[2], q2[0], r8, r12\n\t"
      "vmov q2[3], q2[1], r10, lr\n\t"
      "vsub.i32 q1, q1, q2\n\t"
      "vshr.s32 q1, q1, #8\n\t"
      "vadd.i32 q5, q5, q1\n\t"
      "ldr r0, [sp]\n\t"
      "cbz r0, 5f\n\t"
      "mov r11, #256\n\t"
      "cmp r0, r11\n\t"
      "csel r11, r0, r11, lt\n\t"
      "subs r0, r0, r11\n\t"
      "str r0, [sp]\n\t"
      "vmov.u16 r0, q4[0]\n\t"
      "add r9, r9, r0, lsl #5\n\t"
      "b 1b\n"
      "5:\n\t"
      "pop {r0, r7}"
      : "+w"(sums), "+w"(l), "+w"(x), "+r"(following), "+r"(w), "+r"(left)
      : "w"(step), "w"(places)
      : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r10", "r12", "lr", "q0", "q1", "cc", "memory");
  *a = sums;
  *b = l;
}
#undef SCR_PATCH_LOAD
#undef SCR_PATCH_LOAD_FOUR
#undef SCR_PATCH_STEP

/// The outputs of up to four patches, one pixel after the other.
///
/// - patches: four; the first one stands for those that aren't there.
/// - count: how many there are.
static __attribute__((noinline, unused)) void scr_run_four_patches(
    const scr_four_patches *_Nonnull four, const uint8_t *_Nonnull const *_Nonnull patches, intptr_t count,
    uint8_t *_Nonnull output) {
  // Bytes from the first of eight inputs' weights, in a block of four pairs and of one.
  static const uint16_t block_order[8] = {0, 16, 2, 18, 32, 48, 34, 50};
  static const uint16_t pair_order[8] = {0, 4, 2, 6, 8, 12, 10, 14};
  const intptr_t inputs = four->inputs, outputs = four->outputs, blocked = (outputs + 1) & ~7;
  const int32_t shift = four->scaling.shift, zero_point = four->scaling.zero_point;
  const int16x8_t low = vdupq_n_s16((int16_t)(four->scaling.low & 0xFF));
  const int16x8_t high = vdupq_n_s16((int16_t)(four->scaling.high & 0xFF));
  const uint32x4_t places = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)outputs);
  const uint32x4_t pixels = vpselq_u32(places, vdupq_n_u32(0), vctp32q((uint32_t)count));
  const uint32x4_t x = vldrwq_u32((const uint32_t *)patches);
  const int32_t *bias = four->bias, *multiplier = four->multiplier;
  const uint8_t *weights = (const uint8_t *)four->weights;
  uint16x8_t order = vldrhq_u16(block_order), advance = vdupq_n_u16(64);
  // Bytes from a pair's weights to the next one's: within a block, and from a block or a pair outside of them.
  intptr_t within = 4, behind = 8 * inputs - 12;
  const intptr_t stretch = inputs < 256 ? inputs : 256, rest = inputs - stretch;
  for (intptr_t channel = 0; channel < outputs;) {
    if (channel == blocked) {
      order = vldrhq_u16(pair_order);
      advance = vdupq_n_u16(16);
      within = behind = 2 * inputs;
    }
    int32x4_t a = vdupq_n_s32(bias[0]), b = vdupq_n_s32(bias[1]);
    scr_pair_of_four(weights, order, advance, x, stretch, rest, &a, &b);
    const uint32x4_t bytes = (uint32x4_t)scr_clamp_vectors(
        scr_scale_vector(a, vdupq_n_s32(multiplier[0]), shift, zero_point),
        scr_scale_vector(b, vdupq_n_s32(multiplier[1]), shift, zero_point), low, high);
    vstrbq_scatter_offset_u32(output, pixels, bytes);
    if (channel + 1 < outputs) vstrbq_scatter_offset_u32(output + 1, pixels, vshrq_n_u32(bytes, 16));
    bias += 2;
    multiplier += 2;
    output += 2;
    channel += 2;
    weights += channel & 7 ? within : behind;
  }
}
#else
SCR_INLINE void scr_run_four_patches(
    const scr_four_patches *_Nonnull four, const uint8_t *_Nonnull const *_Nonnull patches, intptr_t count,
    uint8_t *_Nonnull output) {}
#endif
