import ScrupleNetwork

/// Networks of all layers.
enum GraphKind: String, CaseIterable, Sendable {
  /// Convolutions with strides and odd paddings, a linear one among them.
  case convolutions
  /// Depthwise and pointwise convolutions, padded.
  case separable
  /// Both poolings, overlapping ones too, and a global one.
  case poolings
  /// Residual blocks: linear kernels before an addition, a projected shortcut, a linear sum.
  case residual

  /// A small network of this kind with random weights.
  func network(seed: UInt64) -> Network {
    var builder = GraphBuilder(image: ImageShape(height: 9, width: 8, channels: 2), seed: seed)
    let odd = Padding(top: 1, left: 0, bottom: 1, right: 1)
    switch self {
    case .convolutions:
      builder.convolve(5, Window(kernelHeight: 3, kernelWidth: 2, padding: odd))
      builder.convolve(4, Window(kernelHeight: 2, kernelWidth: 3, strideHeight: 2), .identity)
      builder.convolve(3, Window(kernelHeight: 1, kernelWidth: 1))
    case .separable:
      builder.convolve(
        6, .same(kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 2, of: builder.image))
      builder.depthwise(.same(kernelHeight: 3, kernelWidth: 3, of: builder.image))
      builder.convolve(7, Window(kernelHeight: 1, kernelWidth: 1), .identity)
      builder.depthwise(Window(kernelHeight: 2, kernelWidth: 2, padding: odd))
    case .poolings:
      builder.convolve(4, Window(kernelHeight: 3, kernelWidth: 3, padding: odd), .identity)
      builder.pool(.maximum, Window(kernelHeight: 2, kernelWidth: 2, padding: odd))
      builder.pool(.average, Window(kernelHeight: 3, kernelWidth: 2, strideHeight: 2))
      builder.convolve(5, Window(kernelHeight: 2, kernelWidth: 2))
      builder.pool(.average, .whole(builder.image))
    case .residual:
      builder.convolve(4, .same(kernelHeight: 3, kernelWidth: 3, of: builder.image))
      let entry = builder.last
      builder.convolve(4, .same(kernelHeight: 3, kernelWidth: 3, of: builder.image))
      builder.convolve(4, .same(kernelHeight: 3, kernelWidth: 3, of: builder.image), .identity)
      builder.add(entry, .relu)
      let (block, image) = (builder.last, builder.image)
      let half = Window.same(kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 2, of: image)
      builder.convolve(6, half, .identity)
      let branch = builder.last
      builder.convolve(
        6, Window(kernelHeight: 1, kernelWidth: 1, strideHeight: 2, strideWidth: 2), .identity, from: block,
        of: image)
      builder.add(branch, .identity)
    }
    return builder.network(classes: 3)
  }
}

/// Adds layers one by one, each reading the one before unless told otherwise.
struct GraphBuilder {
  /// What the last layer gives.
  private(set) var image: ImageShape
  private(set) var layers: [Layer] = []
  private var sources: [[Int]] = []
  private let input: ImageShape
  private var generator: SeededGenerator

  init(image: ImageShape, seed: UInt64) {
    self.image = image
    input = image
    generator = SeededGenerator(seed: seed)
  }

  var last: Int { layers.count - 1 }

  private mutating func kernel(_ inputs: Int, _ outputs: Int, _ activation: Activation) -> Dense {
    let scale = (2 / Float(inputs)).squareRoot()
    return Dense(
      weight: (0..<inputs * outputs).map { _ in generator.normal() * scale },
      bias: (0..<outputs).map { _ in generator.normal() * 0.2 }, inputs: inputs, outputs: outputs,
      activation: activation)
  }

  mutating func append(_ layer: Layer, from read: [Int]) {
    layers.append(layer)
    sources.append(read)
  }

  mutating func convolve(
    _ channels: Int, _ window: Window, _ activation: Activation = .relu, from source: Int? = nil,
    of shape: ImageShape? = nil
  ) {
    let shape = shape ?? image
    let layer = Convolution(
      kernel: kernel(window.count * shape.channels, channels, activation), image: shape, window: window)
    append(.convolution(layer), from: [source ?? last])
    image = layer.outputShape
  }

  mutating func depthwise(_ window: Window, _ activation: Activation = .relu) {
    let layer = DepthwiseConvolution(
      kernel: kernel(window.count, image.channels, activation), image: image, window: window)
    append(.depthwise(layer), from: [last])
    image = layer.outputShape
  }

  mutating func pool(_ kind: Pooling.Kind, _ window: Window) {
    let layer = Pooling(kind: kind, image: image, window: window)
    append(.pooling(layer), from: [last])
    image = layer.outputShape
  }

  mutating func add(_ other: Int, _ activation: Activation) {
    append(.addition(Addition(count: image.count, activation: activation)), from: [other, last])
  }

  mutating func network(classes: Int) -> Network {
    append(.flatten, from: [last])
    append(.dense(kernel(image.count, classes, .identity)), from: [last])
    return try! Network(
      name: "random", labels: (0..<classes).map { "class \($0)" },
      input: InputDescription(
        .image(height: input.height, width: input.width, channels: input.channels)), layers: layers,
      sources: sources)
  }
}
