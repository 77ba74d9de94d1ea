#include <math.h>

#include "VectorOfSixteen.h"

#pragma STDC FP_CONTRACT ON

/* The places of a window that lie in the image: [first, end) for a window that begins at `position − before`. */
typedef struct {
  size_t first, end, start;
} seen;

IN_EVERY_LEVEL seen seen_places(size_t output, size_t stride, size_t before, size_t kernel, size_t extent) {
  size_t position = output * stride; /* of the window's beginning, plus `before` */
  seen result;
  result.first = position < before ? before - position : 0;
  result.end = smaller(kernel, extent + before - position);
  result.start = position + result.first - before;
  return result;
}

/* In forward loops a vector's spare lanes are written over by the next pixel if there are fewer than 16 channels; else
   the last vector ends with the last channel. */
IN_EVERY_LEVEL size_t lane_start(size_t block, size_t channels) {
  size_t start = block * LOOPS_LANES;
  return start + LOOPS_LANES <= channels || block == 0 ? start : channels - LOOPS_LANES;
}

#define BLOCKS(channels) (((channels) + LOOPS_LANES - 1) / LOOPS_LANES)

FOR_EVERY_LEVEL
void loops_depthwise(
    float *y, const float *x, const float *weights, const float *bias, loops_geometry g, loops_clip clip) {
  size_t channels = g.channels, padded = BLOCKS(channels) * LOOPS_LANES;
  for (size_t row = 0; row < g.output_height; row++)
    for (size_t column = 0; column < g.output_width; column++) {
      const float *source =
          x + (row * g.stride_height * g.width + column * g.stride_width) * channels;
      for (size_t block = 0; block < BLOCKS(channels); block++) {
        size_t lane = lane_start(block, channels);
        vector16 sum = LOAD(bias + lane);
        for (size_t ky = 0; ky < g.kernel_height; ky++)
          for (size_t kx = 0; kx < g.kernel_width; kx++)
            sum += LOAD(weights + (ky * g.kernel_width + kx) * padded + lane) *
                   LOAD(source + (ky * g.width + kx) * channels + lane);
        STORE(y + (row * g.output_width + column) * channels + lane, CLIPPED(sum, clip));
      }
    }
}

FOR_EVERY_LEVEL
void loops_depthwise_gradient(float *gradient, const float *x, const float *slope, loops_geometry g) {
  size_t channels = g.channels, padded = BLOCKS(channels) * LOOPS_LANES;
  for (size_t ky = 0; ky < g.kernel_height; ky++)
    for (size_t kx = 0; kx < g.kernel_width; kx++)
      for (size_t lane = 0; lane < padded; lane += LOOPS_LANES) {
        float *to = gradient + (ky * g.kernel_width + kx) * padded + lane;
        vector16 sum = LOAD(to);
        for (size_t row = 0; row < g.output_height; row++) {
          const float *source = x + ((row * g.stride_height + ky) * g.width + kx) * channels + lane;
          const float *slopes = slope + row * g.output_width * channels + lane;
          for (size_t column = 0; column < g.output_width; column++)
            sum += LOAD(slopes + column * channels) * LOAD(source + column * g.stride_width * channels);
        }
        STORE(to, sum);
      }
}

FOR_EVERY_LEVEL
void loops_maximum(float *y, float *winner, const float *x, loops_geometry g, size_t top, size_t left) {
  size_t channels = g.channels;
  for (size_t row = 0; row < g.output_height; row++) {
    seen rows = seen_places(row, g.stride_height, top, g.kernel_height, g.height);
    for (size_t column = 0; column < g.output_width; column++) {
      seen columns = seen_places(column, g.stride_width, left, g.kernel_width, g.width);
      const float *source = x + (rows.start * g.width + columns.start) * channels;
      size_t to = (row * g.output_width + column) * channels;
      for (size_t block = 0; block < BLOCKS(channels); block++) {
        size_t lane = lane_start(block, channels);
        vector16 largest = SPLAT(-INFINITY), place = SPLAT(0);
        for (size_t ky = rows.first; ky < rows.end; ky++)
          for (size_t kx = columns.first; kx < columns.end; kx++) {
            vector16 value =
                LOAD(source + ((ky - rows.first) * g.width + kx - columns.first) * channels + lane);
            mask16 wins = value > largest;
            largest = wins ? value : largest;
            place = wins ? SPLAT((float)(ky * g.kernel_width + kx)) : place;
          }
        STORE(y + to + lane, largest);
        STORE(winner + to + lane, place);
      }
    }
  }
}

FOR_EVERY_LEVEL
void loops_maximum_gradient(
    float *by_x, const float *slope, const float *winner, loops_geometry g, size_t top, size_t left) {
  size_t channels = g.channels;
  for (size_t row = 0; row < g.output_height; row++) {
    seen rows = seen_places(row, g.stride_height, top, g.kernel_height, g.height);
    for (size_t column = 0; column < g.output_width; column++) {
      seen columns = seen_places(column, g.stride_width, left, g.kernel_width, g.width);
      float *to = by_x + (rows.start * g.width + columns.start) * channels;
      size_t from = (row * g.output_width + column) * channels;
      for (size_t lane = 0; lane < channels; lane += LOOPS_LANES) {
        vector16 place = LOAD(winner + from + lane), none = SPLAT(0);
        vector16 slopes = LANES_BELOW(channels - lane) ? LOAD(slope + from + lane) : none;
        for (size_t ky = rows.first; ky < rows.end; ky++)
          for (size_t kx = columns.first; kx < columns.end; kx++) {
            float *pixel = to + ((ky - rows.first) * g.width + kx - columns.first) * channels + lane;
            vector16 part = place == SPLAT((float)(ky * g.kernel_width + kx)) ? slopes : none;
            STORE(pixel, LOAD(pixel) + part);
          }
      }
    }
  }
}

FOR_EVERY_LEVEL
void loops_average(float *y, const float *x, loops_geometry g) {
  size_t channels = g.channels;
  float share = 1 / (float)(g.kernel_height * g.kernel_width);
  for (size_t row = 0; row < g.output_height; row++)
    for (size_t column = 0; column < g.output_width; column++) {
      const float *source = x + (row * g.stride_height * g.width + column * g.stride_width) * channels;
      for (size_t block = 0; block < BLOCKS(channels); block++) {
        size_t lane = lane_start(block, channels);
        vector16 sum = SPLAT(0);
        for (size_t ky = 0; ky < g.kernel_height; ky++)
          for (size_t kx = 0; kx < g.kernel_width; kx++)
            sum += LOAD(source + (ky * g.width + kx) * channels + lane);
        STORE(y + (row * g.output_width + column) * channels + lane, sum * SPLAT(share));
      }
    }
}

FOR_EVERY_LEVEL
void loops_average_gradient(float *by_x, const float *slope, loops_geometry g) {
  size_t channels = g.channels;
  float share = 1 / (float)(g.kernel_height * g.kernel_width);
  for (size_t row = 0; row < g.output_height; row++)
    for (size_t column = 0; column < g.output_width; column++) {
      float *to = by_x + (row * g.stride_height * g.width + column * g.stride_width) * channels;
      const float *slopes = slope + (row * g.output_width + column) * channels;
      for (size_t lane = 0; lane < channels; lane += LOOPS_LANES) {
        vector16 none = SPLAT(0);
        vector16 part = LANES_BELOW(channels - lane) ? LOAD(slopes + lane) * SPLAT(share) : none;
        for (size_t ky = 0; ky < g.kernel_height; ky++)
          for (size_t kx = 0; kx < g.kernel_width; kx++) {
            float *pixel = to + (ky * g.width + kx) * channels + lane;
            STORE(pixel, LOAD(pixel) + part);
          }
      }
    }
}

FOR_EVERY_LEVEL
void loops_add_clipped(
    float *restrict y, const float *restrict a, const float *restrict b, size_t count, loops_clip clip) {
  for (size_t i = 0; i < count; i++) {
    float value = a[i] + b[i];
    value = clip.low > value ? clip.low : value;
    y[i] = clip.high < value ? clip.high : value;
  }
}

FOR_EVERY_LEVEL
void loops_mask(float *restrict slope, const float *restrict y, size_t count, loops_clip clip) {
  for (size_t i = 0; i < count; i++) {
    float kept = y[i] > clip.low ? slope[i] : 0;
    slope[i] = y[i] < clip.high ? kept : 0;
  }
}

FOR_EVERY_LEVEL
void loops_sum_channels(float *sums, const float *x, size_t pixels, size_t channels) {
  for (size_t lane = 0; lane < channels; lane += LOOPS_LANES) {
    vector16 total = SPLAT(0);
    for (size_t p = 0; p < pixels; p++) total += LOAD(x + p * channels + lane);
    float values[LOOPS_LANES];
    memcpy(values, &total, sizeof values);
    for (size_t i = 0; i < smaller(LOOPS_LANES, channels - lane); i++) sums[lane + i] += values[i];
  }
}

FOR_EVERY_LEVEL
void loops_sum_products(float *sums, const float *x, const float *y, size_t pixels, size_t channels) {
  for (size_t lane = 0; lane < channels; lane += LOOPS_LANES) {
    vector16 total = SPLAT(0);
    for (size_t p = 0; p < pixels; p++)
      total += LOAD(x + p * channels + lane) * LOAD(y + p * channels + lane);
    float values[LOOPS_LANES];
    memcpy(values, &total, sizeof values);
    for (size_t i = 0; i < smaller(LOOPS_LANES, channels - lane); i++) sums[lane + i] += values[i];
  }
}

FOR_EVERY_LEVEL
void loops_scale_channels(
    float *y, const float *x, const float *scale, const float *shift, size_t pixels, size_t channels,
    loops_clip clip) {
  for (size_t p = 0; p < pixels; p++)
    for (size_t c = 0; c < channels; c++) {
      float value = x[p * channels + c] * scale[c] + shift[c];
      value = clip.low > value ? clip.low : value;
      y[p * channels + c] = clip.high < value ? clip.high : value;
    }
}

FOR_EVERY_LEVEL
void loops_combine_channels(
    float *y, const float *x, const float *a, const float *b, const float *d, size_t pixels, size_t channels) {
  for (size_t p = 0; p < pixels; p++)
    for (size_t c = 0; c < channels; c++) {
      size_t i = p * channels + c;
      y[i] = a[c] * y[i] + b[c] * x[i] + d[c];
    }
}
