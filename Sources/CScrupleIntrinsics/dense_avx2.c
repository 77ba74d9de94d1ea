// Dense operations on 256 bits. A block of four pairs takes a vector for each group of four inputs: words 0 of the pairs
// in the lower half, words 1 in the upper. Its factor is (u0, u2) four times, (u1, u3) four times.
#if defined(__x86_64__)

#include <immintrin.h>

#include "ScrupleArithmetic.h"
#include "dense_x86.h"

#define TARGET __attribute__((target("avx2")))

enum {
  // Each 32-bit lane gets two inputs of a group: 256 inputs, as DenseKernels.swift explains.
  groups_per_flush = 128,
};

TARGET static inline __m256i low_bytes(__m256i words) {
  return _mm256_srai_epi16(_mm256_slli_epi16(words, 8), 8);
}

/// Sums `count` channels from `sums` into the output, from `channel` on.
static void store(const scr_dense *dense, intptr_t channel, const int32_t *sums, int count) {
  for (int k = 0; k < count; k++) {
    if (dense->is_logits) {
      ((int32_t *)dense->output)[channel + k] = sums[k];
    } else {
      int32_t y =
          scr_requantize(sums[k], dense->shift, dense->multiplier[channel + k]) + dense->zero_point;
      y = y > dense->high ? dense->high : y;
      ((uint8_t *)dense->output)[channel + k] = (uint8_t)(y < dense->low ? dense->low : y);
    }
  }
}

TARGET static void sum_four_pairs(const scr_dense *dense, const uint8_t *weights, const int32_t *bias, int32_t *sums) {
  const __m256i spread = _mm256_setr_epi8(
      0, -1, 2, -1, 0, -1, 2, -1, 0, -1, 2, -1, 0, -1, 2, -1,  //
      1, -1, 3, -1, 1, -1, 3, -1, 1, -1, 3, -1, 1, -1, 3, -1);
  __m256i a = _mm256_setzero_si256(), l = a;
  for (intptr_t group = 0; group < dense->groups;) {
    const intptr_t end = group + groups_per_flush < dense->groups ? group + groups_per_flush : dense->groups;
    __m256i h = l;
    for (; group < end; group++) {
      int32_t inputs;
      __builtin_memcpy(&inputs, dense->input + 4 * group, 4);
      const __m256i x = _mm256_shuffle_epi8(_mm256_set1_epi32(inputs), spread);
      const __m256i w = _mm256_loadu_si256((const __m256i *)(weights + 32 * group));
      h = _mm256_add_epi32(h, _mm256_madd_epi16(w, x));
      l = _mm256_add_epi32(l, _mm256_madd_epi16(low_bytes(w), x));
    }
    a = _mm256_add_epi32(a, _mm256_srai_epi32(_mm256_sub_epi32(h, l), 8));
  }
  const __m128i a4 = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  const __m128i l4 = _mm_add_epi32(_mm256_castsi256_si128(l), _mm256_extracti128_si256(l, 1));
  const __m128i first = _mm_loadu_si128((const __m128i *)bias), second = _mm_loadu_si128((const __m128i *)bias + 1);
  _mm_storeu_si128((__m128i *)sums, _mm_add_epi32(_mm_unpacklo_epi32(a4, l4), first));
  _mm_storeu_si128((__m128i *)sums + 1, _mm_add_epi32(_mm_unpackhi_epi32(a4, l4), second));
}

/// One pair: a vector holds four groups, (u0, u2) and (u1, u3) of each.
TARGET static void sum_pair(const scr_dense *dense, const uint8_t *weights, const int32_t *bias, int32_t *sums) {
  const __m256i order = _mm256_setr_epi8(
      0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,  //
      0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
  __m256i a = _mm256_setzero_si256(), l = a;
  intptr_t group = 0;
  while (group + 4 <= dense->groups) {
    // Two of 16 inputs for each lane.
    const intptr_t whole = dense->groups & ~(intptr_t)3;
    const intptr_t end = group + 512 < whole ? group + 512 : whole;
    __m256i h = l;
    for (; group < end; group += 4) {
      const __m256i bytes = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(dense->input + 4 * group)));
      const __m256i x = _mm256_shuffle_epi8(bytes, order);
      const __m256i w = _mm256_loadu_si256((const __m256i *)(weights + 8 * group));
      h = _mm256_add_epi32(h, _mm256_madd_epi16(w, x));
      l = _mm256_add_epi32(l, _mm256_madd_epi16(low_bytes(w), x));
    }
    a = _mm256_add_epi32(a, _mm256_srai_epi32(_mm256_sub_epi32(h, l), 8));
  }
  int32_t lanes[2][8];
  _mm256_storeu_si256((__m256i *)lanes[0], a);
  _mm256_storeu_si256((__m256i *)lanes[1], l);
  uint32_t total_a = (uint32_t)bias[0], total_l = (uint32_t)bias[1];
  for (int lane = 0; lane < 8; lane++) total_a += (uint32_t)lanes[0][lane], total_l += (uint32_t)lanes[1][lane];
  for (; group < dense->groups; group++) {
    for (int i = 0; i < 4; i++) {
      int16_t halfword;
      __builtin_memcpy(&halfword, weights + 8 * group + 4 * (i & 1) + (i & 2), 2);
      const int32_t u = dense->input[4 * group + i], b = (int8_t)halfword;
      total_a += (uint32_t)((halfword - b) / 256 * u);
      total_l += (uint32_t)(b * u);
    }
  }
  sums[0] = (int32_t)total_a;
  sums[1] = (int32_t)total_l;
}

TARGET void scr_dense_avx2(const scr_dense *dense) {
  const uint8_t *weights = dense->weights;
  int32_t sums[8];
  intptr_t channel = 0;
  for (; dense->outputs - channel > 6; channel += 8, weights += 32 * dense->groups) {
    sum_four_pairs(dense, weights, dense->bias + channel, sums);
    store(dense, channel, sums, dense->outputs - channel < 8 ? (int)(dense->outputs - channel) : 8);
  }
  for (; channel < dense->outputs; channel += 2, weights += 8 * dense->groups) {
    sum_pair(dense, weights, dense->bias + channel, sums);
    store(dense, channel, sums, dense->outputs - channel < 2 ? 1 : 2);
  }
}

#endif
