import Testing

@testable import ScrupleNetwork

/// Networks with every kind of layer, with random parameters.
struct GraphSample: CustomTestStringConvertible {
  var name: String
  var image: ImageShape
  var layers: [Layer]
  var sources: [[Int]]?
  var testDescription: String { name }

  func network(temperature: Float = 1) throws -> Network {
    guard case .dense(let head)? = layers.last else {
      throw NetworkError.invalid(layer: nil, reason: "no head")
    }
    return try Network(
      name: name, labels: (0..<head.outputs).map { "class \($0)" },
      input: InputDescription(
        .image(height: image.height, width: image.width, channels: image.channels)),
      layers: layers, sources: sources, temperature: temperature)
  }
}

/// Builds layers of random parameters.
struct RandomLayers {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func kernel(_ inputs: Int, _ outputs: Int, _ activation: Activation) -> Dense {
    let bound = 1.5 / Float(inputs).squareRoot()
    return Dense(
      weight: (0..<inputs * outputs).map { _ in generator.uniform(-bound, bound) },
      bias: (0..<outputs).map { _ in generator.uniform(-0.3, 0.3) }, inputs: inputs, outputs: outputs,
      activation: activation)
  }

  mutating func convolution(
    _ image: ImageShape, _ channels: Int, _ window: Window, _ activation: Activation = .relu
  ) -> Convolution {
    Convolution(
      kernel: kernel(window.count * image.channels, channels, activation), image: image, window: window)
  }

  mutating func depthwise(
    _ image: ImageShape, _ window: Window, _ activation: Activation = .relu
  ) -> DepthwiseConvolution {
    DepthwiseConvolution(
      kernel: kernel(window.count, image.channels, activation), image: image, window: window)
  }
}

/// One convolution and a head, in many geometries.
func convolutionSample(
  _ image: ImageShape, channels: Int, _ window: Window, _ activation: Activation = .relu, seed: UInt64 = 3
) -> GraphSample {
  var random = RandomLayers(seed: seed)
  let layer = random.convolution(image, channels, window, activation)
  return GraphSample(
    name: "\(image) → \(channels), \(window), \(activation)", image: image,
    layers: [.convolution(layer), .flatten, .dense(random.kernel(layer.outputShape.count, 3, .identity))])
}

func depthwiseSample(_ image: ImageShape, _ window: Window, _ activation: Activation) -> GraphSample {
  var random = RandomLayers(seed: 4)
  let layer = random.depthwise(image, window, activation)
  return GraphSample(
    name: "depthwise \(image), \(window), \(activation)", image: image,
    layers: [.depthwise(layer), .dense(random.kernel(layer.outputShape.count, 2, .identity))])
}

func poolingSample(_ image: ImageShape, _ kind: Pooling.Kind, _ window: Window) -> GraphSample {
  var random = RandomLayers(seed: 5)
  let pooling = Pooling(kind: kind, image: image, window: window)
  return GraphSample(
    name: "\(kind) pooling \(image), \(window)", image: image,
    layers: [
      .pooling(pooling), .flatten, .dense(random.kernel(pooling.outputShape.count, 2, .identity)),
    ])
}

/// Two branches that meet, one value read three times, and a pool after it.
func residualSample(_ activation: Activation) -> GraphSample {
  var random = RandomLayers(seed: 6)
  let image = ImageShape(height: 6, width: 5, channels: 2)
  let inner = ImageShape(height: 6, width: 5, channels: 9)
  let same = Window.same(kernelHeight: 3, kernelWidth: 3, of: inner)
  let pooled = Pooling(
    kind: .maximum, image: inner, window: Window(kernelHeight: 2, kernelWidth: 2, strideHeight: 2))
  let mean = Pooling(kind: .average, image: pooled.outputShape, window: .whole(pooled.outputShape))
  return GraphSample(
    name: "residual, \(activation)", image: image,
    layers: [
      .convolution(
        random.convolution(image, 9, .same(kernelHeight: 3, kernelWidth: 3, of: image), activation)),
      .convolution(random.convolution(inner, 9, same, activation)),
      .depthwise(random.depthwise(inner, same, .identity)),
      .addition(Addition(count: inner.count, activation: activation)),
      .convolution(random.convolution(inner, 9, Window(kernelHeight: 1, kernelWidth: 1), .identity)),
      .addition(Addition(count: inner.count, activation: activation)),
      .pooling(pooled), .pooling(mean), .dense(random.kernel(9, 3, .identity)),
    ],
    sources: [[-1], [0], [1], [2, 0], [0], [4, 3], [5], [6], [7]])
}

let graphSamples: [GraphSample] = {
  func image(_ height: Int, _ width: Int, _ channels: Int) -> ImageShape {
    ImageShape(height: height, width: width, channels: channels)
  }
  func window(_ kernel: (Int, Int), _ stride: (Int, Int) = (1, 1), _ padding: Padding = .valid) -> Window {
    Window(
      kernelHeight: kernel.0, kernelWidth: kernel.1, strideHeight: stride.0, strideWidth: stride.1,
      padding: padding)
  }
  let odd = Padding(top: 2, left: 0, bottom: 1, right: 1)
  return [
    convolutionSample(image(5, 6, 1), channels: 3, window((3, 3))),
    convolutionSample(
      image(7, 7, 1), channels: 12, .same(kernelHeight: 5, kernelWidth: 5, of: image(7, 7, 1)),
      .clippedReLU(limit: 0.4)),
    convolutionSample(image(6, 19, 9), channels: 33, window((3, 2), (2, 3), odd), .tanh),
    convolutionSample(image(4, 5, 17), channels: 40, window((1, 1)), .clippedIdentity(limit: 0.5)),
    convolutionSample(image(5, 5, 3), channels: 16, window((2, 3), (2, 2)), .identity),
    convolutionSample(
      image(6, 6, 20), channels: 24,
      .same(kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 2, of: image(6, 6, 20))),
    convolutionSample(image(3, 4, 2), channels: 70, window((3, 4))),
    depthwiseSample(
      image(6, 5, 3), .same(kernelHeight: 3, kernelWidth: 3, of: image(6, 5, 3)), .clippedReLU(limit: 0.6)),
    depthwiseSample(image(7, 6, 21), window((3, 2), (2, 1), odd), .relu),
    poolingSample(image(6, 6, 12), .maximum, window((2, 2), (2, 2))),
    poolingSample(
      image(7, 5, 19), .maximum, window((3, 3), (2, 1), Padding(top: 1, left: 1, bottom: 1, right: 2))),
    poolingSample(image(6, 6, 5), .average, window((2, 3), (2, 2))),
    poolingSample(image(3, 4, 18), .average, .whole(image(3, 4, 18))),
    residualSample(.relu), residualSample(.clippedReLU(limit: 0.3)),
    residualSample(.clippedIdentity(limit: 0.2)),
  ]
}()

/// The oracle: every layer written down from its definition, for one sample.
func naiveGraphLogits(_ network: Network, _ x: [Double]) -> [Double] {
  var outputs: [[Double]] = []
  for (layer, sources) in zip(network.layers, network.sources) {
    let read = sources.map { $0 < 0 ? x : outputs[$0] }
    outputs.append(naive(layer, read))
  }
  return outputs[outputs.count - 1].map { $0 / Double(network.temperature) }
}

private func naive(_ layer: Layer, _ read: [[Double]]) -> [Double] {
  switch layer {
  case .flatten: return read[0]
  case .dense(let dense):
    return (0..<dense.outputs).map { k in
      naive(
        dense.activation,
        (0..<dense.inputs).reduce(Double(dense.bias[k])) {
          $0 + Double(dense.weight[k * dense.inputs + $1]) * read[0][$1]
        })
    }
  case .convolution(let it):
    let channels = it.image.channels
    return places(it.image, it.window) { seen in
      (0..<it.kernel.outputs).map { k in
        var sum = Double(it.kernel.bias[k])
        for (place, pixel) in seen {
          for c in 0..<channels {
            sum +=
              Double(it.kernel.weight[k * it.kernel.inputs + place * channels + c])
              * read[0][pixel * channels + c]
          }
        }
        return naive(it.kernel.activation, sum)
      }
    }
  case .depthwise(let it):
    let channels = it.image.channels
    return places(it.image, it.window) { seen in
      (0..<channels).map { c in
        naive(
          it.kernel.activation,
          seen.reduce(Double(it.kernel.bias[c])) {
            $0 + Double(it.kernel.weight[c * it.window.count + $1.place]) * read[0][$1.pixel * channels + c]
          })
      }
    }
  case .pooling(let it):
    let channels = it.image.channels
    return places(it.image, it.window) { seen in
      (0..<channels).map { c in
        let values = seen.map { read[0][$0.pixel * channels + c] }
        return it.kind == .maximum ? values.max()! : values.reduce(0, +) / Double(it.window.count)
      }
    }
  case .addition(let addition):
    return zip(read[0], read[1]).map { naive(addition.activation, $0 + $1) }
  }
}

/// For each output position what `body` makes of the positions that it sees.
private func places(
  _ image: ImageShape, _ window: Window, _ body: ([(place: Int, pixel: Int)]) -> [Double]
) -> [Double] {
  var result: [Double] = []
  let padding = window.padding
  for top in stride(
    from: -padding.top, through: image.height + padding.bottom - window.kernelHeight,
    by: window.strideHeight)
  {
    for left in stride(
      from: -padding.left, through: image.width + padding.right - window.kernelWidth, by: window.strideWidth)
    {
      var seen: [(place: Int, pixel: Int)] = []
      for ky in 0..<window.kernelHeight {
        for kx in 0..<window.kernelWidth {
          let (y, x) = (top + ky, left + kx)
          guard y >= 0, y < image.height, x >= 0, x < image.width else { continue }
          seen.append((ky * window.kernelWidth + kx, y * image.width + x))
        }
      }
      result += body(seen)
    }
  }
  return result
}
