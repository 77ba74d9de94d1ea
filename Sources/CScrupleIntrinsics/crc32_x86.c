// Folding, after Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ" (Intel, 2009). With bits
// reflected, sixteen bytes b = (low, high) that stand n bits before others add low·(x^(n+32) mod P) + high·(x^(n−32) mod P)
// to them.
#if defined(__x86_64__)

#include <immintrin.h>

#include "ScrupleFold.h"

#define TARGET __attribute__((target("pclmul,sse4.1")))

/// `bytes`, moved by the distance that `factors` stands for.
TARGET static inline __m128i moved(__m128i bytes, __m128i factors) {
  return _mm_xor_si128(_mm_clmulepi64_si128(bytes, factors, 0x00), _mm_clmulepi64_si128(bytes, factors, 0x11));
}

TARGET static intptr_t fold(uint32_t remainder, const void *bytes, intptr_t count, void *folded) {
  // x^(n+32) and x^(n−32) modulo P, reflected and shifted left by one, for n = 512 and n = 128.
  const __m128i by64 = _mm_set_epi64x(0x1C6E41596, 0x154442BD4), by16 = _mm_set_epi64x(0x0CCAA009E, 0x1751997D0);
  const __m128i *at = bytes;
  __m128i b[4];
  for (int i = 0; i < 4; i++) b[i] = _mm_loadu_si128(at++);
  b[0] = _mm_xor_si128(b[0], _mm_cvtsi32_si128((int32_t)remainder));
  const intptr_t steps = count / 64;
  for (intptr_t step = 1; step < steps; step++)
    for (int i = 0; i < 4; i++) b[i] = _mm_xor_si128(moved(b[i], by64), _mm_loadu_si128(at++));
  for (int i = 1; i < 4; i++) b[i] = _mm_xor_si128(moved(b[i - 1], by16), b[i]);
  _mm_storeu_si128(folded, b[3]);
  return 64 * steps;
}

intptr_t scr_crc32_fold(uint32_t remainder, const void *bytes, intptr_t count, void *folded) {
  if (count < 256 || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) return 0;
  return fold(remainder, bytes, count, folded);
}

#endif
