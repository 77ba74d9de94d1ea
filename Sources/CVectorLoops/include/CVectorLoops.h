/* The inner loops of training, in C because Swift can neither name a CPU's vector extensions nor take a square
   root in a vector. Each is compiled for several x86-64 levels, and the loader picks one (target_clones).

   All compute the same bits at every level: one IEEE operation for each operator in the stated order, nothing
   contracted, nothing reordered. Blocks must not overlap. */
#ifndef C_VECTOR_LOOPS_H
#define C_VECTOR_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#include "CConvolutionLoops.h"

/* sum[i] += addend[i] */
void loops_add(float *sum, const float *addend, size_t count);

/* One step of Adam (Kingma and Ba 2015), the bias corrections folded into scale and epsilon:
   m = beta1·m + (1 − beta1)·g;  v = beta2·v + (1 − beta2)·g²;  w = keep·w − scale·m / (√v + epsilon) */
typedef struct {
  float beta1, complement1, beta2, complement2, keep, scale, epsilon;
} loops_adam_constants;
void loops_adam(float *w, const float *g, float *m, float *v, size_t count, loops_adam_constants constants);

/* One step of gradient descent with momentum: v = momentum·v + (g + decay·w);  w = w − rate·v */
void loops_momentum(
    float *w, const float *g, float *v, size_t count, float momentum, float decay, float rate);

/* floats[i] = bytes[i] / 255, correctly rounded, without a division: 257/65536 has 9 bits, so its product with
   a byte is exact, and adding the rest's product rounds once. */
void loops_normalize(float *floats, const uint8_t *bytes, size_t count);

/* max |values[i]|, 0 for none */
float loops_largest_magnitude(const float *values, size_t count);

/* snapped[i] = scale · (the integer nearest to values[i]·steps, ties to even), for |values[i]·steps| < 2²² */
void loops_snap(float *snapped, const float *values, size_t count, float steps, float scale);

/* x[i] moves by step in the direction of gradient[i]'s sign, then into
   [max(centre[i] − radius, low), min(centre[i] + radius, high)] */
void loops_climb(
    float *x, const float *gradient, const float *centre, size_t count, float step, float radius, float low,
    float high);

#endif
