extension Layer {
  /// One sample's output, computed in `Double` in the order in which the layer is defined.
  ///
  /// - Parameter inputs: what the layer reads, one array for each source.
  func precise(_ inputs: [[Double]]) -> [Double] {
    switch self {
    case .flatten: return inputs[0]
    case .dense(let dense): return dense.precise(inputs[0])
    case .convolution(let convolution): return convolution.precise(inputs[0])
    case .depthwise(let depthwise): return depthwise.precise(inputs[0])
    case .pooling(let pooling): return pooling.precise(inputs[0])
    case .addition(let addition):
      return zip(inputs[0], inputs[1]).map { addition.activation($0 + $1) }
    }
  }
}

extension Dense {
  func precise(_ x: [Double]) -> [Double] {
    weight.withUnsafeBufferPointer { weight in
      (0..<outputs).map { k in activation(Double(bias[k]) + dot(weight, k * inputs, x)) }
    }
  }
}

/// The product of `x` with the row of weights that begins at `start`, in eight interleaved sums.
private func dot(_ weight: UnsafeBufferPointer<Float>, _ start: Int, _ x: [Double]) -> Double {
  var sums = SIMD8<Double>.zero
  let whole = x.count & ~7
  return x.withUnsafeBufferPointer { x in
    for i in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { sums[lane] += Double(weight[start + i + lane]) * x[i + lane] }
    }
    var sum = sums.sum()
    for i in whole..<x.count { sum += Double(weight[start + i]) * x[i] }
    return sum
  }
}

extension Window {
  /// Calls `body` with each position of the input, as (place in the window, pixel), that output (`row`, `column`)
  /// sees; padding is left out.
  func forEachPosition(
    of image: ImageShape, row: Int, column: Int, _ body: (_ place: Int, _ pixel: Int) -> Void
  ) {
    let (top, left) = (row * strideHeight - padding.top, column * strideWidth - padding.left)
    for y in max(top, 0)..<min(top + kernelHeight, image.height) {
      for x in max(left, 0)..<min(left + kernelWidth, image.width) {
        body((y - top) * kernelWidth + x - left, y * image.width + x)
      }
    }
  }
}

extension Convolution {
  func precise(_ x: [Double]) -> [Double] {
    let (output, channels) = (outputShape, image.channels)
    var patch = [Double](repeating: 0, count: kernel.inputs)
    var result: [Double] = []
    result.reserveCapacity(output.count)
    for row in 0..<output.height {
      for column in 0..<output.width {
        for index in patch.indices { patch[index] = 0 }
        window.forEachPosition(of: image, row: row, column: column) { place, pixel in
          for channel in 0..<channels { patch[place * channels + channel] = x[pixel * channels + channel] }
        }
        result += kernel.precise(patch)
      }
    }
    return result
  }
}

extension DepthwiseConvolution {
  func precise(_ x: [Double]) -> [Double] {
    let (output, channels) = (outputShape, image.channels)
    var result: [Double] = []
    result.reserveCapacity(output.count)
    for row in 0..<output.height {
      for column in 0..<output.width {
        var sums = kernel.bias.map(Double.init)
        window.forEachPosition(of: image, row: row, column: column) { place, pixel in
          for channel in 0..<channels {
            sums[channel] +=
              Double(kernel.weight[channel * kernel.inputs + place]) * x[pixel * channels + channel]
          }
        }
        result += sums.map { kernel.activation($0) }
      }
    }
    return result
  }
}

extension Pooling {
  func precise(_ x: [Double]) -> [Double] {
    let (output, channels) = (outputShape, image.channels)
    var result: [Double] = []
    result.reserveCapacity(output.count)
    for row in 0..<output.height {
      for column in 0..<output.width {
        var values = [Double](repeating: kind == .maximum ? -.infinity : 0, count: channels)
        window.forEachPosition(of: image, row: row, column: column) { _, pixel in
          for channel in 0..<channels {
            let value = x[pixel * channels + channel]
            values[channel] = kind == .maximum ? max(values[channel], value) : values[channel] + value
          }
        }
        result += kind == .maximum ? values : values.map { $0 / Double(window.count) }
      }
    }
    return result
  }
}
