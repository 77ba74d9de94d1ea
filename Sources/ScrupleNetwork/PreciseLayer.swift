import CVectorLoops

/// A layer that computes in `Double`, its parameters converted and arranged once.
enum PreciseLayer: Sendable {
  case flatten
  case dense(Dense, weight: [Double])
  case convolution(PreciseKernel)
  case depthwise(PreciseKernel)
  case pooling(Pooling)
  case addition(Addition)

  init(_ layer: Layer) {
    switch layer {
    case .flatten: self = .flatten
    case .dense(let dense): self = .dense(dense, weight: dense.weight.map(Double.init))
    case .convolution(let it):
      let (inputs, outputs) = (it.kernel.inputs, it.kernel.outputs)
      self = .convolution(
        PreciseKernel(it.kernel, it.image, it.window, output: it.outputShape) { weight in
          (0..<inputs * outputs).map { weight[$0 % outputs * inputs + $0 / outputs] }
        })
    case .depthwise(let it):
      let (places, channels) = (it.window.count, it.image.channels)
      self = .depthwise(
        PreciseKernel(it.kernel, it.image, it.window, output: it.outputShape) { weight in
          (0..<places * channels).map { weight[$0 % channels * places + $0 / channels] }
        })
    case .pooling(let pooling): self = .pooling(pooling)
    case .addition(let addition): self = .addition(addition)
    }
  }

  /// One sample's output.
  ///
  /// - Parameter inputs: what the layer reads, one array for each source.
  func outputs(_ inputs: [[Double]]) -> [Double] {
    switch self {
    case .flatten: return inputs[0]
    case .dense(let dense, let weight):
      return weight.withUnsafeBufferPointer { weight in
        (0..<dense.outputs).map { k in
          dense.activation(Double(dense.bias[k]) + dot(weight, k * dense.inputs, inputs[0]))
        }
      }
    case .convolution(let kernel): return kernel.outputs(inputs[0], loops_convolve_precise)
    case .depthwise(let kernel): return kernel.outputs(inputs[0], loops_depthwise_precise)
    case .pooling(let pooling): return pooling.precise(inputs[0])
    case .addition(let addition):
      return zip(inputs[0], inputs[1]).map { addition.activation($0 + $1) }
    }
  }
}

/// The product of `x` with the row of weights that begins at `start`, in eight interleaved sums.
private func dot(_ weight: UnsafeBufferPointer<Double>, _ start: Int, _ x: [Double]) -> Double {
  var sums = SIMD8<Double>.zero
  let whole = x.count & ~7
  return x.withUnsafeBufferPointer { x in
    for i in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { sums[lane] += weight[start + i + lane] * x[i + lane] }
    }
    var sum = sums.sum()
    for i in whole..<x.count { sum += weight[start + i] * x[i] }
    return sum
  }
}

/// A convolution's parameters in `Double`.
struct PreciseKernel: Sendable {
  private let weight: [Double]
  private let bias: [Double]
  private let activation: Activation
  private let image: ImageShape
  private let window: Window
  private let output: ImageShape

  /// - Parameter arrange: the weights in the order that the loop reads.
  init(
    _ kernel: Dense, _ image: ImageShape, _ window: Window, output: ImageShape,
    arrange: ([Float]) -> [Float]
  ) {
    weight = arrange(kernel.weight).map(Double.init)
    bias = kernel.bias.map(Double.init)
    activation = kernel.activation
    self.image = image
    self.window = window
    self.output = output
  }

  func outputs(
    _ x: [Double],
    _ loop: (
      UnsafeMutablePointer<Double>, UnsafePointer<Double>, UnsafePointer<Double>, UnsafePointer<Double>,
      loops_geometry, Double, Double
    ) -> Void
  ) -> [Double] {
    let geometry = loops_geometry(window, padded: image, output: output)
    let clip = activation.clip ?? .unlimited
    let result = [Double](unsafeUninitializedCapacity: output.count) { buffer, count in
      count = output.count
      guard let base = buffer.baseAddress else { return }
      loop(base, padded(x, geometry), weight, bias, geometry, Double(clip.low), Double(clip.high))
    }
    return activation.clip == nil ? result.map { activation($0) } : result
  }

  private func padded(_ x: [Double], _ geometry: loops_geometry) -> [Double] {
    guard window.padding != .valid else { return x }
    let row = image.width * image.channels
    var result = [Double](repeating: 0, count: geometry.height * geometry.width * geometry.channels)
    for y in 0..<image.height {
      let start = ((y + window.padding.top) * geometry.width + window.padding.left) * image.channels
      for i in 0..<row { result[start + i] = x[y * row + i] }
    }
    return result
  }
}

extension Pooling {
  /// One sample's output, in `Double`.
  func precise(_ x: [Double]) -> [Double] {
    let (output, channels, padding) = (outputShape, image.channels, window.padding)
    var result = [Double](repeating: kind == .maximum ? -.infinity : 0, count: output.count)
    for row in 0..<output.height {
      for column in 0..<output.width {
        let (top, left) = (
          row * window.strideHeight - padding.top, column * window.strideWidth - padding.left
        )
        let start = (row * output.width + column) * channels
        for y in max(top, 0)..<min(top + window.kernelHeight, image.height) {
          for x0 in max(left, 0)..<min(left + window.kernelWidth, image.width) {
            let pixel = (y * image.width + x0) * channels
            for c in 0..<channels {
              switch kind {
              case .maximum: result[start + c] = max(result[start + c], x[pixel + c])
              case .average: result[start + c] += x[pixel + c]
              }
            }
          }
        }
      }
    }
    return kind == .maximum ? result : result.map { $0 / Double(window.count) }
  }
}
