// What the 512-bit kernels share.
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define TARGET __attribute__((target("avx512f,avx512cd,avx512bw,avx512vl,avx512vnni")))
#define INLINE TARGET static inline __attribute__((always_inline))

/// A mask of the first `count` of 16 lanes; count ≥ 0.
INLINE __mmask16 first(intptr_t count) { return count >= 16 ? 0xFFFF : (__mmask16)((1u << count) - 1); }

/// (acc·2^shift·m + 2^31) >> 32, with the zero point, clamped, for 16 channels.
INLINE __m512i requantize(
    __m512i sums, __m512i multipliers, int32_t shift, int32_t zero_point, int32_t low, int32_t high) {
  const __m512i half = _mm512_set1_epi64(0x80000000);
  const __m512i shifted = _mm512_sll_epi32(sums, _mm_cvtsi32_si128(shift));
  const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(shifted, multipliers), half);
  const __m512i odd = _mm512_add_epi64(
      _mm512_mul_epi32(_mm512_srli_epi64(shifted, 32), _mm512_srli_epi64(multipliers, 32)), half);
  const __m512i y = _mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 32), odd);
  return _mm512_max_epi32(
      _mm512_min_epi32(_mm512_add_epi32(y, _mm512_set1_epi32(zero_point)), _mm512_set1_epi32(high)),
      _mm512_set1_epi32(low));
}

/// The upper words of the products of unsigned words.
INLINE __m512i umulh(__m512i a, __m512i b) {
  const __m512i even = _mm512_mul_epu32(a, b);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32));
  return _mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 32), odd);
}

#endif
