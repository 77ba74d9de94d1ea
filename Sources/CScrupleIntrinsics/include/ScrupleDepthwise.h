// Depthwise convolutions over weights in quads; see QuadLayout.swift.
#pragma once

#include <stdint.h>

#include "ScrupleBytes.h"
#include "ScrupleInline.h"
#include "ScrupleLanes.h"

/// A window on an image whose pixels have a multiple of 4 channels, at a multiple of 4.
typedef struct {
  /// Bytes of a pixel.
  intptr_t channels;
  /// Bytes from a row of the image to the next.
  intptr_t row;
  /// Rows and columns of the window, and the words of weights from one row to the next and from four channels to the next.
  intptr_t rows;
  intptr_t columns;
  intptr_t row_weights;
  intptr_t quad_weights;
  const int32_t *_Nonnull bias;
  const int32_t *_Nonnull multiplier;
  scr_scaling scaling;
} scr_depthwise;

/// Adds the products of one position of the window to the sums of four channels.
SCR_INLINE void scr_depthwise_tap(
    uint32_t x, const uint32_t *_Nonnull w, int32_t *_Nonnull s0, int32_t *_Nonnull s1, int32_t *_Nonnull s2,
    int32_t *_Nonnull s3) {
  const uint32_t even = scr_even_bytes(x), odd = scr_odd_bytes(x);
  *s0 = scr_add_low(w[0], even, *s0);
  *s2 = scr_add_high(w[0], even, *s2);
  *s1 = scr_add_low(w[1], odd, *s1);
  *s3 = scr_add_high(w[1], odd, *s3);
}

/// Computes a pixel.
static __attribute__((noinline, unused)) void scr_depthwise_pixel(
    const scr_depthwise *_Nonnull depthwise, const uint8_t *_Nonnull input, const uint32_t *_Nonnull weights,
    uint8_t *_Nonnull output) {
  const intptr_t channels = depthwise->channels, row = depthwise->row;
  for (intptr_t channel = 0; channel < channels; channel += 4) {
    const int32_t *const bias = depthwise->bias + channel;
    int32_t s0 = bias[0], s1 = bias[1], s2 = bias[2], s3 = bias[3];
    const uint8_t *at = input + channel;
    const uint32_t *w = weights;
    for (intptr_t rows = depthwise->rows; rows > 0; rows--) {
      if (depthwise->columns == 3) {
        scr_depthwise_tap(*(const uint32_t *)at, w, &s0, &s1, &s2, &s3);
        scr_depthwise_tap(*(const uint32_t *)(at + channels), w + 2, &s0, &s1, &s2, &s3);
        scr_depthwise_tap(*(const uint32_t *)(at + 2 * channels), w + 4, &s0, &s1, &s2, &s3);
      } else {
        const uint8_t *x = at;
        const uint32_t *tap = w;
        for (intptr_t columns = depthwise->columns; columns > 0; columns--, x += channels, tap += 2)
          scr_depthwise_tap(*(const uint32_t *)x, tap, &s0, &s1, &s2, &s3);
      }
      at += row;
      w += depthwise->row_weights;
    }
    weights += depthwise->quad_weights;
    *(uint32_t *)(output + channel) =
        scr_scale_four(s0, s1, s2, s3, depthwise->multiplier + channel, &depthwise->scaling);
  }
}
