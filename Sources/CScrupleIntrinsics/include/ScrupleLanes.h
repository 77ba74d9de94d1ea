// Two 16-bit lanes in a 32-bit word.
#pragma once

#include <stdint.h>

#include "ScrupleArithmetic.h"
#include "ScrupleInline.h"

#if defined(__ARM_FEATURE_DSP) && defined(__arm__)
#include <arm_acle.h>
#define SCR_DSP 1
#else
#define SCR_DSP 0
#endif

/// Bytes 0 and 2 of `word`, zero-extended into the low and the high lane.
SCR_INLINE uint32_t scr_even_bytes(uint32_t word) {
#if SCR_DSP
  return __uxtb16(word);
#else
  return word & 0x00FF00FF;
#endif
}

/// Bytes 1 and 3 of `word`, zero-extended into the low and the high lane.
SCR_INLINE uint32_t scr_odd_bytes(uint32_t word) {
#if SCR_DSP
  return __uxtb16(__ror(word, 8));
#else
  return (word >> 8) & 0x00FF00FF;
#endif
}

/// The low byte of each lane, sign-extended into its lane.
SCR_INLINE uint32_t scr_low_bytes(uint32_t word) {
#if SCR_DSP
  return __sxtb16(word);
#else
  return (uint32_t)(uint16_t)(int8_t)word | (uint32_t)(int8_t)(word >> 16) << 16;
#endif
}

#if defined(__riscv) && !defined(__riscv_mul)
/// a·b for a byte b, where there is no instruction for it, in the same time for all factors.
static __attribute__((noinline, unused)) uint32_t scr_times_byte(uint32_t a, uint32_t b) {
  uint32_t product = 0;
#pragma clang loop unroll(full)
  for (int bit = 0; bit < 8; bit++) product += (a << bit) & (0u - scr_hide((b >> bit) & 1));
  return product;
}
#endif

/// sum + a's low lane · b's low lane + a's high lane · b's high lane. a's lanes are signed, b's are bytes (0 to 255), the
/// sum wraps.
SCR_INLINE int32_t scr_dot_lanes(uint32_t a, uint32_t b, int32_t sum) {
#if SCR_DSP
  return __smlad((int16x2_t)a, (int16x2_t)b, sum);
#elif defined(__riscv) && !defined(__riscv_mul)
  const uint32_t low = scr_times_byte((uint32_t)(int16_t)a, b & 0xFF);
  const uint32_t high = scr_times_byte((uint32_t)((int32_t)a >> 16), b >> 16);
  return (int32_t)((uint32_t)sum + low + high);
#else
  const uint32_t low = (uint32_t)((int16_t)a * (int16_t)b);
  const uint32_t high = (uint32_t)(((int32_t)a >> 16) * ((int32_t)b >> 16));
  return (int32_t)((uint32_t)sum + low + high);
#endif
}

/// Two words of pair-packed weights, each for a pair of channels, times the lanes of `x`: h gets the products of the
/// whole halfwords, l those of their low bytes. Returns where the next words are.
///
/// On cores with DSP instructions this stands as it is to be executed, seven instructions for eight products, and so
/// it does on Armv7-M without them, eighteen: compilers load ahead and run out of registers.
SCR_INLINE const uint32_t *_Nonnull scr_two_pairs(
    const uint32_t *_Nonnull weights, uint32_t x, int32_t *_Nonnull h0, int32_t *_Nonnull l0, int32_t *_Nonnull h1,
    int32_t *_Nonnull l1) {
#if SCR_DSP
  uint32_t w0, w1;
  __asm__ volatile(
      "ldrd %[w0], %[w1], [%[w]], #8\n\t"
      "smlad %[h0], %[w0], %[x], %[h0]\n\t"
      "sxtb16 %[w0], %[w0]\n\t"
      "smlad %[l0], %[w0], %[x], %[l0]\n\t"
      "smlad %[h1], %[w1], %[x], %[h1]\n\t"
      "sxtb16 %[w1], %[w1]\n\t"
      "smlad %[l1], %[w1], %[x], %[l1]"
      : [h0] "+r"(*h0), [l0] "+r"(*l0), [h1] "+r"(*h1), [l1] "+r"(*l1), [w] "+r"(weights), [w0] "=&r"(w0),
        [w1] "=&r"(w1)
      : [x] "r"(x), "m"(*(const uint32_t(*)[2])weights));
  return weights;
#elif defined(__thumb2__)
  uint32_t w, t;
  const uint32_t low = x & 0xFFFF, high = x >> 16;
#define SCR_PAIR(h, l)                 \
  "ldr %[v], [%[w]], #4\n\t"           \
  "sxth %[t], %[v]\n\t"                \
  "mla " h ", %[t], %[low], " h "\n\t" \
  "asr %[t], %[v], #16\n\t"            \
  "mla " h ", %[t], %[high], " h "\n\t" \
  "sxtb %[t], %[v]\n\t"                \
  "mla " l ", %[t], %[low], " l "\n\t" \
  "sxtb %[t], %[v], ror #16\n\t"       \
  "mla " l ", %[t], %[high], " l "\n\t"
  __asm__ volatile(
      SCR_PAIR("%[h0]", "%[l0]") SCR_PAIR("%[h1]", "%[l1]")
      : [h0] "+r"(*h0), [l0] "+r"(*l0), [h1] "+r"(*h1), [l1] "+r"(*l1), [w] "+r"(weights), [v] "=&r"(w), [t] "=&r"(t)
      : [low] "r"(low), [high] "r"(high), "m"(*(const uint32_t(*)[2])weights));
#undef SCR_PAIR
  return weights;
#elif defined(__thumb__)
  uint32_t w, t;
  const uint32_t low = x & 0xFFFF, high = x >> 16;
#define SCR_PAIR(h, l)          \
  "ldm %[w]!, {%[v]}\n\t"       \
  "sxth %[t], %[v]\n\t"         \
  "muls %[t], %[low], %[t]\n\t" \
  "add " h ", %[t]\n\t"         \
  "sxtb %[t], %[v]\n\t"         \
  "muls %[t], %[low], %[t]\n\t" \
  "add " l ", %[t]\n\t"         \
  "asrs %[v], %[v], #16\n\t"    \
  "sxtb %[t], %[v]\n\t"         \
  "muls %[t], %[high], %[t]\n\t" \
  "add " l ", %[t]\n\t"         \
  "muls %[v], %[high], %[v]\n\t" \
  "add " h ", %[v]\n\t"
  __asm__ volatile(
      SCR_PAIR("%[h0]", "%[l0]") SCR_PAIR("%[h1]", "%[l1]")
      : [h0] "+h"(*h0), [l0] "+h"(*l0), [h1] "+h"(*h1), [l1] "+l"(*l1), [w] "+l"(weights), [v] "=&l"(w), [t] "=&l"(t)
      : [low] "l"(low), [high] "l"(high), "m"(*(const uint32_t(*)[2])weights)
      : "cc");
#undef SCR_PAIR
  return weights;
#else
  *h0 = scr_dot_lanes(weights[0], x, *h0);
  *l0 = scr_dot_lanes(scr_low_bytes(weights[0]), x, *l0);
#if defined(__riscv) || defined(__arm__)
  __asm__("" : "+r"(*h0), "+r"(*l0), "+r"(weights));  // One word after the other, or registers run out.
#endif
  *h1 = scr_dot_lanes(weights[1], x, *h1);
  *l1 = scr_dot_lanes(scr_low_bytes(weights[1]), x, *l1);
#if defined(__riscv) || defined(__arm__)
  __asm__("" : "+r"(*h1), "+r"(*l1), "+r"(weights));
#endif
  return weights + 2;
#endif
}
