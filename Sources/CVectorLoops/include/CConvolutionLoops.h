/* The inner loops of convolutional networks: maps in the order height, width, channel, sixteen channels a vector.

   Each is compiled for several x86-64 levels, and the loader picks one (target_clones). Unlike the loops of
   CVectorLoops.h, products are fused with sums where the CPU can, so that the last bits depend on its kind, like
   those of matrix products.

   Vectors reach past the last channel: every buffer that holds maps has LOOPS_SLACK readable and writable floats
   after its end, and what these hold means nothing. loops_convolve_narrow reads up to 16 pixels past the end. */
#ifndef C_CONVOLUTION_LOOPS_H
#define C_CONVOLUTION_LOOPS_H

#include <stddef.h>
#include <stdint.h>

enum { LOOPS_LANES = 16, LOOPS_SLACK = 1024 };

/* One sample's geometry. The input is padded already: every window lies inside it. */
typedef struct {
  size_t height, width, channels;
  size_t kernel_height, kernel_width, stride_height, stride_width;
  size_t output_height, output_width, output_channels;
} loops_geometry;

/* What an activation does: y = min(max(x, low), high); its slope is 1 strictly between, 0 elsewhere. */
typedef struct {
  float low, high;
} loops_clip;

/* The floats that loops_pack writes for `outputs` rows of `inputs` weights. */
size_t loops_packed_count(size_t outputs, size_t inputs);

/* Rearranges weights (outputs × inputs, row-major) for loops_convolve. */
void loops_pack(float *packed, const float *weights, size_t outputs, size_t inputs);

/* turned[c][y][x][o] = weights[o][height − 1 − y][width − 1 − x][c]: the kernel of the gradient by the input. */
void loops_turn(
    float *turned, const float *weights, size_t outputs, size_t height, size_t width, size_t channels);

/* Copies an image into a larger one of zeros, its first pixel to (top, left), its pixels `row_step` rows and
   `column_step` columns apart. */
void loops_pad(
    float *padded, size_t padded_height, size_t padded_width, const float *image, size_t height, size_t width,
    size_t channels, size_t top, size_t left, size_t row_step, size_t column_step);

/* Adds to an image the part of a larger one that begins at (top, left). */
void loops_add_cropped(
    float *image, const float *padded, size_t padded_width, size_t height, size_t width, size_t channels, size_t top,
    size_t left);

/* y = clip(W·patch + bias) for every window; `packed` from loops_pack with kernel_height·kernel_width·channels
   inputs. Bias has loops_packed_count(output_channels, 1) floats, packed likewise. */
void loops_convolve(
    float *y, const float *x, const float *packed, const float *bias, loops_geometry g, loops_clip clip);

/* y like loops_convolve's for few output channels (1 to 8) and many inputs, stride 1, without bias and clip. Weights:
   output_channels × kernel_height × kernel_width × channels, the last padded with zeros to a multiple of 16. */
void loops_convolve_narrow(float *y, const float *x, const float *weights, loops_geometry g);

/* Adds the gradient by the weights, in loops_pack's arrangement: slope·patch over all windows. */
void loops_convolve_gradient(float *packed, const float *x, const float *slope, loops_geometry g);

/* gradient (outputs × inputs, row-major) = what is packed. */
void loops_unpack(float *gradient, const float *packed, size_t outputs, size_t inputs);

/* Depthwise: y[c] = clip(Σ w[place][c]·x[place][c] + bias[c]); weights place-major, channels padded with zeros to
   a multiple of 16; bias padded likewise. */
void loops_depthwise(
    float *y, const float *x, const float *weights, const float *bias, loops_geometry g, loops_clip clip);

/* Adds the gradient by depthwise weights, in their arrangement. */
void loops_depthwise_gradient(float *gradient, const float *x, const float *slope, loops_geometry g);

/* Pooling over an image that is not padded; windows may reach over its edge by top and left (maximum only). Which place
   of a window won, the first of equals, is kept as a float beside each output. */
void loops_maximum(float *y, float *winner, const float *x, loops_geometry g, size_t top, size_t left);
void loops_average(float *y, const float *x, loops_geometry g);

/* Adds the gradients by the input. */
void loops_maximum_gradient(
    float *by_x, const float *slope, const float *winner, loops_geometry g, size_t top, size_t left);
void loops_average_gradient(float *by_x, const float *slope, loops_geometry g);

/* y = clip(a + b) */
void loops_add_clipped(float *y, const float *a, const float *b, size_t count, loops_clip clip);
/* slope[i] = low < y[i] < high ? slope[i] : 0 */
void loops_mask(float *slope, const float *y, size_t count, loops_clip clip);
/* sums[c] += Σ x[p][c] over `pixels` */
void loops_sum_channels(float *sums, const float *x, size_t pixels, size_t channels);
/* sums[c] += Σ x[p][c]·y[p][c] */
void loops_sum_products(float *sums, const float *x, const float *y, size_t pixels, size_t channels);
/* y[p][c] = clip(x[p][c]·scale[c] + shift[c]); y may be x */
void loops_scale_channels(
    float *y, const float *x, const float *scale, const float *shift, size_t pixels, size_t channels,
    loops_clip clip);
/* y[p][c] = a[c]·y[p][c] + b[c]·x[p][c] + d[c] */
void loops_combine_channels(
    float *y, const float *x, const float *a, const float *b, const float *d, size_t pixels, size_t channels);

/* loops_convolve and loops_depthwise in double precision, for inputs that are padded already. Weights in the order
   kernel row, kernel column, channel, output channel; depthwise without the last. Nothing past any end is touched. */
void loops_convolve_precise(
    double *y, const double *x, const double *weights, const double *bias, loops_geometry g, double low,
    double high);
void loops_depthwise_precise(
    double *y, const double *x, const double *weights, const double *bias, loops_geometry g, double low,
    double high);

#endif
