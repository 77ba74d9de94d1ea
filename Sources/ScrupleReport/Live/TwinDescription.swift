import ScrupleNetwork

/// A float network as the page's script reads it.
struct TwinDescription: Encodable {
  let layers: [Step]
  let sources: [[Int]]
  let temperature: Float

  init(_ network: Network) {
    layers = network.layers.map(Step.init)
    sources = network.sources
    temperature = network.temperature
  }

  /// One layer. Weights on a grid are their integers and one scale per output, a quarter as long as the numbers.
  struct Step: Encodable {
    let kind: String
    var inputs: Int?
    var outputs: Int?
    var activation: String?
    var limit: Float?
    var weight: String?
    var integers: String?
    var scales: String?
    var bias: String?
    /// Height, width, channels of what comes in.
    var image: [Int]?
    /// Height and width, and so the stride.
    var kernel: [Int]?
    var stride: [Int]?
    /// Top, left, bottom, right.
    var padding: [Int]?

    init(_ layer: Layer) {
      kind = layer.kind
      if let kernel = layer.kernel { describe(kernel) }
      switch layer {
      case .flatten, .dense: break
      case .convolution(let convolution): describe(convolution.window, over: convolution.image)
      case .depthwise(let depthwise): describe(depthwise.window, over: depthwise.image)
      case .pooling(let pooling): describe(pooling.window, over: pooling.image)
      case .addition(let addition): describe(addition.activation)
      }
    }

    private mutating func describe(_ dense: Dense) {
      inputs = dense.inputs
      outputs = dense.outputs
      bias = base64(dense.bias)
      if let grid = dense.grid {
        integers = base64(grid.integers(of: dense.weight))
        scales = base64(grid.scales)
      } else {
        weight = base64(dense.weight)
      }
      describe(dense.activation)
    }

    private mutating func describe(_ activation: Activation) {
      switch activation {
      case .identity: self.activation = "identity"
      case .relu: self.activation = "relu"
      case .tanh: self.activation = "tanh"
      case .clippedReLU(let limit): (self.activation, self.limit) = ("clippedReLU", limit)
      case .clippedIdentity(let limit): (self.activation, self.limit) = ("clippedIdentity", limit)
      }
    }

    private mutating func describe(_ window: Window, over shape: ImageShape) {
      image = [shape.height, shape.width, shape.channels]
      kernel = [window.kernelHeight, window.kernelWidth]
      stride = [window.strideHeight, window.strideWidth]
      let around = window.padding
      padding = [around.top, around.left, around.bottom, around.right]
    }
  }
}
