import ScrupleNetwork

/// A float layer restated in Double, tap by tap, as the sum that each output is: an oracle.
struct NaiveLayer {
  /// For each output its terms: where they come from (source, place), and their weights.
  var terms: [[(source: Int, place: Int, weight: Double)]] = []
  var bias: [Double] = []
  /// Whether an output is the largest of its terms instead of their sum.
  var isMaximum = false
  var activation: Activation = .identity

  init(_ layer: Layer, inputs: Int) {
    activation = layer.activation ?? .identity
    switch layer {
    case .flatten:
      for place in 0..<inputs { add([(0, place, 1)]) }
    case .dense(let dense):
      for k in 0..<dense.outputs {
        add(
          (0..<dense.inputs).map { (0, $0, Double(dense.weight[k * dense.inputs + $0])) },
          Double(dense.bias[k]))
      }
    case .convolution(let layer):
      let (kernel, channels) = (layer.kernel, layer.image.channels)
      forEachPosition(layer.window, layer.image) { taps in
        for k in 0..<kernel.outputs {
          let terms = taps.flatMap { tap, pixel in
            (0..<channels).map { c in
              (0, pixel * channels + c, Double(kernel.weight[k * kernel.inputs + tap * channels + c]))
            }
          }
          add(terms, Double(kernel.bias[k]))
        }
      }
    case .depthwise(let layer):
      let (kernel, channels) = (layer.kernel, layer.image.channels)
      forEachPosition(layer.window, layer.image) { taps in
        for c in 0..<channels {
          add(
            taps.map { tap, pixel in (0, pixel * channels + c, Double(kernel.weight[c * kernel.inputs + tap]))
            },
            Double(kernel.bias[c]))
        }
      }
    case .pooling(let layer):
      isMaximum = layer.kind == .maximum
      let (weight, channels) = (isMaximum ? 1 : 1 / Double(layer.window.count), layer.image.channels)
      forEachPosition(layer.window, layer.image) { taps in
        for c in 0..<channels { add(taps.map { _, pixel in (0, pixel * channels + c, weight) }) }
      }
    case .addition(let layer):
      for place in 0..<layer.count { add([(0, place, 1), (1, place, 1)]) }
    }
  }

  private mutating func add(_ terms: [(Int, Int, Double)], _ bias: Double = 0) {
    self.terms.append(terms.map { (source: $0.0, place: $0.1, weight: $0.2) })
    self.bias.append(bias)
  }

  private func forEachPosition(
    _ window: Window, _ image: ImageShape, _ body: ([(tap: Int, pixel: Int)]) -> Void
  ) {
    let (height, width) = window.output(of: image)!
    for y in 0..<height {
      for x in 0..<width {
        var taps: [(tap: Int, pixel: Int)] = []
        for ky in 0..<window.kernelHeight {
          for kx in 0..<window.kernelWidth {
            let row = y * window.strideHeight + ky - window.padding.top
            let column = x * window.strideWidth + kx - window.padding.left
            guard (0..<image.height).contains(row), (0..<image.width).contains(column) else { continue }
            taps.append((ky * window.kernelWidth + kx, row * image.width + column))
          }
        }
        body(taps)
      }
    }
  }

  /// The outputs before the activation.
  func preActivations(_ inputs: [[Double]]) -> [Double] {
    zip(terms, bias).map { terms, bias in
      let products = terms.map { $0.weight * inputs[$0.source][$0.place] }
      return isMaximum ? products.max()! : products.reduce(bias, +)
    }
  }

  /// The outputs.
  func outputs(_ inputs: [[Double]]) -> [Double] {
    preActivations(inputs).map { activation($0) }
  }

  /// How far each output can move when each input moves by up to a radius: activations and maxima are 1-Lipschitz.
  func radii(_ inputs: [[Double]]) -> [Double] {
    terms.map { terms in
      let products = terms.map { abs($0.weight) * inputs[$0.source][$0.place] }
      return isMaximum ? products.max()! : products.reduce(0, +)
    }
  }
}
