// Dense operations on 512 bits. A block of four pairs takes a vector for two groups of four inputs; its factor has
// (u0, u2) four times, (u1, u3) four times, and the same of the next group, each byte with a zero byte behind it.
// Then vpdpwssd sums the products of the halfwords, 256·A + B, and vpdpbusd those of their low bytes, B: the high
// bytes meet the zeros.
//
// Images have many zeros. Vectors whose eight inputs are all zero are left out: on a host, time may depend on the data.
#if defined(__x86_64__)

#include "avx512.h"
#include "dense_x86.h"


enum {
  // Each 32-bit lane gets two of a vector's eight inputs: 256 inputs, as DenseKernels.swift explains.
  inputs_per_flush = 1024,
  vectors_per_flush = inputs_per_flush / 8,
  // Blocks that share a factor.
  blocks_per_pass = 6,
};

/// Positions of a stretch of the input, at most inputs_per_flush bytes, where eight bytes aren't all zero.
typedef struct {
  int count;
  int32_t offsets[vectors_per_flush + 16];
} stretch;

/// Looks at 4·groups bytes.
TARGET static void find(stretch *list, const uint8_t *input, intptr_t groups) {
  const __m512i steps = _mm512_setr_epi32(0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120);
  int count = 0;
  for (intptr_t at = 0; at < groups; at += 32) {
    const __m512i low = _mm512_maskz_loadu_epi32(first(groups - at), input + 4 * at);
    const __m512i high =
        _mm512_maskz_loadu_epi32(groups - at > 16 ? first(groups - at - 16) : 0, input + 4 * at + 64);
    const __mmask16 some = (__mmask16)(_mm512_test_epi64_mask(low, low) | _mm512_test_epi64_mask(high, high) << 8);
    const __m512i offsets = _mm512_add_epi32(steps, _mm512_set1_epi32((int32_t)(4 * at)));
    _mm512_storeu_si512(list->offsets + count, _mm512_maskz_compress_epi32(some, offsets));
    count += __builtin_popcount(some);
  }
  list->count = count;
}

/// Adds the biases to 16 channels' sums and writes as many of them as there are.
INLINE void store(const scr_dense *dense, intptr_t channel, __m512i products) {
  const intptr_t left = dense->outputs - channel;
  if (left <= 0) return;
  // The arrays are as long as the outputs, rounded up to even.
  const __m512i sums = _mm512_add_epi32(products, _mm512_maskz_loadu_epi32(first(left), dense->bias + channel));
  if (dense->is_logits) {
    _mm512_mask_storeu_epi32((int32_t *)dense->output + channel, first(left), sums);
  } else {
    const __m512i multipliers = _mm512_maskz_loadu_epi32(first(left), dense->multiplier + channel);
    _mm_mask_storeu_epi8(
        (uint8_t *)dense->output + channel, first(left),
        _mm512_cvtepi32_epi8(
            requantize(sums, multipliers, dense->shift, dense->zero_point, dense->low, dense->high)));
  }
}

/// Lane i of the result, 128 bits, is the sum of the four lanes of the i-th vector.
INLINE __m512i sum_lanes(__m512i v0, __m512i v1, __m512i v2, __m512i v3) {
  const __m512i s01 = _mm512_add_epi32(_mm512_shuffle_i32x4(v0, v1, 0x44), _mm512_shuffle_i32x4(v0, v1, 0xEE));
  const __m512i s23 = _mm512_add_epi32(_mm512_shuffle_i32x4(v2, v3, 0x44), _mm512_shuffle_i32x4(v2, v3, 0xEE));
  return _mm512_add_epi32(_mm512_shuffle_i32x4(s01, s23, 0x88), _mm512_shuffle_i32x4(s01, s23, 0xDD));
}

/// Stores up to four blocks: lane i of `as` has the channels A of block i, lane i of `ls` the channels B.
INLINE void store_blocks(const scr_dense *dense, intptr_t channel, int count, __m512i as, __m512i ls) {
  const __m512i low = _mm512_unpacklo_epi32(as, ls), high = _mm512_unpackhi_epi32(as, ls);
  const __m512i lower = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0);
  const __m512i upper = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
  store(dense, channel, _mm512_permutex2var_epi64(low, lower, high));
  if (count > 2) store(dense, channel + 16, _mm512_permutex2var_epi64(low, upper, high));
}

/// Computes `count` blocks of four pairs, from `channel` on.
INLINE void run_blocks(
    const scr_dense *dense, const uint8_t *weights, intptr_t channel, int count, stretch *list) {
  const __m512i spread = _mm512_set_epi64(
      0x8007800580078005, 0x8007800580078005, 0x8006800480068004, 0x8006800480068004,  //
      0x8003800180038001, 0x8003800180038001, 0x8002800080028000, 0x8002800080028000);
  const intptr_t block_size = 32 * dense->groups;
  __m512i a[blocks_per_pass], h[blocks_per_pass], l[blocks_per_pass];
  for (int b = 0; b < blocks_per_pass; b++) a[b] = l[b] = _mm512_setzero_si512();
  for (intptr_t start = 0; start < dense->groups; start += inputs_per_flush / 4) {
    const uint8_t *input = dense->input + 4 * start;
    const intptr_t groups = dense->groups - start < inputs_per_flush / 4 ? dense->groups - start : inputs_per_flush / 4;
    // A single stretch is the same for all blocks.
    if (channel == 0 || dense->groups > inputs_per_flush / 4) find(list, input, groups);
    for (int b = 0; b < count; b++) h[b] = l[b];
    // An odd group at the end makes half a vector.
    const bool is_half = list->count > 0 && (groups & 1) != 0 && list->offsets[list->count - 1] == 4 * (groups - 1);
    const int whole = list->count - is_half;
#pragma clang loop unroll_count(2)
    for (int i = 0; i < whole; i++) {
      const intptr_t offset = list->offsets[i];
      int64_t eight;
      __builtin_memcpy(&eight, input + offset, 8);
      const __m512i x = _mm512_shuffle_epi8(_mm512_set1_epi64(eight), spread);
      const uint8_t *at = weights + 8 * (4 * start + offset);
      for (int b = 0; b < count; b++) {
        const __m512i w = _mm512_loadu_si512(at + b * block_size);
        h[b] = _mm512_dpwssd_epi32(h[b], w, x);
        l[b] = _mm512_dpbusd_epi32(l[b], x, w);
      }
    }
    if (is_half) {
      uint32_t four;
      __builtin_memcpy(&four, input + 4 * (groups - 1), 4);
      const __m512i x = _mm512_shuffle_epi8(_mm512_set1_epi64(four), spread);
      const uint8_t *at = weights + 32 * (start + groups - 1);
      for (int b = 0; b < count; b++) {
        const __m512i w = _mm512_maskz_loadu_epi32(0x00FF, at + b * block_size);
        h[b] = _mm512_dpwssd_epi32(h[b], w, x);
        l[b] = _mm512_dpbusd_epi32(l[b], x, w);
      }
    }
    for (int b = 0; b < count; b++)
      a[b] = _mm512_add_epi32(a[b], _mm512_srai_epi32(_mm512_sub_epi32(h[b], l[b]), 8));
  }
  store_blocks(dense, channel, count, sum_lanes(a[0], a[1], a[2], a[3]), sum_lanes(l[0], l[1], l[2], l[3]));
  if (count > 4) {
    const __m512i zero = _mm512_setzero_si512();
    store_blocks(
        dense, channel + 32, count - 4, sum_lanes(a[4], a[5], zero, zero), sum_lanes(l[4], l[5], zero, zero));
  }
}

TARGET static void run_six(const scr_dense *d, const uint8_t *w, intptr_t c, stretch *l) { run_blocks(d, w, c, 6, l); }
TARGET static void run_five(const scr_dense *d, const uint8_t *w, intptr_t c, stretch *l) { run_blocks(d, w, c, 5, l); }
TARGET static void run_four(const scr_dense *d, const uint8_t *w, intptr_t c, stretch *l) { run_blocks(d, w, c, 4, l); }
TARGET static void run_three(const scr_dense *d, const uint8_t *w, intptr_t c, stretch *l) { run_blocks(d, w, c, 3, l); }
TARGET static void run_two(const scr_dense *d, const uint8_t *w, intptr_t c, stretch *l) { run_blocks(d, w, c, 2, l); }
TARGET static void run_one(const scr_dense *d, const uint8_t *w, intptr_t c, stretch *l) { run_blocks(d, w, c, 1, l); }

/// Computes `count` single pairs from `channel` on. A vector holds eight groups of one pair, (u0, u2) and (u1, u3) of
/// each.
INLINE void run_pairs(const scr_dense *dense, const uint8_t *weights, intptr_t channel, int count) {
  const __m512i order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15));
  const intptr_t pair_size = 8 * dense->groups;
  // The fourth stays zero, so that lanes can be summed four vectors at a time.
  __m512i a[4], h[4], l[4];
  for (int p = 0; p < 4; p++) a[p] = l[p] = _mm512_setzero_si512();
  // Two of a vector's 32 inputs for each lane.
  for (intptr_t start = 0; start < dense->groups; start += 1024) {
    const intptr_t end = dense->groups - start < 1024 ? dense->groups : start + 1024;
    for (int p = 0; p < count; p++) h[p] = l[p];
    intptr_t group = start;
    for (; group + 8 <= end; group += 8) {
      const __m256i bytes = _mm256_loadu_si256((const __m256i *)(dense->input + 4 * group));
      const __m512i x = _mm512_shuffle_epi8(_mm512_cvtepu8_epi16(bytes), order);
      for (int p = 0; p < count; p++) {
        const __m512i w = _mm512_loadu_si512(weights + p * pair_size + 8 * group);
        h[p] = _mm512_dpwssd_epi32(h[p], w, x);
        l[p] = _mm512_dpbusd_epi32(l[p], x, w);
      }
    }
    if (group < end) {
      const __m256i bytes = _mm256_maskz_loadu_epi32((__mmask8)first(end - group), dense->input + 4 * group);
      const __m512i x = _mm512_shuffle_epi8(_mm512_cvtepu8_epi16(bytes), order);
      for (int p = 0; p < count; p++) {
        const __m512i w = _mm512_maskz_loadu_epi32(first(2 * (end - group)), weights + p * pair_size + 8 * group);
        h[p] = _mm512_dpwssd_epi32(h[p], w, x);
        l[p] = _mm512_dpbusd_epi32(l[p], x, w);
      }
    }
    for (int p = 0; p < count; p++)
      a[p] = _mm512_add_epi32(a[p], _mm512_srai_epi32(_mm512_sub_epi32(h[p], l[p]), 8));
  }
  // Lane p has four partial sums of pair p; sum them crosswise, A's in the even words and B's in the odd ones.
  const __m512i as = sum_lanes(a[0], a[1], a[2], a[3]), ls = sum_lanes(l[0], l[1], l[2], l[3]);
  const __m512i pairs = _mm512_add_epi32(_mm512_unpacklo_epi32(as, ls), _mm512_unpackhi_epi32(as, ls));
  const __m512i sums = _mm512_add_epi32(pairs, _mm512_shuffle_epi32(pairs, 0x4E));
  store(dense, channel, _mm512_maskz_compress_epi32(0x3333, sums));
}

TARGET static void run_three_pairs(const scr_dense *d, const uint8_t *w, intptr_t c) { run_pairs(d, w, c, 3); }
TARGET static void run_two_pairs(const scr_dense *d, const uint8_t *w, intptr_t c) { run_pairs(d, w, c, 2); }
TARGET static void run_one_pair(const scr_dense *d, const uint8_t *w, intptr_t c) { run_pairs(d, w, c, 1); }

TARGET void scr_dense_avx512(const scr_dense *dense) {
  static void (*const blocks_of[])(const scr_dense *, const uint8_t *, intptr_t, stretch *) = {
      0, run_one, run_two, run_three, run_four, run_five, run_six};
  const uint8_t *weights = dense->weights;
  // Blocks of four pairs, the last of which may lack a channel.
  intptr_t blocks = (dense->outputs + 1) / 8;
  intptr_t channel = 0;
  stretch list;
  while (blocks > 0) {
    const intptr_t count = blocks < blocks_per_pass ? blocks : blocks_per_pass;
    blocks_of[count](dense, weights, channel, &list);
    weights += count * 32 * dense->groups;
    channel += 8 * count;
    blocks -= count;
  }
  static void (*const pairs[])(const scr_dense *, const uint8_t *, intptr_t) = {
      0, run_one_pair, run_two_pairs, run_three_pairs};
  if (channel < dense->outputs) pairs[(dense->outputs - channel + 1) / 2](dense, weights, channel);
}

#endif
