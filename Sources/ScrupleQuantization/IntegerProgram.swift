import ScrupleNetwork

/// A network as the device executes it, in plain arrays on the host: the integers that a `.scruple` file
/// holds, without the file's layout.
///
/// Every activation is a byte `u` whose real value is `limit/255·u`; the input's limit is 1. An accumulator
/// of channel `k` stands for `limit/255·s_k·acc`, with `s_k` the scale of the channel's weights. See
/// `docs/numerics.md`.
public struct IntegerProgram: Equatable, Sendable {
  /// The operations, from input to logits: hidden layers write activations, the last one writes logits.
  public var layers: [IntegerLayer]
  /// What the file says about the model besides its arithmetic.
  public var metadata: ProgramMetadata

  /// Assembles a program from its parts; `Quantizer` is the usual way to get one.
  public init(layers: [IntegerLayer], metadata: ProgramMetadata) {
    self.layers = layers
    self.metadata = metadata
  }

  /// Bytes of the input.
  public var inputCount: Int { layers.first?.inputs ?? 0 }
  /// Number of classes.
  public var classCount: Int { layers.last?.outputs ?? 0 }
  /// Fraction bits of `accumulator·multiplier` of the last layer, a logit in base 2.
  public var fractionBits: Int {
    if case .logits(let bits) = layers.last?.output { bits } else { 0 }
  }
  /// Multiply–accumulates per inference.
  public var multiplyAccumulates: Int { layers.reduce(0) { $0 + $1.multiplyAccumulates } }
}

/// One operation of an integer program.
public enum IntegerLayer: Equatable, Sendable {
  /// A fully connected layer.
  case dense(IntegerDense)

  /// Number of bytes read.
  public var inputs: Int {
    switch self {
    case .dense(let dense): dense.inputs
    }
  }
  /// Number of values written.
  public var outputs: Int {
    switch self {
    case .dense(let dense): dense.outputs
    }
  }
  /// What is written.
  public var output: IntegerOutput {
    switch self {
    case .dense(let dense): dense.output
    }
  }
  /// Multiply–accumulates per inference.
  public var multiplyAccumulates: Int {
    switch self {
    case .dense(let dense): dense.inputs * dense.outputs
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

/// A fully connected layer: `acc_k = bias_k + Σ_i weights_ki·u_i`, and what becomes of it.
public struct IntegerDense: Equatable, Sendable {
  /// Number of bytes read.
  public var inputs: Int
  /// Number of channels.
  public var outputs: Int
  /// Weights in −127…127, row-major [outputs × inputs].
  public var weights: [Int8]
  /// One per channel.
  public var bias: [Int32]
  /// One per channel, positive.
  public var multipliers: [Int32]
  /// Left shift of every accumulator before its multiplication, 0…31; 0 for logits.
  public var preShift: Int
  /// What the requantized accumulators become.
  public var output: IntegerOutput

  /// Assembles a layer from its parts.
  public init(
    inputs: Int, outputs: Int, weights: [Int8], bias: [Int32], multipliers: [Int32], preShift: Int,
    output: IntegerOutput
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.weights = weights
    self.bias = bias
    self.multipliers = multipliers
    self.preShift = preShift
    self.output = output
  }
}
