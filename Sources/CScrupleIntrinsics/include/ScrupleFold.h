// Long CRC-32 remainders with carry-less multiplication.
#pragma once

#include <stdint.h>

#include "ScrupleInline.h"

#if defined(__x86_64__)
/// Folds as many of `count` bytes as it can, whole 64 at a time, into sixteen bytes with the same remainder: the state
/// `remainder` after these bytes is the state 0 after `folded`. Returns how many bytes that are; 0 where the
/// processor can't.
intptr_t scr_crc32_fold(
    uint32_t remainder, const void *_Nullable bytes, intptr_t count, void *_Nonnull folded);
#else
SCR_INLINE intptr_t scr_crc32_fold(
    uint32_t remainder, const void *_Nullable bytes, intptr_t count, void *_Nonnull folded) {
  return 0;
}
#endif
