// Dense operations over weights that a host has rearranged, for one input or many at once. Needs SCR_AVX512_VBMI2.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ScrupleInline.h"

/// A dense operation with rearranged weights.
typedef struct {
  /// What scr_plain_prepare wrote, at a multiple of 64.
  const uint8_t *_Nonnull weights;
  /// align2(outputs) of them.
  const int32_t *_Nonnull bias;
  /// align2(outputs) of them.
  const int32_t *_Nonnull multiplier;
  intptr_t groups;
  intptr_t outputs;
  bool is_logits;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
} scr_plain;

/// Rows that scr_plain_run takes at most.
enum { SCR_PLAIN_ROWS = 64 };

#if defined(__x86_64__)
/// Bytes of the rearranged weights.
size_t scr_plain_size(intptr_t groups, intptr_t outputs);
/// Rearranges pair-packed weights. Returns false where a weight isn't in −128…127, which no exporter writes.
bool scr_plain_prepare(
    uint8_t *_Nonnull to, const void *_Nonnull packed, intptr_t groups, intptr_t outputs);
/// Bytes of working memory that scr_plain_run wants.
size_t scr_plain_scratch(intptr_t groups);
/// Runs `rows` inputs of 4·groups bytes each. Strides are in bytes.
void scr_plain_run(
    const scr_plain *_Nonnull plain, const uint8_t *_Nonnull input, intptr_t input_stride, void *_Nonnull output,
    intptr_t output_stride, intptr_t rows, void *_Nonnull scratch);
#else
SCR_INLINE size_t scr_plain_size(intptr_t groups, intptr_t outputs) { return 0; }
SCR_INLINE bool scr_plain_prepare(
    uint8_t *_Nonnull to, const void *_Nonnull packed, intptr_t groups, intptr_t outputs) {
  return false;
}
SCR_INLINE size_t scr_plain_scratch(intptr_t groups) { return 0; }
SCR_INLINE void scr_plain_run(
    const scr_plain *_Nonnull plain, const uint8_t *_Nonnull input, intptr_t input_stride, void *_Nonnull output,
    intptr_t output_stride, intptr_t rows, void *_Nonnull scratch) {}
#endif
