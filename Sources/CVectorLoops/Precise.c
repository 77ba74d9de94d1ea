#include "CConvolutionLoops.h"
#include "VectorOfSixteen.h"

/* Clips in place. */
IN_EVERY_LEVEL void clip_all(double *y, size_t count, double low, double high) {
  for (size_t i = 0; i < count; i++) {
    double value = low > y[i] ? low : y[i];
    y[i] = high < value ? high : value;
  }
}

FOR_EVERY_LEVEL
void loops_convolve_precise(
    double *restrict y, const double *restrict x, const double *restrict weights, const double *restrict bias,
    loops_geometry g, double low, double high) {
  size_t outputs = g.output_channels, span = g.kernel_width * g.channels;
  for (size_t row = 0; row < g.output_height; row++)
    for (size_t column = 0; column < g.output_width; column++) {
      double *sums = y + (row * g.output_width + column) * outputs;
      const double *w = weights;
      for (size_t o = 0; o < outputs; o++) sums[o] = bias[o];
      for (size_t ky = 0; ky < g.kernel_height; ky++) {
        const double *source =
            x + ((row * g.stride_height + ky) * g.width + column * g.stride_width) * g.channels;
        for (size_t i = 0; i < span; i++, w += outputs) {
          double value = source[i];
          for (size_t o = 0; o < outputs; o++) sums[o] += w[o] * value;
        }
      }
      clip_all(sums, outputs, low, high);
    }
}

FOR_EVERY_LEVEL
void loops_depthwise_precise(
    double *restrict y, const double *restrict x, const double *restrict weights, const double *restrict bias,
    loops_geometry g, double low, double high) {
  size_t channels = g.channels;
  for (size_t row = 0; row < g.output_height; row++)
    for (size_t column = 0; column < g.output_width; column++) {
      double *sums = y + (row * g.output_width + column) * channels;
      for (size_t c = 0; c < channels; c++) sums[c] = bias[c];
      for (size_t ky = 0; ky < g.kernel_height; ky++)
        for (size_t kx = 0; kx < g.kernel_width; kx++) {
          const double *source =
              x + ((row * g.stride_height + ky) * g.width + column * g.stride_width + kx) * channels;
          const double *w = weights + (ky * g.kernel_width + kx) * channels;
          for (size_t c = 0; c < channels; c++) sums[c] += w[c] * source[c];
        }
      clip_all(sums, channels, low, high);
    }
}
