// Convolutions on cores with DSP instructions: two patches at once, expanded as PatchLayout.swift says, over
// pair-packed weights.
#pragma once

#include <stdint.h>

#include "ScrupleBytes.h"
#include "ScrupleInline.h"
#include "ScrupleLanes.h"

/// What the sums of a convolution have in common.
typedef struct {
  /// Where the patches end.
  const uint32_t *_Nonnull end;
  /// Bytes from a channel's bias to its multiplier.
  intptr_t to_multiplier;
  scr_scaling scaling;
} scr_patches;

/// Whether convolutions take two patches at once.
SCR_INLINE int32_t scr_takes_patches(void) { return SCR_DSP; }

/// Expands `groups` words of two patches.
SCR_INLINE void scr_expand_two(
    uint32_t *_Nonnull to, const uint32_t *_Nonnull first, const uint32_t *_Nonnull second, intptr_t groups) {
  uint32_t *const end = to + 4 * groups;
  do {
    const uint32_t a = *first++, b = *second++;
    to[0] = scr_even_bytes(a);
    to[1] = scr_even_bytes(b);
    to[2] = scr_odd_bytes(a);
    to[3] = scr_odd_bytes(b);
    to += 4;
  } while (to < end);
}

/// The bytes of two channels for two patches, over a block of one pair: A and B of the first patch, A and B of the
/// second.
///
/// Sums are kept as DenseKernels.swift explains.
static __attribute__((noinline, unused)) uint32_t scr_pair_of_patches(
    const uint32_t *_Nonnull x, const uint32_t *_Nonnull w, const scr_patches *_Nonnull patches,
    const int32_t *_Nonnull bias) {
  int32_t a0 = bias[0], a1 = a0, l0 = bias[1], l1 = l0;
  do {
    int32_t h0 = l0, h1 = l1;
    const uint32_t *const stop = patches->end - x > 256 ? x + 256 : patches->end;
    do {
      const uint32_t even = w[0], odd = w[1];
      h0 = scr_dot_lanes(even, x[0], h0);
      h1 = scr_dot_lanes(even, x[1], h1);
      l0 = scr_dot_lanes(scr_low_bytes(even), x[0], l0);
      l1 = scr_dot_lanes(scr_low_bytes(even), x[1], l1);
      h0 = scr_dot_lanes(odd, x[2], h0);
      h1 = scr_dot_lanes(odd, x[3], h1);
      l0 = scr_dot_lanes(scr_low_bytes(odd), x[2], l0);
      l1 = scr_dot_lanes(scr_low_bytes(odd), x[3], l1);
      x += 4;
      w += 2;
    } while (x < stop);
    a0 = (int32_t)((uint32_t)a0 + (uint32_t)((int32_t)((uint32_t)h0 - (uint32_t)l0) >> 8));
    a1 = (int32_t)((uint32_t)a1 + (uint32_t)((int32_t)((uint32_t)h1 - (uint32_t)l1) >> 8));
  } while (x < patches->end);
  const int32_t *const m = (const int32_t *)((const char *)bias + patches->to_multiplier);
  const scr_scaling *const scaling = &patches->scaling;
  return scr_clamp_bytes(
      scr_scale_byte(a0, m[0], scaling) | scr_scale_byte(l0, m[1], scaling) << 8 |
          scr_scale_byte(a1, m[0], scaling) << 16 | scr_scale_byte(l1, m[1], scaling) << 24,
      scaling);
}

#if SCR_DSP
// r0 patches, r1 weights, r4–r7 h and r8–r11 l of pair 0 and patch 0, pair 0 and patch 1, pair 1 and patch 0, pair 1 and
// patch 1. Twelve instructions for sixteen products.
#define SCR_QUAD_STEP                \
  "ldrd r2, r3, [r0], #8\n\t"        \
  "ldrd r12, lr, [r1], #16\n\t"      \
  "smlad r4, r12, r2, r4\n\t"        \
  "smlad r5, r12, r3, r5\n\t"        \
  "sxtb16 r12, r12\n\t"              \
  "smlad r8, r12, r2, r8\n\t"        \
  "smlad r9, r12, r3, r9\n\t"        \
  "smlad r6, lr, r2, r6\n\t"         \
  "smlad r7, lr, r3, r7\n\t"         \
  "sxtb16 lr, lr\n\t"                \
  "smlad r10, lr, r2, r10\n\t"       \
  "smlad r11, lr, r3, r11\n\t"
#define SCR_QUAD_SCALE(sum, multiplier)                  \
  "lsl " sum ", " sum ", r12\n\t"                        \
  "smmlar " sum ", " sum ", " multiplier ", lr\n\t"      \
  "usat " sum ", #8, " sum "\n\t"

/// The bytes of four channels for two patches, over half a block of four pairs: those of the first patch in the lower
/// word.
///
/// All registers have their use here, which no compiler manages; [sp] has the sums of the channels A, then where
/// the next flush is, `patches` and `bias`.
static __attribute__((naked, noinline, unused)) uint64_t scr_quad_of_patches(
    const uint32_t *_Nonnull x, const uint32_t *_Nonnull w, const scr_patches *_Nonnull patches,
    const int32_t *_Nonnull bias) {
  __asm__(
      "push {r4-r11, lr}\n\t"
      "sub sp, #28\n\t"
      "strd r2, r3, [sp, #20]\n\t"
      "ldm r3, {r4, r8, r9, r10}\n\t"
      "strd r4, r4, [sp]\n\t"
      "strd r9, r9, [sp, #8]\n\t"
      "mov r9, r8\n\t"
      "mov r11, r10\n"
      // A stretch of at most 64 groups, between two flushes; two groups in each turn.
      "1:\n\t"
      "ldr r2, [sp, #20]\n\t"
      "ldr r2, [r2]\n\t"
      "add r3, r0, #1024\n\t"
      "cmp r3, r2\n\t"
      "it hi\n\t"
      "movhi r3, r2\n\t"
      "str r3, [sp, #16]\n\t"
      "mov r4, r8\n\t"
      "mov r5, r9\n\t"
      "mov r6, r10\n\t"
      "mov r7, r11\n\t"
      "subs r2, r3, r0\n\t"
      "tst r2, #16\n\t"
      "bne 3f\n"
      "2:\n\t" SCR_QUAD_STEP SCR_QUAD_STEP
      "3:\n\t" SCR_QUAD_STEP SCR_QUAD_STEP
      "ldr r2, [sp, #16]\n\t"
      "cmp r0, r2\n\t"
      "bne 2b\n\t"
      "sub r4, r4, r8\n\t"
      "sub r5, r5, r9\n\t"
      "sub r6, r6, r10\n\t"
      "sub r7, r7, r11\n\t"
      "ldm sp, {r2, r3, r12, lr}\n\t"
      "add r4, r2, r4, asr #8\n\t"
      "add r5, r3, r5, asr #8\n\t"
      "add r6, r12, r6, asr #8\n\t"
      "add r7, lr, r7, asr #8\n\t"
      "ldrd r2, r3, [sp, #20]\n\t"
      "ldr r12, [r2]\n\t"
      "cmp r0, r12\n\t"
      "beq 4f\n\t"
      "stm sp, {r4, r5, r6, r7}\n\t"
      "b 1b\n"
      "4:\n\t"
      "ldr r12, [r2, #4]\n\t"
      "add r3, r3, r12\n\t"
      "ldrd r12, lr, [r2, #8]\n\t"
      "ldrd r0, r1, [r3]\n\t"
      SCR_QUAD_SCALE("r4", "r0") SCR_QUAD_SCALE("r5", "r0") SCR_QUAD_SCALE("r8", "r1") SCR_QUAD_SCALE("r9", "r1")
      "ldrd r0, r1, [r3, #8]\n\t"
      SCR_QUAD_SCALE("r6", "r0") SCR_QUAD_SCALE("r7", "r0") SCR_QUAD_SCALE("r10", "r1") SCR_QUAD_SCALE("r11", "r1")
      "ldrd r0, r1, [r2, #16]\n\t"
      "orr r4, r4, r8, lsl #8\n\t"
      "orr r5, r5, r9, lsl #8\n\t"
      "orr r4, r4, r6, lsl #16\n\t"
      "orr r5, r5, r7, lsl #16\n\t"
      "orr r4, r4, r10, lsl #24\n\t"
      "orr r5, r5, r11, lsl #24\n\t"
      "uqsub8 r4, r4, r0\n\t"
      "uqsub8 r5, r5, r0\n\t"
      "uadd8 r4, r4, r0\n\t"
      "uadd8 r5, r5, r0\n\t"
      "uqsub8 r6, r4, r1\n\t"
      "uqsub8 r7, r5, r1\n\t"
      "usub8 r0, r4, r6\n\t"
      "usub8 r1, r5, r7\n\t"
      "add sp, #28\n\t"
      "pop {r4-r11, pc}");
}
#undef SCR_QUAD_STEP
#undef SCR_QUAD_SCALE
#else
/// The same where there are no such instructions, for tests.
static __attribute__((unused)) uint64_t scr_quad_of_patches(
    const uint32_t *_Nonnull x, const uint32_t *_Nonnull w, const scr_patches *_Nonnull patches,
    const int32_t *_Nonnull bias) {
  const int32_t *const m = (const int32_t *)((const char *)bias + patches->to_multiplier);
  uint32_t words[2] = {0, 0};
  for (int pair = 0; pair < 2; pair++) {
    for (int patch = 0; patch < 2; patch++) {
      int32_t a = bias[2 * pair], l = bias[2 * pair + 1];
      const uint32_t *weight = w + pair;
      for (const uint32_t *at = x; at < patches->end;) {
        int32_t h = l;
        const uint32_t *const stop = patches->end - at > 256 ? at + 256 : patches->end;
        for (; at < stop; at += 2, weight += 4) {
          h = scr_dot_lanes(*weight, at[patch], h);
          l = scr_dot_lanes(scr_low_bytes(*weight), at[patch], l);
        }
        a = (int32_t)((uint32_t)a + (uint32_t)((int32_t)((uint32_t)h - (uint32_t)l) >> 8));
      }
      words[patch] |= scr_scale_byte(a, m[2 * pair], &patches->scaling) << 16 * pair |
                      scr_scale_byte(l, m[2 * pair + 1], &patches->scaling) << (16 * pair + 8);
    }
  }
  return (uint64_t)scr_clamp_bytes(words[1], &patches->scaling) << 32 | scr_clamp_bytes(words[0], &patches->scaling);
}
#endif
