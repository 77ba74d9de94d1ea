// Which kernels this processor can run.
#if defined(__x86_64__)

#include "ScrupleDense.h"

int32_t scr_found_instruction_set = SCR_PORTABLE;

__attribute__((constructor)) static void find_instruction_set(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) scr_found_instruction_set = SCR_AVX2;
  if (!__builtin_cpu_supports("avx512vnni") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512cd"))
    return;
  scr_found_instruction_set = __builtin_cpu_supports("avx512vbmi2") ? SCR_AVX512_VBMI2 : SCR_AVX512_VNNI;
}

#endif
