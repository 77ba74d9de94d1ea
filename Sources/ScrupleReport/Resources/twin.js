// The float twin in JavaScript: the same layers as Scruple's networks, in double precision.

const dot = (weights, start, values) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[start + i] * values[i];
  return sum;
};

/// What follows `W·x + b`, and its derivative told from the output `y`.
const activations = {
  identity: () => ({ value: (x) => x, slope: () => 1 }),
  relu: () => ({ value: (x) => Math.max(x, 0), slope: (y) => (y > 0 ? 1 : 0) }),
  clippedReLU: (limit) => ({
    value: (x) => Math.min(Math.max(x, 0), limit),
    slope: (y) => (y > 0 && y < limit ? 1 : 0),
  }),
  clippedIdentity: (limit) => ({
    value: (x) => Math.min(Math.max(x, -limit), limit),
    slope: (y) => (Math.abs(y) < limit ? 1 : 0),
  }),
  tanh: () => ({ value: Math.tanh, slope: (y) => 1 - y * y }),
};

/// One dense layer. Like all layers: values from the values that it reads, and the gradient backwards.
class DenseLayer {
  constructor({ inputs, outputs, weight, bias, activation }) {
    Object.assign(this, { inputs, outputs, weight, bias, activation });
  }

  forward([x]) {
    const result = new Float64Array(this.outputs);
    for (let k = 0; k < this.outputs; k++) {
      result[k] = this.activation.value(this.bias[k] + dot(this.weight, k * this.inputs, x));
    }
    return result;
  }

  backward(gradient, _, output) {
    const result = new Float64Array(this.inputs);
    for (let k = 0; k < this.outputs; k++) {
      const push = gradient[k] * this.activation.slope(output[k]);
      if (push === 0) continue;
      const start = k * this.inputs;
      for (let i = 0; i < this.inputs; i++) result[i] += push * this.weight[start + i];
    }
    return [result];
  }
}

/// The places of a window over an image: height, width and channels of what comes in, size and number of steps.
class Windows {
  constructor({ image, kernel, stride, padding }) {
    [this.height, this.width, this.channels] = image;
    [this.kernelHeight, this.kernelWidth] = kernel;
    [this.strideHeight, this.strideWidth] = stride;
    [this.top, this.left, this.bottom, this.right] = padding;
    this.rows = Math.floor((this.height + this.top + this.bottom - this.kernelHeight) / this.strideHeight) + 1;
    this.columns = Math.floor((this.width + this.left + this.right - this.kernelWidth) / this.strideWidth) + 1;
  }

  get inputs() {
    return this.height * this.width * this.channels;
  }

  get places() {
    return this.rows * this.columns;
  }

  /// Calls body(tap, pixel) for each tap of the window at a place whose pixel lies in the image; pixel is the index of
  /// the pixel's first channel.
  taps(place, body) {
    const y = Math.floor(place / this.columns) * this.strideHeight - this.top;
    const x = (place % this.columns) * this.strideWidth - this.left;
    for (let dy = 0; dy < this.kernelHeight; dy++) {
      if (y + dy < 0 || y + dy >= this.height) continue;
      for (let dx = 0; dx < this.kernelWidth; dx++) {
        if (x + dx < 0 || x + dx >= this.width) continue;
        body(dy * this.kernelWidth + dx, ((y + dy) * this.width + x + dx) * this.channels);
      }
    }
  }
}

/// A convolution: one row of weights per output channel, in the order kernel row, kernel column, channel.
class ConvolutionLayer {
  constructor({ windows, outputs, weight, bias, activation }) {
    Object.assign(this, { windows, outputs, weight, bias, activation });
    this.row = weight.length / outputs;
  }

  forward([x]) {
    const { windows, outputs, weight } = this;
    const result = new Float64Array(windows.places * outputs);
    for (let place = 0; place < windows.places; place++) {
      const sums = Float64Array.from(this.bias);
      windows.taps(place, (tap, pixel) => {
        for (let k = 0; k < outputs; k++) {
          const start = k * this.row + tap * windows.channels;
          let sum = 0;
          for (let c = 0; c < windows.channels; c++) sum += weight[start + c] * x[pixel + c];
          sums[k] += sum;
        }
      });
      for (let k = 0; k < outputs; k++) result[place * outputs + k] = this.activation.value(sums[k]);
    }
    return result;
  }

  backward(gradient, _, output) {
    const { windows, outputs, weight } = this;
    const result = new Float64Array(windows.inputs);
    for (let place = 0; place < windows.places; place++) {
      for (let k = 0; k < outputs; k++) {
        const at = place * outputs + k;
        const push = gradient[at] * this.activation.slope(output[at]);
        if (push === 0) continue;
        windows.taps(place, (tap, pixel) => {
          const start = k * this.row + tap * windows.channels;
          for (let c = 0; c < windows.channels; c++) result[pixel + c] += push * weight[start + c];
        });
      }
    }
    return [result];
  }
}

/// A depthwise convolution: one row of weights per channel, which meets that channel only.
class DepthwiseLayer {
  constructor({ windows, weight, bias, activation }) {
    Object.assign(this, { windows, weight, bias, activation });
    this.row = weight.length / windows.channels;
  }

  forward([x]) {
    const { channels, places } = this.windows;
    const result = new Float64Array(places * channels);
    for (let place = 0; place < places; place++) {
      const sums = result.subarray(place * channels, (place + 1) * channels);
      sums.set(this.bias);
      this.windows.taps(place, (tap, pixel) => {
        for (let c = 0; c < channels; c++) sums[c] += this.weight[c * this.row + tap] * x[pixel + c];
      });
      for (let c = 0; c < channels; c++) sums[c] = this.activation.value(sums[c]);
    }
    return result;
  }

  backward(gradient, _, output) {
    const { channels, places, inputs } = this.windows;
    const result = new Float64Array(inputs);
    for (let place = 0; place < places; place++) {
      this.windows.taps(place, (tap, pixel) => {
        for (let c = 0; c < channels; c++) {
          const at = place * channels + c;
          result[pixel + c] += gradient[at] * this.activation.slope(output[at]) * this.weight[c * this.row + tap];
        }
      });
    }
    return [result];
  }
}

/// The mean or the maximum of each channel over a window. Padding never wins a maximum; means have none.
class PoolingLayer {
  constructor({ windows, isMaximum }) {
    Object.assign(this, { windows, isMaximum });
  }

  forward([x]) {
    const { channels, places, kernelHeight, kernelWidth } = this.windows;
    const result = new Float64Array(places * channels).fill(this.isMaximum ? -Infinity : 0);
    for (let place = 0; place < places; place++) {
      this.windows.taps(place, (_, pixel) => {
        for (let c = 0; c < channels; c++) {
          const at = place * channels + c;
          if (this.isMaximum) result[at] = Math.max(result[at], x[pixel + c]);
          else result[at] += x[pixel + c] / (kernelHeight * kernelWidth);
        }
      });
    }
    return result;
  }

  backward(gradient, [x], output) {
    const { channels, places, inputs, kernelHeight, kernelWidth } = this.windows;
    const result = new Float64Array(inputs);
    for (let place = 0; place < places; place++) {
      for (let c = 0; c < channels; c++) {
        const at = place * channels + c;
        let isOpen = true; // Of equal maxima the first one takes the gradient.
        this.windows.taps(place, (_, pixel) => {
          if (!this.isMaximum) result[pixel + c] += gradient[at] / (kernelHeight * kernelWidth);
          else if (isOpen && x[pixel + c] === output[at]) {
            result[pixel + c] += gradient[at];
            isOpen = false;
          }
        });
      }
    }
    return [result];
  }
}

/// The sum of two values.
class AdditionLayer {
  constructor({ activation }) {
    this.activation = activation;
  }

  forward([a, b]) {
    return a.map((value, i) => this.activation.value(value + b[i]));
  }

  backward(gradient, _, output) {
    const result = gradient.map((g, i) => g * this.activation.slope(output[i]));
    return [result, result];
  }
}

/// The input as it is: images already are vectors.
class FlattenLayer {
  forward([x]) {
    return x;
  }

  backward(gradient) {
    return [gradient];
  }
}

/// A layer from its description, in which arrays are already numbers.
function layerOf(description) {
  const activation = activations[description.activation ?? "identity"](description.limit);
  const windows = description.image ? new Windows(description) : null;
  const parts = { ...description, activation, windows };
  switch (description.kind) {
    case "flatten": return new FlattenLayer();
    case "dense": return new DenseLayer(parts);
    case "convolution": return new ConvolutionLayer(parts);
    case "depthwise": return new DepthwiseLayer(parts);
    case "maximum pooling": return new PoolingLayer({ windows, isMaximum: true });
    case "average pooling": return new PoolingLayer({ windows, isMaximum: false });
    case "addition": return new AdditionLayer(parts);
    default: throw new Error(`no layer is called "${description.kind}"`);
  }
}

/// A network of layers. Layer `i` reads the values of the layers `sources[i]`, where −1 is the input.
class Twin {
  #layers;
  #sources;
  #temperature;

  constructor({ layers, sources, temperature }) {
    this.#layers = layers.map(layerOf);
    this.#sources = sources;
    this.#temperature = temperature;
  }

  #values(x) {
    const values = [];
    this.#layers.forEach((layer, i) => {
      values.push(layer.forward(this.#sources[i].map((source) => (source < 0 ? x : values[source]))));
    });
    return values;
  }

  /// The logits of normalized inputs: pixels/255, (x − low)/(high − low).
  logits(x) {
    return this.#values(x).at(-1).map((value) => value / this.#temperature);
  }

  probabilities(x) {
    return softmax(this.logits(x));
  }

  /// The probabilities, and the gradient of log p_k with respect to the input, k chosen by `choose(probabilities)`.
  gradient(x, choose) {
    const values = this.#values(x);
    const probabilities = softmax(values.at(-1).map((value) => value / this.#temperature));
    const target = choose(probabilities);
    const gradients = values.map((value) => new Float64Array(value.length));
    const atInput = new Float64Array(x.length);
    gradients[gradients.length - 1] =
      probabilities.map((p, k) => ((k === target ? 1 : 0) - p) / this.#temperature);
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const sources = this.#sources[i];
      const inputs = sources.map((source) => (source < 0 ? x : values[source]));
      this.#layers[i].backward(gradients[i], inputs, values[i]).forEach((part, n) => {
        const total = sources[n] < 0 ? atInput : gradients[sources[n]];
        for (let j = 0; j < part.length; j++) total[j] += part[j];
      });
    }
    return { probabilities, gradient: atInput };
  }
}

function softmax(logits) {
  const top = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/// The index of the largest value; of equal ones the first.
function largest(values) {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}

/// Moves an input uphill within a ball: projected gradient ascent on log p_k (Madry et al. 2018), best point kept.
///
/// start: values 0…1; radius: of the ball in the maximum norm; target: a class, or null for whichever leads.
function ascend(twin, start, radius, target, steps = 12) {
  const step = radius / 4;
  let point = Float64Array.from(start), best = point, highest = -1;
  for (let n = 0; n <= steps; n++) {
    const { probabilities, gradient } = twin.gradient(point, (p) => target ?? largest(p));
    const reached = target === null ? Math.max(...probabilities) : probabilities[target];
    if (reached > highest) [best, highest] = [point, reached];
    if (n === steps || radius === 0) break;
    point = point.map((value, i) => {
      const moved = value + step * Math.sign(gradient[i]);
      return Math.min(Math.max(moved, start[i] - radius, 0), start[i] + radius, 1);
    });
  }
  return best;
}
