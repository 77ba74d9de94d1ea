/// The JSON in a network file's metadata: everything but the tensors.
struct Architecture: Codable {
  static let currentVersion = 1

  var version = currentVersion
  var name: String
  var labels: [String]
  var input: InputDescription
  var layers: [Layer]
  /// Absent where each layer reads the one before.
  var sources: [[Int]]?
  var temperature: Float

  init(_ network: Network) {
    name = network.name
    labels = network.labels
    input = network.input
    temperature = network.temperature
    layers = network.layers.map(Layer.init)
    sources = network.isChain ? nil : network.sources
  }

  /// One layer: its kind, and what that kind has.
  struct Layer: Codable {
    enum Kind: String, Codable {
      case flatten, dense, convolution, depthwise, pooling, addition
    }

    var kind: Kind
    /// Dense: values that come in. Addition: values of each summand.
    var inputs: Int?
    /// Dense and convolution.
    var outputs: Int?
    /// What comes into a convolution or pooling: height, width, channels.
    var image: [Int]?
    /// Height, width.
    var window: [Int]?
    /// Height, width.
    var stride: [Int]?
    /// Top, left, bottom, right.
    var padding: [Int]?
    var pooling: Pooling.Kind?
    var activation: Activation?
    /// Whether the weights lie on a grid.
    var grid: Bool?

    init(_ layer: ScrupleNetwork.Layer) {
      activation = layer.activation
      grid = layer.kernel.map { $0.grid != nil }
      switch layer {
      case .flatten: kind = .flatten
      case .dense(let dense):
        kind = .dense
        inputs = dense.inputs
        outputs = dense.outputs
      case .convolution(let convolution):
        kind = .convolution
        outputs = convolution.kernel.outputs
        describe(convolution.image, convolution.window)
      case .depthwise(let depthwise):
        kind = .depthwise
        describe(depthwise.image, depthwise.window)
      case .pooling(let pool):
        kind = .pooling
        pooling = pool.kind
        describe(pool.image, pool.window)
      case .addition(let addition):
        kind = .addition
        inputs = addition.count
      }
    }

    private mutating func describe(_ shape: ImageShape, _ view: Window) {
      image = [shape.height, shape.width, shape.channels]
      window = [view.kernelHeight, view.kernelWidth]
      stride = [view.strideHeight, view.strideWidth]
      padding = [view.padding.top, view.padding.left, view.padding.bottom, view.padding.right]
    }

    private var imageShape: ImageShape? {
      guard let image, image.count == 3 else { return nil }
      return ImageShape(height: image[0], width: image[1], channels: image[2])
    }

    private var view: Window? {
      guard let window, let stride, let padding, window.count == 2, stride.count == 2, padding.count == 4
      else { return nil }
      return Window(
        kernelHeight: window[0], kernelWidth: window[1], strideHeight: stride[0], strideWidth: stride[1],
        padding: Padding(top: padding[0], left: padding[1], bottom: padding[2], right: padding[3]))
    }

    /// The shape of the weights' tensor, outputs first; `nil` if there are none or the description lacks a part.
    var weightShape: [Int]? {
      switch kind {
      case .dense:
        guard let inputs, let outputs else { return nil }
        return [outputs, inputs]
      case .convolution:
        guard let outputs, let image = imageShape, let view else { return nil }
        return [outputs, view.kernelHeight, view.kernelWidth, image.channels]
      case .depthwise:
        guard let image = imageShape, let view else { return nil }
        return [image.channels, view.kernelHeight, view.kernelWidth]
      case .flatten, .pooling, .addition: return nil
      }
    }

    /// The layer, given its parameters; `nil` if the description lacks a part.
    func layer(kernel: Dense?) -> ScrupleNetwork.Layer? {
      switch kind {
      case .flatten: return .flatten
      case .dense: return kernel.map { .dense($0) }
      case .convolution:
        guard let kernel, let image = imageShape, let view else { return nil }
        return .convolution(Convolution(kernel: kernel, image: image, window: view))
      case .depthwise:
        guard let kernel, let image = imageShape, let view else { return nil }
        return .depthwise(DepthwiseConvolution(kernel: kernel, image: image, window: view))
      case .pooling:
        guard let pooling, let image = imageShape, let view else { return nil }
        return .pooling(Pooling(kind: pooling, image: image, window: view))
      case .addition:
        guard let inputs, let activation else { return nil }
        return .addition(Addition(count: inputs, activation: activation))
      }
    }
  }
}
