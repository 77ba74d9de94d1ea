#include "VectorOfSixteen.h"

#pragma STDC FP_CONTRACT ON

/* Blocks of output channels: two vectors at a time while 32 are left, then one; the last one ends with the last
   channel, so it may do some channels a second time. Fewer than 16 channels are one block, whose spare lanes are
   written over by the next pixel. */
IN_EVERY_LEVEL size_t block_vectors(size_t outputs, size_t done) { return outputs - done >= 32 ? 2 : 1; }

IN_EVERY_LEVEL size_t block_start(size_t outputs, size_t done) {
  return outputs - done >= LOOPS_LANES || done == 0 ? done : outputs - LOOPS_LANES;
}

size_t loops_packed_count(size_t outputs, size_t inputs) {
  return (outputs + LOOPS_LANES - 1) / LOOPS_LANES * LOOPS_LANES * inputs;
}

void loops_pack(float *packed, const float *weights, size_t outputs, size_t inputs) {
  for (size_t done = 0; done < outputs;) {
    size_t width = LOOPS_LANES * block_vectors(outputs, done), start = block_start(outputs, done);
    for (size_t lane = 0; lane < width; lane++) {
      const float *row = weights + (start + lane) * inputs;
      if (start + lane < outputs)
        for (size_t i = 0; i < inputs; i++) packed[i * width + lane] = row[i];
      else
        for (size_t i = 0; i < inputs; i++) packed[i * width + lane] = 0;
    }
    packed += width * inputs;
    done += width;
  }
}

void loops_unpack(float *gradient, const float *packed, size_t outputs, size_t inputs) {
  for (size_t done = 0; done < outputs;) {
    size_t width = LOOPS_LANES * block_vectors(outputs, done), start = block_start(outputs, done);
    for (size_t lane = 0; lane < width && start + lane < outputs; lane++)
      for (size_t i = 0; i < inputs; i++) gradient[(start + lane) * inputs + i] = packed[i * width + lane];
    packed += width * inputs;
    done += width;
  }
}

void loops_turn(
    float *turned, const float *weights, size_t outputs, size_t height, size_t width, size_t channels) {
  size_t places = height * width;
  for (size_t o = 0; o < outputs; o++)
    for (size_t place = 0; place < places; place++)
      for (size_t c = 0; c < channels; c++)
        turned[(c * places + places - 1 - place) * outputs + o] = weights[(o * places + place) * channels + c];
}

void loops_pad(
    float *padded, size_t padded_height, size_t padded_width, const float *image, size_t height, size_t width,
    size_t channels, size_t top, size_t left, size_t row_step, size_t column_step) {
  memset(padded, 0, sizeof(float) * padded_height * padded_width * channels);
  for (size_t y = 0; y < height; y++) {
    float *row = padded + ((top + y * row_step) * padded_width + left) * channels;
    const float *source = image + y * width * channels;
    if (column_step == 1)
      memcpy(row, source, sizeof(float) * width * channels);
    else
      for (size_t x = 0; x < width; x++)
        memcpy(row + x * column_step * channels, source + x * channels, sizeof(float) * channels);
  }
}

FOR_EVERY_LEVEL
void loops_add_cropped(
    float *image, const float *padded, size_t padded_width, size_t height, size_t width, size_t channels, size_t top,
    size_t left) {
  for (size_t y = 0; y < height; y++) {
    const float *source = padded + ((top + y) * padded_width + left) * channels;
    float *row = image + y * width * channels;
    for (size_t i = 0; i < width * channels; i++) row[i] += source[i];
  }
}

/* `pixels` neighbouring outputs of `vectors` vectors of channels: all sums stay in registers. */
IN_EVERY_LEVEL void convolve_tile(
    float *y, const float *x, const float *w, const float *bias, const loops_geometry *g, const loops_clip *clip,
    const size_t pixels, const size_t vectors) {
  vector16 sums[16][2];
  size_t step = g->stride_width * g->channels, span = g->kernel_width * g->channels;
#pragma clang loop unroll(full)
  for (size_t p = 0; p < pixels; p++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) sums[p][v] = LOAD(bias + v * LOOPS_LANES);
  for (size_t row = 0; row < g->kernel_height; row++) {
    const float *source = x + row * g->width * g->channels;
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < span; i++) {
      vector16 weights[2];
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) weights[v] = LOAD(w + v * LOOPS_LANES);
      w += vectors * LOOPS_LANES;
#pragma clang loop unroll(full)
      for (size_t p = 0; p < pixels; p++)
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) sums[p][v] += weights[v] * SPLAT(source[p * step + i]);
    }
  }
#pragma clang loop unroll(full)
  for (size_t p = 0; p < pixels; p++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      STORE(y + p * g->output_channels + v * LOOPS_LANES, CLIPPED(sums[p][v], *clip));
}

#define TILE(count, vectors) \
  case count: \
    convolve_tile(y, x, w, bias, &g, &clip, count, vectors); \
    break;

FOR_EVERY_LEVEL
static void convolve_one(
    float *y, const float *x, const float *w, const float *bias, loops_geometry g, loops_clip clip,
    size_t pixels) {
  switch (pixels) {
    TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1) TILE(7, 1)
    TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1) TILE(13, 1) TILE(14, 1)
  }
}

FOR_EVERY_LEVEL
static void convolve_two(
    float *y, const float *x, const float *w, const float *bias, loops_geometry g, loops_clip clip,
    size_t pixels) {
  switch (pixels) {
    TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2) TILE(7, 2)
    TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2) TILE(12, 2)
  }
}

void loops_convolve(
    float *y, const float *x, const float *packed, const float *bias, loops_geometry g, loops_clip clip) {
  size_t inputs = g.kernel_height * g.kernel_width * g.channels;
  for (size_t done = 0; done < g.output_channels;) {
    size_t vectors = block_vectors(g.output_channels, done), start = block_start(g.output_channels, done);
    size_t largest = vectors == 2 ? 12 : 14;
    size_t tiles = (g.output_width + largest - 1) / largest;
    for (size_t row = 0; row < g.output_height; row++)
      for (size_t tile = 0; tile < tiles; tile++) {
        size_t first = tile * g.output_width / tiles, end = (tile + 1) * g.output_width / tiles;
        float *to = y + (row * g.output_width + first) * g.output_channels + start;
        const float *from = x + (row * g.stride_height * g.width + first * g.stride_width) * g.channels;
        if (vectors == 2)
          convolve_two(to, from, packed, bias, g, clip, end - first);
        else
          convolve_one(to, from, packed, bias, g, clip, end - first);
      }
    packed += vectors * LOOPS_LANES * inputs;
    bias += vectors * LOOPS_LANES;
    done += vectors * LOOPS_LANES;
  }
}

/* Adds two vectors' halves crosswise: half as many vectors, each the sums of twice as many. */
#define FOLD(a, b, low, high) (__builtin_shufflevector(a, b, low) + __builtin_shufflevector(a, b, high))
#define LOW8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define LOW4 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define HIGH4 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31
#define LOW2 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29
#define HIGH2 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31
#define LOW1 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define HIGH1 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31

FOR_EVERY_LEVEL
void loops_convolve_narrow(float *y, const float *x, const float *weights, loops_geometry g) {
  size_t blocks = (g.channels + LOOPS_LANES - 1) / LOOPS_LANES, padded = blocks * LOOPS_LANES;
  for (size_t channel = 0; channel < g.output_channels; channel++)
    for (size_t row = 0; row < g.output_height; row++)
      for (size_t first = 0; first < g.output_width; first += 16) {
        vector16 s[16];
#pragma clang loop unroll(full)
        for (size_t p = 0; p < 16; p++) s[p] = SPLAT(0);
        for (size_t ky = 0; ky < g.kernel_height; ky++)
          for (size_t kx = 0; kx < g.kernel_width; kx++) {
            const float *w =
                weights + ((channel * g.kernel_height + ky) * g.kernel_width + kx) * padded;
            const float *source = x + ((row + ky) * g.width + first + kx) * g.channels;
            for (size_t block = 0; block < blocks; block++) {
              vector16 factor = LOAD(w + block * LOOPS_LANES);
#pragma clang loop unroll(full)
              for (size_t p = 0; p < 16; p++) s[p] += factor * LOAD(source + p * g.channels + block * LOOPS_LANES);
            }
          }
        /* Each fold interleaves the sums of two vectors; after four, lane p holds pixel p with its bits reversed. */
#pragma clang loop unroll(full)
        for (size_t p = 0; p < 8; p++) s[p] = FOLD(s[p], s[p + 8], LOW8, HIGH8);
#pragma clang loop unroll(full)
        for (size_t p = 0; p < 4; p++) s[p] = FOLD(s[p], s[p + 4], LOW4, HIGH4);
#pragma clang loop unroll(full)
        for (size_t p = 0; p < 2; p++) s[p] = FOLD(s[p], s[p + 2], LOW2, HIGH2);
        vector16 total = FOLD(s[0], s[1], LOW1, HIGH1);
        total = __builtin_shufflevector(total, total, 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15);
        float values[16];
        memcpy(values, &total, sizeof values);
        float *to = y + (row * g.output_width + first) * g.output_channels + channel;
        for (size_t p = 0; p < smaller(16, g.output_width - first); p++) to[p * g.output_channels] = values[p];
      }
}

/* The gradient by `inputs` neighbouring weights of one kernel row, for `vectors` vectors of output channels. */
IN_EVERY_LEVEL void gradient_tile(
    float *packed, const float *x, const float *slope, const loops_geometry *g, const size_t inputs,
    const size_t vectors) {
  vector16 sums[16][2];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < inputs; i++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) sums[i][v] = LOAD(packed + (i * vectors + v) * LOOPS_LANES);
  for (size_t row = 0; row < g->output_height; row++) {
    const float *source = x + row * g->stride_height * g->width * g->channels;
#pragma clang loop unroll(disable)
    for (size_t column = 0; column < g->output_width; column++) {
      vector16 slopes[2];
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) slopes[v] = LOAD(slope + v * LOOPS_LANES);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < inputs; i++)
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) sums[i][v] += slopes[v] * SPLAT(source[i]);
      slope += g->output_channels;
      source += g->stride_width * g->channels;
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < inputs; i++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) STORE(packed + (i * vectors + v) * LOOPS_LANES, sums[i][v]);
}

#define GRADIENT_TILE(count, vectors) \
  case count: \
    gradient_tile(packed, x, slope, &g, count, vectors); \
    break;

FOR_EVERY_LEVEL
static void gradient_one(float *packed, const float *x, const float *slope, loops_geometry g, size_t inputs) {
  switch (inputs) {
    GRADIENT_TILE(1, 1) GRADIENT_TILE(2, 1) GRADIENT_TILE(3, 1) GRADIENT_TILE(4, 1) GRADIENT_TILE(5, 1)
    GRADIENT_TILE(6, 1) GRADIENT_TILE(7, 1) GRADIENT_TILE(8, 1) GRADIENT_TILE(9, 1) GRADIENT_TILE(10, 1)
    GRADIENT_TILE(11, 1) GRADIENT_TILE(12, 1) GRADIENT_TILE(13, 1) GRADIENT_TILE(14, 1)
    GRADIENT_TILE(15, 1) GRADIENT_TILE(16, 1)
  }
}

FOR_EVERY_LEVEL
static void gradient_two(float *packed, const float *x, const float *slope, loops_geometry g, size_t inputs) {
  switch (inputs) {
    GRADIENT_TILE(1, 2) GRADIENT_TILE(2, 2) GRADIENT_TILE(3, 2) GRADIENT_TILE(4, 2) GRADIENT_TILE(5, 2)
    GRADIENT_TILE(6, 2) GRADIENT_TILE(7, 2) GRADIENT_TILE(8, 2) GRADIENT_TILE(9, 2) GRADIENT_TILE(10, 2)
    GRADIENT_TILE(11, 2) GRADIENT_TILE(12, 2)
  }
}

void loops_convolve_gradient(float *packed, const float *x, const float *slope, loops_geometry g) {
  size_t span = g.kernel_width * g.channels;
  for (size_t done = 0; done < g.output_channels;) {
    size_t vectors = block_vectors(g.output_channels, done), start = block_start(g.output_channels, done);
    size_t width = vectors * LOOPS_LANES, largest = vectors == 2 ? 12 : 16;
    size_t tiles = (span + largest - 1) / largest;
    for (size_t row = 0; row < g.kernel_height; row++)
      for (size_t tile = 0; tile < tiles; tile++) {
        size_t first = tile * span / tiles, end = (tile + 1) * span / tiles;
        float *to = packed + (row * span + first) * width;
        const float *from = x + row * g.width * g.channels + first;
        if (vectors == 2)
          gradient_two(to, from, slope + start, g, end - first);
        else
          gradient_one(to, from, slope + start, g, end - first);
      }
    packed += width * g.kernel_height * span;
    done += width;
  }
}
