/// One operation of an integer program.
public enum IntegerLayer: Equatable, Sendable {
  /// A fully connected layer.
  case dense(IntegerDense)
  /// A dense layer over every patch of an image.
  case convolution(IntegerConvolution)
  /// A convolution of every channel with a kernel of its own.
  case depthwise(IntegerDepthwise)
  /// The mean or the largest of every window.
  case pooling(IntegerPooling)
  /// The sum of two earlier layers' outputs.
  case addition(IntegerAddition)

  /// Number of bytes read; of an addition, from each of its sources.
  public var inputs: Int {
    switch self {
    case .dense(let dense): dense.inputs
    case .convolution(let convolution): convolution.image.count
    case .depthwise(let depthwise): depthwise.image.count
    case .pooling(let pooling): pooling.image.count
    case .addition(let addition): addition.count
    }
  }

  /// Number of values written.
  public var outputs: Int {
    switch self {
    case .dense(let dense): dense.outputs
    case .convolution(let convolution): convolution.outputShape.count
    case .depthwise(let depthwise): depthwise.outputShape.count
    case .pooling(let pooling): pooling.outputShape.count
    case .addition(let addition): addition.count
    }
  }

  /// What is written.
  public var output: IntegerOutput {
    switch self {
    case .dense(let dense): dense.output
    case .convolution(let convolution): convolution.kernel.output
    case .depthwise(let depthwise): depthwise.kernel.output
    case .pooling(let pooling): .activation(zeroPoint: pooling.zeroPoint, low: 0, high: 255)
    case .addition(let addition): addition.output
    }
  }

  /// Multiply–accumulates per inference, as if padding were read; none for poolings and additions.
  public var multiplyAccumulates: Int {
    switch self {
    case .dense(let dense): dense.inputs * dense.outputs
    case .convolution(let convolution): convolution.outputShape.count * convolution.kernel.inputs
    case .depthwise(let depthwise): depthwise.outputShape.count * depthwise.kernel.inputs
    case .pooling, .addition: 0
    }
  }

  /// The weights, biases and multipliers; nil for layers without.
  public var kernel: IntegerDense? {
    switch self {
    case .dense(let dense): dense
    case .convolution(let convolution): convolution.kernel
    case .depthwise(let depthwise): depthwise.kernel
    case .pooling, .addition: nil
    }
  }

  /// A word for tables and errors.
  public var kind: String {
    switch self {
    case .dense: "dense"
    case .convolution: "convolution"
    case .depthwise: "depthwise"
    case .pooling(let pooling): pooling.kind.rawValue + " pooling"
    case .addition: "addition"
    }
  }
}

/// What becomes of an accumulator.
public enum IntegerOutput: Hashable, Sendable {
  /// The byte `clamp(y + zeroPoint, low, high)` with `y = (acc·2^preShift·m + 2³¹) >> 32`.
  case activation(zeroPoint: Int, low: Int, high: Int)
  /// The accumulator itself. The logit is `acc·m / 2^fractionBits`, in base 2, with the temperature inside.
  case logits(fractionBits: Int)
}
