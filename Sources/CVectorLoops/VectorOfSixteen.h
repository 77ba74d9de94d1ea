#ifndef VECTOR_OF_SIXTEEN_H
#define VECTOR_OF_SIXTEEN_H

#include <stddef.h>
#include <string.h>

#include "CConvolutionLoops.h"

#if defined(__x86_64__) && defined(__linux__)
#define FOR_EVERY_LEVEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EVERY_LEVEL
#endif

/* Inlined into every level of its caller. It takes pointers, never vectors: how those are passed depends on the
   level. */
#define IN_EVERY_LEVEL static inline __attribute__((always_inline))

/* Sixteen floats, at any address. */
typedef float vector16 __attribute__((ext_vector_type(16), aligned(4)));
typedef int mask16 __attribute__((ext_vector_type(16), aligned(4)));

#define LOAD(pointer) (*(const vector16 *)(pointer))
#define STORE(pointer, value) (*(vector16 *)(pointer) = (value))
#define SPLAT(number) ((vector16)(number))

/* Not a number stays not a number. */
#define CLIPPED(value, clip) \
  ({ \
    vector16 clipped_ = (value), low_ = SPLAT((clip).low), high_ = SPLAT((clip).high); \
    clipped_ = low_ > clipped_ ? low_ : clipped_; \
    high_ < clipped_ ? high_ : clipped_; \
  })

/* All ones in the lanes below `count`. */
#define LANES_BELOW(count) \
  ((mask16){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} < (mask16)((int)(count)))

IN_EVERY_LEVEL size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

#endif
