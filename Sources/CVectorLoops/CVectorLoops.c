#include "CVectorLoops.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__)
#define FOR_EVERY_LEVEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EVERY_LEVEL
#endif

#if __has_builtin(__builtin_elementwise_sqrt)
#define SQUARE_ROOT __builtin_elementwise_sqrt /* unlike sqrtf, never sets errno, and so vectorizes */
#else
#define SQUARE_ROOT sqrtf
#endif

FOR_EVERY_LEVEL
void loops_add(float *restrict sum, const float *restrict addend, size_t count) {
  for (size_t i = 0; i < count; i++) sum[i] += addend[i];
}

FOR_EVERY_LEVEL
void loops_adam(
    float *restrict w, const float *restrict g, float *restrict m, float *restrict v, size_t count,
    loops_adam_constants c) {
  for (size_t i = 0; i < count; i++) {
    float slope = g[i];
    m[i] = c.beta1 * m[i] + c.complement1 * slope;
    v[i] = c.beta2 * v[i] + c.complement2 * (slope * slope);
    w[i] = c.keep * w[i] - c.scale * m[i] / (SQUARE_ROOT(v[i]) + c.epsilon);
  }
}

FOR_EVERY_LEVEL
void loops_momentum(
    float *restrict w, const float *restrict g, float *restrict v, size_t count, float momentum, float decay,
    float rate) {
  for (size_t i = 0; i < count; i++) {
    v[i] = momentum * v[i] + (g[i] + decay * w[i]);
    w[i] -= rate * v[i];
  }
}

FOR_EVERY_LEVEL
void loops_normalize(float *restrict floats, const uint8_t *restrict bytes, size_t count) {
  const float high = 257.0f / 65536.0f, rest = (float)(1.0 / 255 - 257.0 / 65536);
  for (size_t i = 0; i < count; i++) {
    float u = (float)bytes[i];
    floats[i] = u * high + u * rest;
  }
}

FOR_EVERY_LEVEL
float loops_largest_magnitude(const float *values, size_t count) {
  /* Sixteen maxima side by side: one alone would be a chain of dependent operations. */
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (size_t lane = 0; lane < 16; lane++) {
      float magnitude = fabsf(values[i + lane]);
      lanes[lane] = magnitude > lanes[lane] ? magnitude : lanes[lane];
    }
  float largest = 0;
  for (; i < count; i++) largest = fabsf(values[i]) > largest ? fabsf(values[i]) : largest;
  for (size_t lane = 0; lane < 16; lane++) largest = lanes[lane] > largest ? lanes[lane] : largest;
  return largest;
}

FOR_EVERY_LEVEL
void loops_snap(float *restrict snapped, const float *restrict values, size_t count, float steps, float scale) {
  const float shift = 0x1.8p23f; /* adding it leaves no room for a fraction */
  for (size_t i = 0; i < count; i++) snapped[i] = ((values[i] * steps + shift) - shift) * scale;
}

FOR_EVERY_LEVEL
void loops_climb(
    float *restrict x, const float *restrict gradient, const float *restrict centre, size_t count, float step,
    float radius, float low, float high) {
  for (size_t i = 0; i < count; i++) {
    float up = gradient[i] > 0 ? step : 0, down = gradient[i] < 0 ? step : 0;
    float least = centre[i] - radius, most = centre[i] + radius;
    least = least < low ? low : least;
    most = most > high ? high : most;
    float moved = x[i] + (up - down);
    moved = moved < least ? least : moved;
    x[i] = moved > most ? most : moved;
  }
}
