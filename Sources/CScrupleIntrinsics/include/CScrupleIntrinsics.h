#pragma once
#include <stdint.h>

/// (accumulator·2^shift·multiplier + 2^31) >> 32; see Requantize.swift.
static inline int32_t scr_requantize(int32_t accumulator, int32_t shift, int32_t multiplier) {
  const int32_t shifted = (int32_t)((uint32_t)accumulator << (shift & 31));
  return (int32_t)(((int64_t)shifted * multiplier + (int64_t)0x80000000) >> 32);
}
