// The confidence head with the wide instructions of large processors; see Model+Verdict.swift for what is computed.
#pragma once

#include <stdint.h>

#include "ScrupleInline.h"

/// What the head needs to know of a model.
typedef struct {
  const int32_t *_Nonnull multipliers;
  intptr_t count;
  /// What turns the products into Q.26.
  uint32_t shift;
  /// The 32 entries and the three coefficients of Exp2.swift.
  const uint32_t *_Nonnull table;
  const uint32_t *_Nonnull coefficients;
  /// The gap factor E, Q8.24, and a lower bound of 1/E, Q1.31; 0 for no certificate.
  uint32_t factor;
  uint32_t inverse;
} scr_head;

/// The parts of a verdict.
typedef struct {
  int64_t best;
  uint64_t sum;
  uint32_t winner;
  uint32_t lower;
  uint32_t upper;
} scr_verdict;

#if defined(__x86_64__)
/// Runs the whole head on up to sixteen inputs' accumulators, one after the other, replacing them by probabilities. Needs
/// SCR_AVX512_VNNI.
///
/// `columns` are 16·count words to work with, count rounded up to a multiple of 16; there is a verdict for each input.
void scr_head_rows(
    uint32_t *_Nonnull words, intptr_t rows, const scr_head *_Nonnull head, uint32_t *_Nonnull columns,
    scr_verdict *_Nonnull verdicts);
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
SCR_INLINE void scr_head_rows(
    uint32_t *_Nonnull words, intptr_t rows, const scr_head *_Nonnull head, uint32_t *_Nonnull columns,
    scr_verdict *_Nonnull verdicts) {}
SCR_INLINE uint64_t scr_head_terms(
    int32_t *_Nonnull words, const int32_t *_Nonnull multipliers, intptr_t count, uint32_t shift,
    const uint32_t *_Nonnull table, const uint32_t *_Nonnull a, int64_t *_Nonnull best, uint32_t *_Nonnull winner) {
  return 0;
}
SCR_INLINE void scr_head_scale(uint32_t *_Nonnull words, intptr_t count, uint32_t mantissa, uint32_t shift) {}
#endif
