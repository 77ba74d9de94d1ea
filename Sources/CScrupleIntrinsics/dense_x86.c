#if defined(__x86_64__)

#include "dense_x86.h"

void scr_dense_run(const scr_dense *dense, int32_t instruction_set) {
  if (instruction_set >= SCR_AVX512_VNNI)
    scr_dense_avx512(dense);
  else
    scr_dense_avx2(dense);
}

#endif
