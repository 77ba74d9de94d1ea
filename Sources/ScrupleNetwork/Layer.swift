/// One step of a network.
public enum Layer: Equatable, Sendable {
  /// Reads an image as a vector, in the order height, width, channel.
  case flatten
  case dense(Dense)
  case convolution(Convolution)
  case depthwise(DepthwiseConvolution)
  case pooling(Pooling)
  /// The only layer with two sources.
  case addition(Addition)

  /// The layer's parameters: a dense layer's, or those of a convolution's kernel.
  public var kernel: Dense? {
    switch self {
    case .dense(let dense): dense
    case .convolution(let convolution): convolution.kernel
    case .depthwise(let depthwise): depthwise.kernel
    case .flatten, .pooling, .addition: nil
    }
  }

  /// The layer with other parameters of the same shape; the same layer if it has none.
  public func replacing(kernel: Dense) -> Layer {
    switch self {
    case .dense: return .dense(kernel)
    case .convolution(var convolution):
      convolution.kernel = kernel
      return .convolution(convolution)
    case .depthwise(var depthwise):
      depthwise.kernel = kernel
      return .depthwise(depthwise)
    case .flatten, .pooling, .addition: return self
    }
  }

  /// What is applied to the layer's results; `nil` where they keep the bounds and the scale of what comes in.
  public var activation: Activation? {
    if case .addition(let addition) = self { addition.activation } else { kernel?.activation }
  }

  /// The number of sources.
  public var sourceCount: Int { if case .addition = self { 2 } else { 1 } }

  /// A word for tables and errors: `convolution`.
  public var kind: String {
    switch self {
    case .flatten: "flatten"
    case .dense: "dense"
    case .convolution: "convolution"
    case .depthwise: "depthwise"
    case .pooling(let pooling): "\(pooling.kind.rawValue) pooling"
    case .addition: "addition"
    }
  }
}
