// The confidence head, 16 classes at a time.
#if defined(__x86_64__)

#include "ScrupleHead.h"
#include "avx512.h"

/// Logits of the even and of the odd classes among 16, exact; the least possible where there is no class.
INLINE void logits(
    const int32_t *words, const int32_t *multipliers, intptr_t left, __m512i *even, __m512i *odd) {
  const __mmask16 mask = first(left);
  const __m512i a = _mm512_maskz_loadu_epi32(mask, words), m = _mm512_maskz_loadu_epi32(mask, multipliers);
  // Lane i of the even ones is class 2i.
  const __m512i lanes = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), count = _mm512_set1_epi64(left);
  const __m512i least = _mm512_set1_epi64(INT64_MIN / 2);
  const __mmask8 has_even = _mm512_cmplt_epi64_mask(lanes, count);
  const __mmask8 has_odd = _mm512_cmplt_epi64_mask(_mm512_add_epi64(lanes, _mm512_set1_epi64(1)), count);
  *even = _mm512_mask_mul_epi32(least, has_even, a, m);
  *odd = _mm512_mask_mul_epi32(least, has_odd, _mm512_srli_epi64(a, 32), _mm512_srli_epi64(m, 32));
}

/// 2^(−distance), as Exp2.swift defines it.
INLINE __m512i exp2_negative(__m512i distance, const uint32_t *table, const uint32_t *a) {
  const __m512i n = _mm512_srli_epi32(distance, 26);
  const __m512i base = _mm512_permutex2var_epi32(
      _mm512_loadu_si512(table), _mm512_srli_epi32(distance, 21), _mm512_loadu_si512(table + 16));
  const __m512i y = _mm512_slli_epi32(distance, 11);
  const __m512i a1 = _mm512_set1_epi32((int32_t)a[0]), a2 = _mm512_set1_epi32((int32_t)a[1]);
  const __m512i a3 = _mm512_set1_epi32((int32_t)a[2]);
  const __m512i cubic = _mm512_sub_epi32(a2, _mm512_srli_epi32(umulh(y, a3), 7));
  const __m512i slope = _mm512_sub_epi32(a1, _mm512_srli_epi32(umulh(y, cubic), 7));
  const __m512i mantissa = _mm512_sub_epi32(base, _mm512_srli_epi32(umulh(base, umulh(y, slope)), 5));
  const __m512i low = _mm512_and_si512(n, _mm512_set1_epi32(31));
  const __m512i one = _mm512_srli_epi32(low, 1), two = _mm512_sub_epi32(low, one);
  const __m512i half = _mm512_srli_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(1), two), 1);
  const __m512i rounded = _mm512_srlv_epi32(_mm512_add_epi32(_mm512_srlv_epi32(mantissa, one), half), two);
  // From 32 on, another shift by 31.
  return _mm512_mask_srli_epi32(
      rounded, _mm512_cmpge_epu32_mask(n, _mm512_set1_epi32(32)), rounded, 31);
}

TARGET uint64_t scr_head_terms(
    int32_t *words, const int32_t *multipliers, intptr_t count, uint32_t shift, const uint32_t *table,
    const uint32_t *a, int64_t *best, uint32_t *winner) {
  __m512i even, odd, top = _mm512_set1_epi64(INT64_MIN / 2);
  for (intptr_t k = 0; k < count; k += 16) {
    logits(words + k, multipliers + k, count - k, &even, &odd);
    top = _mm512_max_epi64(top, _mm512_max_epi64(even, odd));
  }
  *best = _mm512_reduce_max_epi64(top);
  top = _mm512_set1_epi64(*best);

  const __m512i half = _mm512_set1_epi64((int64_t)((1u << shift) >> 1)), limit = _mm512_set1_epi64(0xFFFFFFFF);
  const __m128i by = _mm_cvtsi32_si128((int32_t)shift);
  __m512i sums = _mm512_setzero_si512();
  bool found = false;
  for (intptr_t k = 0; k < count; k += 16) {
    logits(words + k, multipliers + k, count - k, &even, &odd);
    if (!found) {
      const uint32_t first_even = _mm512_cmpeq_epi64_mask(even, top), first_odd = _mm512_cmpeq_epi64_mask(odd, top);
      if ((first_even | first_odd) != 0) {
        const uint32_t e = 2 * (uint32_t)__builtin_ctz(first_even | 0x100);
        const uint32_t o = 2 * (uint32_t)__builtin_ctz(first_odd | 0x100) + 1;
        *winner = (uint32_t)k + (e < o ? e : o);
        found = true;
      }
    }
    even = _mm512_min_epu64(_mm512_srl_epi64(_mm512_add_epi64(_mm512_sub_epi64(top, even), half), by), limit);
    odd = _mm512_min_epu64(_mm512_srl_epi64(_mm512_add_epi64(_mm512_sub_epi64(top, odd), half), by), limit);
    const __m512i distance = _mm512_or_si512(even, _mm512_slli_epi64(odd, 32));
    const __mmask16 mask = first(count - k);
    const __m512i terms = _mm512_maskz_mov_epi32(mask, exp2_negative(distance, table, a));
    _mm512_mask_storeu_epi32(words + k, mask, terms);
    sums = _mm512_add_epi64(
        sums, _mm512_add_epi64(_mm512_and_si512(terms, limit), _mm512_srli_epi64(terms, 32)));
  }
  return (uint64_t)_mm512_reduce_add_epi64(sums);
}

TARGET void scr_head_scale(uint32_t *words, intptr_t count, uint32_t mantissa, uint32_t shift) {
  const __m512i factor = _mm512_set1_epi32((int32_t)mantissa);
  const __m128i by = _mm_cvtsi32_si128((int32_t)shift - 1);
  for (intptr_t k = 0; k < count; k += 16) {
    const __mmask16 mask = first(count - k);
    const __m512i product = _mm512_srl_epi32(umulh(_mm512_maskz_loadu_epi32(mask, words + k), factor), by);
    _mm512_mask_storeu_epi32(
        words + k, mask, _mm512_srli_epi32(_mm512_add_epi32(product, _mm512_set1_epi32(1)), 1));
  }
}

// MARK: Sixteen inputs at a time, one in each lane

/// Unsigned 64-bit numbers, one in each lane.
typedef struct {
  __m512i high, low;
} wide;

INLINE wide add(wide a, wide b) {
  const __m512i low = _mm512_add_epi32(a.low, b.low), high = _mm512_add_epi32(a.high, b.high);
  const __mmask16 carry = _mm512_cmplt_epu32_mask(low, b.low);
  return (wide){_mm512_mask_add_epi32(high, carry, high, _mm512_set1_epi32(1)), low};
}

INLINE wide multiply(__m512i a, __m512i b) { return (wide){umulh(a, b), _mm512_mullo_epi32(a, b)}; }

/// a·2^by, for by in 1…31.
INLINE wide left(wide a, int by) {
  return (wide){
      _mm512_or_si512(_mm512_slli_epi32(a.high, by), _mm512_srli_epi32(a.low, 32 - by)), _mm512_slli_epi32(a.low, by)};
}

/// a >> by, for by in 1…31.
INLINE wide right(wide a, int by) {
  return (wide){
      _mm512_srli_epi32(a.high, by), _mm512_or_si512(_mm512_srli_epi32(a.low, by), _mm512_slli_epi32(a.high, 32 - by))};
}

/// Reciprocal.swift's mantissa and shift.
typedef struct {
  __m512i mantissa, shift;
} reciprocal;

INLINE reciprocal reciprocal_of(wide d) {
  const __m512i zeros = _mm512_lzcnt_epi32(d.high), zero = _mm512_setzero_si512();
  const __m512i s = _mm512_or_si512(
      _mm512_sllv_epi32(d.high, zeros),
      _mm512_srlv_epi32(_mm512_srli_epi32(d.low, 1), _mm512_sub_epi32(_mm512_set1_epi32(31), zeros)));
  __m512i x = _mm512_slli_epi32(
      _mm512_sub_epi32(_mm512_set1_epi32((int32_t)3031741620u), umulh(s, _mm512_set1_epi32(2021161080))), 1);
  x = _mm512_slli_epi32(umulh(x, _mm512_sub_epi32(zero, umulh(s, x))), 1);
  x = _mm512_slli_epi32(umulh(x, _mm512_sub_epi32(zero, umulh(s, x))), 1);
  x = _mm512_sub_epi32(x, _mm512_set1_epi32(4));
  const __m512i residual = _mm512_sub_epi32(_mm512_set1_epi32(INT32_MIN), umulh(s, x));
  x = _mm512_add_epi32(x, _mm512_slli_epi32(umulh(x, residual), 1));
  return (reciprocal){
      _mm512_sub_epi32(x, _mm512_set1_epi32(2)), _mm512_sub_epi32(_mm512_set1_epi32(32), zeros)};
}

/// Bracket.swift's bounds for the rests R = S − 1.
INLINE void bracket(wide rest, intptr_t classes, uint32_t factor, uint32_t inverse, uint32_t *lower, uint32_t *upper) {
  const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi32(1);
  if (factor == 0) {
    _mm512_storeu_si512(lower, zero);
    _mm512_storeu_si512(upper, _mm512_set1_epi32(INT32_MIN));
    return;
  }
  const wide slack = {
      zero, _mm512_add_epi32(right(rest, 26).low, _mm512_set1_epi32((int32_t)(classes / 2 + 1)))};
  const wide most = add(rest, slack);
  const __m512i e = _mm512_set1_epi32((int32_t)factor), i = _mm512_set1_epi32((int32_t)inverse);
  wide grown = add(left(multiply(most.high, e), 8), right(multiply(most.low, e), 24));
  grown = add(grown, (wide){one, one});
  const reciprocal least_of = reciprocal_of(grown);
  _mm512_storeu_si512(
      lower, _mm512_srlv_epi32(_mm512_sub_epi32(least_of.mantissa, _mm512_set1_epi32(2)), least_of.shift));

  const __mmask16 borrow = _mm512_cmplt_epu32_mask(rest.low, slack.low);
  const __mmask16 positive = (__mmask16)~(borrow & _mm512_cmpeq_epi32_mask(rest.high, zero));
  const wide least = {
      _mm512_maskz_mov_epi32(positive, _mm512_mask_sub_epi32(rest.high, borrow, rest.high, one)),
      _mm512_maskz_sub_epi32(positive, rest.low, slack.low)};
  wide shrunk = add(left(multiply(least.high, i), 1), right(multiply(least.low, i), 31));
  shrunk.high = _mm512_add_epi32(shrunk.high, one);
  const reciprocal most_of = reciprocal_of(shrunk);
  const __m512i half = _mm512_add_epi32(_mm512_srli_epi32(most_of.mantissa, 1), _mm512_set1_epi32(3));
  const __m512i bound =
      _mm512_add_epi32(_mm512_srlv_epi32(half, _mm512_sub_epi32(most_of.shift, one)), one);
  _mm512_storeu_si512(upper, _mm512_min_epu32(bound, _mm512_set1_epi32(INT32_MIN)));
}

/// Swaps rows and columns of 16 × 16 words.
INLINE void transpose(__m512i r[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  // r[4i + j] has column 4l + j of the rows 4i…4i + 3 in its lane l of 128 bits.
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int j = 0; j < 4; j++) {
    const __m512i a = _mm512_shuffle_i32x4(r[j], r[j + 4], 0x88), b = _mm512_shuffle_i32x4(r[j + 8], r[j + 12], 0x88);
    const __m512i c = _mm512_shuffle_i32x4(r[j], r[j + 4], 0xDD), d = _mm512_shuffle_i32x4(r[j + 8], r[j + 12], 0xDD);
    t[j] = _mm512_shuffle_i32x4(a, b, 0x88);
    t[j + 8] = _mm512_shuffle_i32x4(a, b, 0xDD);
    t[j + 4] = _mm512_shuffle_i32x4(c, d, 0x88);
    t[j + 12] = _mm512_shuffle_i32x4(c, d, 0xDD);
  }
  for (int i = 0; i < 16; i++) r[i] = t[i];
}

/// Writes `count` words of each row as columns of sixteen rows.
INLINE void to_columns(uint32_t *columns, const uint32_t *words, intptr_t rows, intptr_t count) {
  for (intptr_t k = 0; k < count; k += 16) {
    __m512i r[16];
    for (int i = 0; i < 16; i++)
      r[i] = i < rows ? _mm512_maskz_loadu_epi32(first(count - k), words + i * count + k) : _mm512_setzero_si512();
    transpose(r);
    for (int i = 0; i < 16; i++) _mm512_storeu_si512(columns + 16 * (k + i), r[i]);
  }
}

/// The reverse.
INLINE void to_rows(uint32_t *words, const uint32_t *columns, intptr_t rows, intptr_t count) {
  for (intptr_t k = 0; k < count; k += 16) {
    __m512i r[16];
    for (int i = 0; i < 16; i++) r[i] = _mm512_loadu_si512(columns + 16 * (k + i));
    transpose(r);
    for (int i = 0; i < 16; i++)
      if (i < rows) _mm512_mask_storeu_epi32(words + i * count + k, first(count - k), r[i]);
  }
}

TARGET void scr_head_rows(
    uint32_t *words, intptr_t rows, const scr_head *head, uint32_t *columns, scr_verdict *verdicts) {
  const intptr_t count = head->count;
  to_columns(columns, words, rows, count);
  // Lane i of the even ones is row 2i.
  __m512i best_even = _mm512_set1_epi64(INT64_MIN / 2), best_odd = best_even;
  __m512i winner_even = _mm512_setzero_si512(), winner_odd = winner_even;
  for (intptr_t k = 0; k < count; k++) {
    const __m512i a = _mm512_loadu_si512(columns + 16 * k);
    const __m512i m = _mm512_set1_epi64(head->multipliers[k]), class = _mm512_set1_epi64(k);
    const __m512i even = _mm512_mul_epi32(a, m), odd = _mm512_mul_epi32(_mm512_srli_epi64(a, 32), m);
    winner_even = _mm512_mask_mov_epi64(winner_even, _mm512_cmpgt_epi64_mask(even, best_even), class);
    winner_odd = _mm512_mask_mov_epi64(winner_odd, _mm512_cmpgt_epi64_mask(odd, best_odd), class);
    best_even = _mm512_max_epi64(best_even, even);
    best_odd = _mm512_max_epi64(best_odd, odd);
  }
  const __m512i half = _mm512_set1_epi64((int64_t)((1u << head->shift) >> 1)), limit = _mm512_set1_epi64(0xFFFFFFFF);
  const __m512i from_even = _mm512_add_epi64(best_even, half), from_odd = _mm512_add_epi64(best_odd, half);
  const __m128i by = _mm_cvtsi32_si128((int32_t)head->shift);
  wide sum = {_mm512_setzero_si512(), _mm512_set1_epi32(2)};
  for (intptr_t k = 0; k < count; k++) {
    const __m512i a = _mm512_loadu_si512(columns + 16 * k), m = _mm512_set1_epi64(head->multipliers[k]);
    __m512i even = _mm512_sub_epi64(from_even, _mm512_mul_epi32(a, m));
    __m512i odd = _mm512_sub_epi64(from_odd, _mm512_mul_epi32(_mm512_srli_epi64(a, 32), m));
    even = _mm512_min_epu64(_mm512_srl_epi64(even, by), limit);
    odd = _mm512_min_epu64(_mm512_srl_epi64(odd, by), limit);
    const __m512i e = exp2_negative(
        _mm512_or_si512(even, _mm512_slli_epi64(odd, 32)), head->table, head->coefficients);
    _mm512_storeu_si512(columns + 16 * k, e);
    sum = add(sum, (wide){_mm512_setzero_si512(), e});
  }
  const reciprocal r = reciprocal_of(sum);
  const __m512i one = _mm512_set1_epi32(1), last_shift = _mm512_sub_epi32(r.shift, one);
  for (intptr_t k = 0; k < count; k++) {
    const __m512i product = _mm512_srlv_epi32(umulh(_mm512_loadu_si512(columns + 16 * k), r.mantissa), last_shift);
    _mm512_storeu_si512(columns + 16 * k, _mm512_srli_epi32(_mm512_add_epi32(product, one), 1));
  }
  to_rows(words, columns, rows, count);
  uint32_t lower[16], upper[16], winner[16], low[16], high[16];
  int64_t best[16];
  bracket(
      (wide){_mm512_sub_epi32(sum.high, one), sum.low}, count, head->factor, head->inverse, lower, upper);
  // Even and odd rows in turn.
  const __m512i early = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), late = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
  _mm512_storeu_si512(best, _mm512_permutex2var_epi64(best_even, early, best_odd));
  _mm512_storeu_si512(best + 8, _mm512_permutex2var_epi64(best_even, late, best_odd));
  _mm512_storeu_si512(winner, _mm512_or_si512(winner_even, _mm512_slli_epi64(winner_odd, 32)));
  _mm512_storeu_si512(low, sum.low);
  _mm512_storeu_si512(high, sum.high);
  for (intptr_t row = 0; row < rows; row++)
    verdicts[row] = (scr_verdict){
        best[row], (uint64_t)high[row] << 32 | low[row], winner[row], lower[row], upper[row]};
}

#endif
