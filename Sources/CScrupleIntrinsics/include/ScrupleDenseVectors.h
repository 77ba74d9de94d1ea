// Dense operations with vectors of Armv8.1-M, over the same pair-packed weights.
#pragma once

#include <stdint.h>

#include "ScrupleDense.h"
#include "ScrupleVectors.h"

#if SCR_MVE_KERNELS
/// The order of eight inputs in a block of weights.
#define SCR_INPUT_ORDER {0, 2, 1, 3, 4, 6, 5, 7}

/// Adds the products of up to 64 groups of inputs to `low`, the sums of the low bytes of four pairs. Returns what
/// becomes of `low` where the whole halfwords are multiplied; see DenseKernels.swift.
///
/// Twenty instructions for 64 products. VLD4 deals four pairs' words out to four vectors, each of eight
/// inputs; sums have to be in registers of even numbers. A single group at the end comes as a vector whose other lanes
/// are zero; they meet 32 bytes behind the block, where there are weights or the biases.
SCR_INLINE int32x4_t scr_four_pairs(
    const int32_t *_Nonnull weights, const uint8_t *_Nonnull input, intptr_t groups, int32x4_t *_Nonnull low) {
  static const uint16_t order[8] = SCR_INPUT_ORDER;
  register const uint16x8_t places __asm__("q5") = vldrhq_u16(order);
  register int32x4_t l __asm__("q6") = *low;
  register int32x4_t h __asm__("q7");
  intptr_t steps = groups >> 1, rest = groups & 1;
  __asm__ volatile(
      "vmov r8, r12, q6[2], q6[0]\n\t"
      "vmov r10, lr, q6[3], q6[1]\n\t"
      "mov r0, r8\n\t"
      "mov r2, r10\n\t"
      "mov r4, r12\n\t"
      "mov r6, lr\n\t"
      "cbz %[steps], 3f\n"
      "1:\n\t"
      "vldrb.u16 q4, [%[x], q5]\n\t"
      "adds %[x], #8\n"
      "2:\n\t"
      "vld40.32 {q0, q1, q2, q3}, [%[w]]\n\t"
      "vld41.32 {q0, q1, q2, q3}, [%[w]]\n\t"
      "vld42.32 {q0, q1, q2, q3}, [%[w]]\n\t"
      "vld43.32 {q0, q1, q2, q3}, [%[w]]!\n\t"
      "vmlava.s16 r0, q0, q4\n\t"
      "vmovlb.s8 q0, q0\n\t"
      "vmlava.s16 r8, q0, q4\n\t"
      "vmlava.s16 r2, q1, q4\n\t"
      "vmovlb.s8 q1, q1\n\t"
      "vmlava.s16 r10, q1, q4\n\t"
      "vmlava.s16 r4, q2, q4\n\t"
      "vmovlb.s8 q2, q2\n\t"
      "vmlava.s16 r12, q2, q4\n\t"
      "vmlava.s16 r6, q3, q4\n\t"
      "vmovlb.s8 q3, q3\n\t"
      "vmlava.s16 lr, q3, q4\n\t"
      "subs %[steps], #1\n\t"
      "bne 1b\n"
      "3:\n\t"
      "cbz %[rest], 4f\n\t"
      "vstr p0, [sp, #-4]!\n\t"
      "movs %[rest], #4\n\t"
      "vctp.16 %[rest]\n\t"
      "vpst\n\t"
      "vldrbt.u16 q4, [%[x], q5]\n\t"
      "vldr p0, [sp], #4\n\t"
      "movs %[rest], #0\n\t"
      "movs %[steps], #1\n\t"
      "b 2b\n"
      "4:\n\t"
      "vmov q7[2], q7[0], r0, r4\n\t"
      "vmov q7[3], q7[1], r2, r6\n\t"
      "vmov q6[2], q6[0], r8, r12\n\t"
      "vmov q6[3], q6[1], r10, lr"
      : [l] "+w"(l), [h] "=&w"(h), [w] "+r"(weights), [x] "+l"(input), [steps] "+l"(steps), [rest] "+l"(rest)
      : [places] "w"(places)
      : "r0", "r2", "r4", "r6", "r8", "r10", "r12", "lr", "q0", "q1", "q2", "q3", "q4", "cc", "memory");
  *low = l;
  return h;
}

/// The accumulators of eight channels from a block of four pairs.
SCR_INLINE void scr_eight_sums(
    const int32_t *_Nonnull weights, const uint8_t *_Nonnull input, intptr_t groups, int32x4_t *_Nonnull a,
    int32x4_t *_Nonnull b) {
  do {
    const intptr_t count = groups < 64 ? groups : 64;
    const int32x4_t whole = scr_four_pairs(weights, input, count, b);
    *a = vaddq_s32(*a, vshrq_n_s32(vsubq_s32(whole, *b), 8));
    weights += 8 * count;
    input += 4 * count;
    groups -= count;
  } while (groups > 0);
}

/// Writes up to eight channels: those of `a` and `b` by turns.
SCR_INLINE void scr_store_eight(
    const scr_dense *_Nonnull dense, intptr_t channel, int32x4_t a, int32x4_t b) {
  const uint32_t left = (uint32_t)(dense->outputs - channel);
  if (dense->is_logits) {
    const uint32x4_t places = vidupq_n_u32(0, 8);
    int32_t *const to = (int32_t *)dense->output + channel;
    vstrwq_scatter_offset_s32(to, places, a);
    vstrwq_scatter_offset_p_s32(to + 1, places, b, vctp32q(left >> 1));
  } else {
    const int32x4x2_t m = vld2q_s32(dense->multiplier + channel);
    const int16x8_t bytes = scr_clamp_vectors(
        scr_scale_vector(a, m.val[0], dense->shift, dense->zero_point),
        scr_scale_vector(b, m.val[1], dense->shift, dense->zero_point), vdupq_n_s16((int16_t)dense->low),
        vdupq_n_s16((int16_t)dense->high));
    vstrbq_p_u16((uint8_t *)dense->output + channel, (uint16x8_t)bytes, vctp16q(left));
  }
}

/// The accumulators of two channels from a block of one pair, where A needs no trick: VRSHR is (h + 128) >> 8.
SCR_INLINE void scr_two_sums(
    const int16_t *_Nonnull weights, const uint8_t *_Nonnull input, intptr_t groups, int32_t *_Nonnull sums) {
  static const uint16_t order[8] = SCR_INPUT_ORDER;
  const uint16x8_t places = vldrhq_u16(order);
  int32_t a = sums[0], b = sums[1];
  for (intptr_t left = 4 * groups; left > 0; left -= 8) {
    const mve_pred16_t is_input = vctp16q((uint32_t)left);
    const int16x8_t x = (int16x8_t)vldrbq_gather_offset_z_u16(input, places, is_input);
    const int16x8_t w = vldrhq_z_s16(weights, is_input);
    a = vmladavaq_s16(a, vrshrq_n_s16(w, 8), x);
    b = vmladavaq_s16(b, vmovlbq_s8((int8x16_t)w), x);
    input += 8;
    weights += 8;
  }
  sums[0] = a;
  sums[1] = b;
}

/// A whole dense operation.
static __attribute__((noinline, unused)) void scr_dense_run(
    const scr_dense *_Nonnull dense, int32_t instruction_set) {
  const int32_t *weights = (const int32_t *)dense->weights;
  intptr_t channel = 0;
  for (; dense->outputs - channel > 6; channel += 8) {
    const int32x4x2_t bias = vld2q_s32(dense->bias + channel);
    int32x4_t a = bias.val[0], b = bias.val[1];
    scr_eight_sums(weights, dense->input, dense->groups, &a, &b);
    scr_store_eight(dense, channel, a, b);
    weights += 8 * dense->groups;
  }
  for (; channel < dense->outputs; channel += 2) {
    int32_t sums[2] = {dense->bias[channel], dense->bias[channel + 1]};
    scr_two_sums((const int16_t *)weights, dense->input, dense->groups, sums);
    for (intptr_t k = channel; k < channel + 2 && k < dense->outputs; k++) {
      if (dense->is_logits) {
        ((int32_t *)dense->output)[k] = sums[k - channel];
      } else {
        const int32_t y = scr_requantize(sums[k - channel], dense->shift, dense->multiplier[k]);
        ((uint8_t *)dense->output)[k] = (uint8_t)scr_clamp(y + dense->zero_point, dense->low, dense->high);
      }
    }
    weights += 2 * dense->groups;
  }
}
#endif
