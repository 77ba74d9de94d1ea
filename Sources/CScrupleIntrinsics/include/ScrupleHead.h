// The confidence head with the wide instructions of large processors; see Model+Verdict.swift for what is computed.
#pragma once

#include <stdint.h>

#include "ScrupleInline.h"

#if defined(__x86_64__)
/// Replaces `count` accumulators by 2^(−distance) in Q32. Needs SCR_AVX512_VNNI.
///
/// `table` are the 32 entries and `a` the three coefficients of Exp2.swift; `shift` turns the products into Q.26.
/// Returns the sum of the results.
uint64_t scr_head_terms(
    int32_t *_Nonnull words, const int32_t *_Nonnull multipliers, intptr_t count, uint32_t shift,
    const uint32_t *_Nonnull table, const uint32_t *_Nonnull a, int64_t *_Nonnull best, uint32_t *_Nonnull winner);
/// Multiplies `count` words by mantissa·2^(−32 − shift), rounding half up. Needs SCR_AVX512_VNNI.
void scr_head_scale(uint32_t *_Nonnull words, intptr_t count, uint32_t mantissa, uint32_t shift);
#else
SCR_INLINE uint64_t scr_head_terms(
    int32_t *_Nonnull words, const int32_t *_Nonnull multipliers, intptr_t count, uint32_t shift,
    const uint32_t *_Nonnull table, const uint32_t *_Nonnull a, int64_t *_Nonnull best, uint32_t *_Nonnull winner) {
  return 0;
}
SCR_INLINE void scr_head_scale(uint32_t *_Nonnull words, intptr_t count, uint32_t mantissa, uint32_t shift) {}
#endif
