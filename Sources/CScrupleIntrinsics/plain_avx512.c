// Dense operations over plain weights: half the instructions of the pair-packed ones, which pays for rearranging where the
// same model runs again and again.
//
// A tile is 16 channels. A panel is up to three tiles; for each group of four inputs it holds 64 bytes a tile, four weights
// of each channel. So 784 inputs of a panel (37 KB) stay in a core's first cache while many inputs pass. Up to four channels
// that are left over make a strip instead: 64 bytes hold four groups of four channels.
//
// Two inputs go together. Groups of four input bytes that are zero in both are left out: images have many.
#if defined(__x86_64__)

#include <string.h>

#include "ScruplePlain.h"
#include "avx512.h"

#define TARGET_VBMI2 __attribute__((target("avx512f,avx512cd,avx512bw,avx512vl,avx512vnni,avx512vbmi2")))

enum { tiles_per_panel = 3, strip_channels = 4, few_groups = 48 };

/// Full tiles, and channels of the strip behind them.
typedef struct {
  intptr_t tiles;
  intptr_t strip;
} shape;

static shape shape_of(intptr_t outputs) {
  const intptr_t rest = outputs % 16;
  if (rest > 0 && rest <= strip_channels) return (shape){outputs / 16, rest};
  return (shape){(outputs + 15) / 16, 0};
}

static intptr_t strip_size(intptr_t groups) { return (groups + 3) / 4 * 64; }

size_t scr_plain_size(intptr_t groups, intptr_t outputs) {
  const shape s = shape_of(outputs);
  return (size_t)(s.tiles * groups * 64 + (s.strip ? strip_size(groups) : 0));
}

/// The weight of an input for a channel, from pair-packed weights.
static int32_t weight(const uint8_t *packed, intptr_t groups, intptr_t outputs, intptr_t channel, intptr_t input) {
  if (channel >= outputs || input >= 4 * groups) return 0;
  const intptr_t pairs = (outputs + 1) / 2, pair = channel / 2, group = input / 4, padded = 4 * groups;
  const intptr_t word = input & 1, half = input >> 1 & 1;
  const intptr_t index = pair < (pairs & ~(intptr_t)3)
                             ? 4 * padded * (pair / 4) + 16 * group + 8 * word + 2 * (pair & 3) + half
                             : padded * pair + 4 * group + 2 * word + half;
  int16_t halfword;
  memcpy(&halfword, packed + 2 * index, 2);
  const int32_t b = (int8_t)halfword;
  return channel & 1 ? b : (halfword - b) / 256;
}

bool scr_plain_prepare(uint8_t *to, const void *packed, intptr_t groups, intptr_t outputs) {
  const shape s = shape_of(outputs);
  int32_t largest = 0;
  for (intptr_t tile = 0; tile < s.tiles; tile += tiles_per_panel) {
    const intptr_t width = s.tiles - tile < tiles_per_panel ? s.tiles - tile : tiles_per_panel;
    for (intptr_t group = 0; group < groups; group++)
      for (intptr_t channel = 16 * tile; channel < 16 * (tile + width); channel++)
        for (intptr_t i = 0; i < 4; i++) {
          const int32_t w = weight(packed, groups, outputs, channel, 4 * group + i);
          largest = w > largest ? w : largest;
          *to++ = (uint8_t)w;
        }
  }
  if (s.strip != 0)
    for (intptr_t group = 0; group < (groups + 3) / 4 * 4; group++)
      for (intptr_t channel = 16 * s.tiles; channel < 16 * s.tiles + strip_channels; channel++)
        for (intptr_t i = 0; i < 4; i++) {
          const int32_t w = weight(packed, groups, outputs, channel, 4 * group + i);
          largest = w > largest ? w : largest;
          *to++ = (uint8_t)w;
        }
  // 128 is what a forged halfword can hold.
  return largest < 128;
}

/// One row, or two that go together.
typedef struct {
  int32_t rows[2];
  /// Number of groups that aren't zero in all of them, and which; with a vector to spare.
  int32_t count;
  uint16_t groups[];
} stretch;

static intptr_t stretch_size(intptr_t groups) {
  return ((intptr_t)sizeof(stretch) + 2 * (groups + 32) + 63) / 64 * 64;
}

/// Words of a bit for each group.
static intptr_t mark_words(intptr_t groups) { return (groups + 31) / 32; }

static intptr_t marks_size(intptr_t groups) { return (4 * SCR_PLAIN_ROWS * mark_words(groups) + 63) / 64 * 64; }

size_t scr_plain_scratch(intptr_t groups) {
  return (size_t)(marks_size(groups) + (SCR_PLAIN_ROWS + 1) / 2 * stretch_size(groups));
}

/// Marks the groups that are not zero and returns how many they are.
TARGET static int32_t mark(uint32_t *marks, const uint8_t *x, intptr_t groups) {
  int32_t count = 0;
  intptr_t at = 0;
  for (; at + 32 <= groups; at += 32) {
    const __m512i u0 = _mm512_loadu_si512(x + 4 * at), u1 = _mm512_loadu_si512(x + 4 * at + 64);
    const uint32_t some = _mm512_test_epi32_mask(u0, u0) | (uint32_t)_mm512_test_epi32_mask(u1, u1) << 16;
    *marks++ = some;
    count += __builtin_popcount(some);
  }
  if (at < groups) {
    const intptr_t left = groups - at;
    const __m512i u0 = _mm512_maskz_loadu_epi32(first(left), x + 4 * at);
    const __m512i u1 = _mm512_maskz_loadu_epi32(left > 16 ? first(left - 16) : 0, x + 4 * at + 64);
    const uint32_t some = _mm512_test_epi32_mask(u0, u0) | (uint32_t)_mm512_test_epi32_mask(u1, u1) << 16;
    *marks = some;
    count += __builtin_popcount(some);
  }
  return count;
}

/// Lists the groups that two rows have marked.
TARGET_VBMI2 static void list_groups(stretch *to, const uint32_t *marks0, const uint32_t *marks1, intptr_t words) {
  __m512i indices = _mm512_set_epi16(
      31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  int32_t count = 0;
  for (intptr_t word = 0; word < words; word++) {
    const uint32_t some = marks0[word] | marks1[word];
    _mm512_storeu_si512(to->groups + count, _mm512_maskz_compress_epi16(some, indices));
    count += __builtin_popcount(some);
    indices = _mm512_add_epi16(indices, _mm512_set1_epi16(32));
  }
  to->count = count;
}

/// Lists all groups for rows as they come: where there are few groups, looking for zeros costs more than it saves.
static void list_all(uint8_t *lists, intptr_t rows, intptr_t groups) {
  for (intptr_t i = 0; i < rows; i += 2) {
    stretch *to = (stretch *)(lists + i / 2 * stretch_size(groups));
    to->rows[0] = (int32_t)i;
    to->rows[1] = (int32_t)(i + 1 < rows ? i + 1 : i);
    to->count = (int32_t)groups;
    for (intptr_t group = 0; group < groups; group++) to->groups[group] = (uint16_t)group;
  }
}

/// Puts rows together that have about as many groups, which tend to have the same ones, and lists them.
static void pair_up(uint8_t *scratch, const uint8_t *input, intptr_t stride, intptr_t rows, intptr_t groups) {
  enum { buckets = 64 };
  const intptr_t words = mark_words(groups), size = stretch_size(groups);
  uint32_t *marks = (uint32_t *)scratch;
  uint8_t *lists = scratch + marks_size(groups);
  uint8_t bucket_of[SCR_PLAIN_ROWS], order[SCR_PLAIN_ROWS] = {0, 1};
  intptr_t ends[buckets + 1] = {0};
  for (intptr_t row = 0; row < rows; row++) {
    const intptr_t count = mark(marks + row * words, input + row * stride, groups);
    bucket_of[row] = (uint8_t)(count * buckets / (groups + 1));
    ends[bucket_of[row] + 1]++;
  }
  if (rows > 2) {
    for (int bucket = 0; bucket < buckets; bucket++) ends[bucket + 1] += ends[bucket];
    for (intptr_t row = 0; row < rows; row++) order[ends[bucket_of[row]]++] = (uint8_t)row;
  }
  for (intptr_t i = 0; i < rows; i += 2) {
    stretch *to = (stretch *)(lists + i / 2 * size);
    to->rows[0] = order[i];
    to->rows[1] = order[i + 1 < rows ? i + 1 : i];
    list_groups(to, marks + to->rows[0] * words, marks + to->rows[1] * words, words);
  }
}

INLINE __m512i broadcast(const uint8_t *four) {
  int32_t word;
  memcpy(&word, four, 4);
  return _mm512_set1_epi32(word);
}

/// Adds the biases to the products of up to 16 channels of one row and writes them.
INLINE void store(const scr_plain *plain, uint8_t *row, intptr_t channel, intptr_t count, __m512i products) {
  const __mmask16 mask = first(count);
  const __m512i sums = _mm512_add_epi32(products, _mm512_maskz_loadu_epi32(mask, plain->bias + channel));
  if (plain->is_logits) {
    _mm512_mask_storeu_epi32((int32_t *)row + channel, mask, sums);
  } else {
    const __m512i multipliers = _mm512_maskz_loadu_epi32(mask, plain->multiplier + channel);
    _mm_mask_storeu_epi8(
        row + channel, mask,
        _mm512_cvtepi32_epi8(
            requantize(sums, multipliers, plain->shift, plain->zero_point, plain->low, plain->high)));
  }
}

/// Adds the products of one group.
INLINE void add(
    __m512i s[2][tiles_per_panel], const uint8_t *weights, const int width, const uint8_t *const x[2], const int rows,
    intptr_t group) {
  for (int t = 0; t < width; t++) {
    const __m512i w = _mm512_load_si512(weights + 64 * (width * group + t));
    for (int r = 0; r < rows; r++) s[r][t] = _mm512_dpbusd_epi32(s[r][t], broadcast(x[r] + 4 * group), w);
  }
}

/// A panel of `width` tiles for one row or two.
INLINE void run_panel(
    const scr_plain *plain, const uint8_t *weights, intptr_t channel, const int width, const uint8_t *const x[2],
    const int rows, const stretch *list, uint8_t *const y[2]) {
  // Several sums for each tile and row, so that none waits for its own last one.
  const int chains = rows == 1 ? 4 : 3;
  __m512i s[4][2][tiles_per_panel];
  for (int c = 0; c < 4; c++)
    for (int r = 0; r < rows; r++)
      for (int t = 0; t < width; t++) s[c][r][t] = _mm512_setzero_si512();
  intptr_t i = 0;
  for (; i + chains <= list->count; i += chains) {
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; c++) add(s[c], weights, width, x, rows, list->groups[i + c]);
  }
#pragma clang loop unroll(disable)
  for (; i < list->count; i++) add(s[0], weights, width, x, rows, list->groups[i]);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int t = 0; t < width; t++) {
      const __m512i sum =
          _mm512_add_epi32(_mm512_add_epi32(s[0][r][t], s[1][r][t]), _mm512_add_epi32(s[2][r][t], s[3][r][t]));
      store(plain, y[r], channel + 16 * t, plain->outputs - channel - 16 * t, sum);
    }
  }
}

#define PANEL(name, width, rows)                                                                               \
  TARGET static void name(                                                                                     \
      const scr_plain *plain, const uint8_t *weights, intptr_t channel, const uint8_t *const x[2],             \
      const stretch *list, uint8_t *const y[2]) {                                                              \
    run_panel(plain, weights, channel, width, x, rows, list, y);                                               \
  }
PANEL(panel_1_1, 1, 1)
PANEL(panel_2_1, 2, 1)
PANEL(panel_3_1, 3, 1)
PANEL(panel_1_2, 1, 2)
PANEL(panel_2_2, 2, 2)
PANEL(panel_3_2, 3, 2)

/// The strip for one row or two.
INLINE void run_strip(
    const scr_plain *plain, const uint8_t *weights, intptr_t channel, const uint8_t *const x[2], const int rows,
    uint8_t *const y[2]) {
  // Lane i of 128 bits gets the inputs of the i-th of four groups, four times.
  const __m512i spread = _mm512_set_epi64(
      0x0F0E0D0C0F0E0D0C, 0x0F0E0D0C0F0E0D0C, 0x0B0A09080B0A0908, 0x0B0A09080B0A0908,  //
      0x0706050407060504, 0x0706050407060504, 0x0302010003020100, 0x0302010003020100);
  __m512i s[4][2];
  for (int c = 0; c < 4; c++)
    for (int r = 0; r < rows; r++) s[c][r] = _mm512_setzero_si512();
  intptr_t group = 0;
  for (; group + 16 <= plain->groups; group += 16, weights += 256) {
#pragma clang loop unroll(full)
    for (int c = 0; c < 4; c++) {
      const __m512i w = _mm512_load_si512(weights + 64 * c);
      for (int r = 0; r < rows; r++) {
        const __m128i u = _mm_loadu_si128((const __m128i *)(x[r] + 4 * group + 16 * c));
        s[c][r] = _mm512_dpbusd_epi32(s[c][r], _mm512_shuffle_epi8(_mm512_broadcast_i32x4(u), spread), w);
      }
    }
  }
  for (; group < plain->groups; group += 4, weights += 64) {
    const __m512i w = _mm512_load_si512(weights);
    for (int r = 0; r < rows; r++) {
      const intptr_t left = plain->groups - group;
      const __m128i u = _mm_maskz_loadu_epi32(left < 4 ? (__mmask8)first(left) : 0xF, x[r] + 4 * group);
      s[0][r] = _mm512_dpbusd_epi32(s[0][r], _mm512_shuffle_epi8(_mm512_broadcast_i32x4(u), spread), w);
    }
  }
  for (int r = 0; r < rows; r++) {
    const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(s[0][r], s[1][r]), _mm512_add_epi32(s[2][r], s[3][r]));
    const __m256i h = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    const __m128i q = _mm_add_epi32(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
    store(plain, y[r], channel, plain->outputs - channel, _mm512_zextsi128_si512(q));
  }
}

TARGET static void strip_1(
    const scr_plain *plain, const uint8_t *weights, intptr_t channel, const uint8_t *const x[2], const stretch *list,
    uint8_t *const y[2]) {
  run_strip(plain, weights, channel, x, 1, y);
}

TARGET static void strip_2(
    const scr_plain *plain, const uint8_t *weights, intptr_t channel, const uint8_t *const x[2], const stretch *list,
    uint8_t *const y[2]) {
  run_strip(plain, weights, channel, x, 2, y);
}

void scr_plain_run(
    const scr_plain *plain, const uint8_t *input, intptr_t input_stride, void *output, intptr_t output_stride,
    intptr_t rows, void *scratch) {
  typedef void (*kernel)(
      const scr_plain *, const uint8_t *, intptr_t, const uint8_t *const[2], const stretch *, uint8_t *const[2]);
  // For one row and for two; the strip and panels of one to three tiles.
  static const kernel kernels[2][1 + tiles_per_panel] = {
      {strip_1, panel_1_1, panel_2_1, panel_3_1}, {strip_2, panel_1_2, panel_2_2, panel_3_2}};
  const shape s = shape_of(plain->outputs);
  const uint8_t *weights = plain->weights, *lists = (const uint8_t *)scratch + marks_size(plain->groups);
  if (plain->groups <= few_groups || s.tiles == 0)
    list_all((uint8_t *)scratch + marks_size(plain->groups), rows, plain->groups);
  else
    pair_up(scratch, input, input_stride, rows, plain->groups);
  for (intptr_t channel = 0; channel < plain->outputs;) {
    const intptr_t tiles = s.tiles - channel / 16;
    const intptr_t width = tiles < tiles_per_panel ? tiles : tiles_per_panel;
    for (intptr_t i = 0; i < rows; i += 2) {
      const stretch *list = (const stretch *)(lists + i / 2 * stretch_size(plain->groups));
      const uint8_t *const x[2] = {input + list->rows[0] * input_stride, input + list->rows[1] * input_stride};
      uint8_t *const y[2] = {
          (uint8_t *)output + list->rows[0] * output_stride, (uint8_t *)output + list->rows[1] * output_stride};
      kernels[i + 1 < rows][width](plain, weights, channel, x, list, y);
    }
    weights += width * plain->groups * 64;
    channel += width == 0 ? strip_channels : 16 * width;
  }
}

#endif
