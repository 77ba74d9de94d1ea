#pragma once

/// A function that is worth less code than a call, also where code is optimized for size.
#define SCR_INLINE static inline __attribute__((always_inline))
