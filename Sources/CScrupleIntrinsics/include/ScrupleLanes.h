// Two 16-bit lanes in a 32-bit word.
#pragma once

#include <stdint.h>

#if defined(__ARM_FEATURE_DSP) && defined(__arm__)
#include <arm_acle.h>
#define SCR_DSP 1
#else
#define SCR_DSP 0
#endif

/// Bytes 0 and 2 of `word`, zero-extended into the low and the high lane.
static inline uint32_t scr_even_bytes(uint32_t word) {
#if SCR_DSP
  return __uxtb16(word);
#else
  return word & 0x00FF00FF;
#endif
}

/// Bytes 1 and 3 of `word`, zero-extended into the low and the high lane.
static inline uint32_t scr_odd_bytes(uint32_t word) {
#if SCR_DSP
  return __uxtb16(__ror(word, 8));
#else
  return (word >> 8) & 0x00FF00FF;
#endif
}

/// The low byte of each lane, sign-extended into its lane.
static inline uint32_t scr_low_bytes(uint32_t word) {
#if SCR_DSP
  return __sxtb16(word);
#else
  return (uint32_t)(uint16_t)(int8_t)word | (uint32_t)(int8_t)(word >> 16) << 16;
#endif
}

/// sum + a's low lane · b's low lane + a's high lane · b's high lane; lanes are signed, the sum wraps.
static inline int32_t scr_dot_lanes(uint32_t a, uint32_t b, int32_t sum) {
#if SCR_DSP
  return __smlad((int16x2_t)a, (int16x2_t)b, sum);
#else
  const uint32_t low = (uint32_t)((int16_t)a * (int16_t)b);
  const uint32_t high = (uint32_t)(((int32_t)a >> 16) * ((int32_t)b >> 16));
  return (int32_t)((uint32_t)sum + low + high);
#endif
}
