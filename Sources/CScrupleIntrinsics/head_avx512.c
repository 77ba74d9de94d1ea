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

#endif
