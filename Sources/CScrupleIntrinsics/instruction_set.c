// Which kernels this processor can run.
#if defined(__x86_64__)

#include "ScrupleDense.h"

int32_t scr_instruction_set(void) {
  if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return SCR_AVX512_VNNI;
  return __builtin_cpu_supports("avx2") ? SCR_AVX2 : SCR_PORTABLE;
}

#endif
