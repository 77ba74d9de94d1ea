// What the kernels for Armv8.1-M's vector extension (MVE, "Helium") have in common.
#pragma once

#include <stdint.h>

#include "ScrupleBytes.h"
#include "ScrupleInline.h"

// Bit 0: vectors of integers.
#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 1)
#include <arm_mve.h>
#define SCR_MVE_KERNELS 1
#else
#define SCR_MVE_KERNELS 0
#endif

/// Whether the kernels are those for vectors.
SCR_INLINE int32_t scr_has_vectors(void) { return SCR_MVE_KERNELS; }

#if SCR_MVE_KERNELS
/// requantize(sums) + zero point. VRMULH is (a·b + 2^31) >> 32.
SCR_INLINE int32x4_t scr_scale_vector(int32x4_t sums, int32x4_t multipliers, int32_t shift, int32_t zero_point) {
  return vaddq_n_s32(vrmulhq_s32(vshlq_r_s32(sums, shift), multipliers), zero_point);
}

/// Eight scaled values within the bounds: the lanes of `even` and `odd` by turns.
SCR_INLINE int16x8_t scr_clamp_vectors(int32x4_t even, int32x4_t odd, int16x8_t low, int16x8_t high) {
  const int16x8_t values = vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), even), odd);
  return vminq_s16(vmaxq_s16(values, low), high);
}
#endif
