// Dense operations with the wide instructions of large processors, over the same pair-packed weights.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ScrupleInline.h"
#include "ScrupleVectors.h"

/// A dense operation in memory; see Dense.swift.
typedef struct {
  /// Pair-packed: align4(inputs) × align2(outputs) bytes.
  const void *_Nonnull weights;
  /// align2(outputs) of them.
  const int32_t *_Nonnull bias;
  /// align2(outputs) of them.
  const int32_t *_Nonnull multiplier;
  /// 4·groups bytes.
  const uint8_t *_Nonnull input;
  /// outputs bytes, or 4·outputs bytes of accumulators.
  void *_Nonnull output;
  intptr_t groups;
  intptr_t outputs;
  bool is_logits;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
} scr_dense;

/// Instruction sets with kernels of their own. Those of hosts stand in the order of what they have.
enum {
  /// Vectors of Armv8.1-M.
  SCR_MVE = -1,
  SCR_PORTABLE = 0,
  /// vpmaddwd on 256 bits.
  SCR_AVX2 = 1,
  /// vpdpwssd and vpdpbusd on 512 bits.
  SCR_AVX512_VNNI = 2,
  /// Compression of halfwords, too.
  SCR_AVX512_VBMI2 = 3,
};

#if defined(__x86_64__)
/// What the program's start has found.
extern int32_t scr_found_instruction_set;
/// The best that this processor has.
SCR_INLINE int32_t scr_instruction_set(void) { return scr_found_instruction_set; }
/// Runs a dense operation with an instruction set that this processor has, other than SCR_PORTABLE.
void scr_dense_run(const scr_dense *_Nonnull dense, int32_t instruction_set);
#elif SCR_MVE_KERNELS
SCR_INLINE int32_t scr_instruction_set(void) { return SCR_MVE; }
#else
SCR_INLINE int32_t scr_instruction_set(void) { return SCR_PORTABLE; }
SCR_INLINE void scr_dense_run(const scr_dense *_Nonnull dense, int32_t instruction_set) {}
#endif
