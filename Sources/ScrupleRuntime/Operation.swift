/// One operation of a program, as its descriptor says.
public struct Operation: Equatable, Sendable {
  /// What is computed.
  public enum Kind: UInt8, Sendable {
    case dense = 1
    case convolution, depthwise, averagePooling, maximumPooling, addition
  }
  /// What is written.
  public enum Output: Equatable, Sendable {
    /// Bytes: `clamp(requantize(accumulator) + zeroPoint, low, high)`.
    case activations(preShift: Int, zeroPoint: UInt8, low: UInt8, high: UInt8)
    /// Accumulators; the base-2 logit is `accumulator·multiplier / 2^fractionBits`.
    case logits(fractionBits: Int)
  }
  /// What an addition has besides: `((a − zA)·mA + (b − zB)·mB + 2^(n−1)) >> n`.
  public struct Addition: Equatable, Sendable {
    /// Arena offset of the second summand.
    public let secondInputOffset: Int
    /// mA.
    public let firstMultiplier: Int32
    /// mB.
    public let secondMultiplier: Int32
    /// zB; zA is ``Operation/inputZeroPoint``.
    public let secondZeroPoint: UInt8
    /// n.
    public let shift: Int
  }
  /// What is computed.
  public let kind: Kind
  /// Number of input bytes; of an addition, of each summand.
  public let inputCount: Int
  /// Number of outputs.
  public let outputCount: Int
  /// Arena offset of the input.
  public let inputOffset: Int
  /// Arena offset of the output.
  public let outputOffset: Int
  /// File offset of the packed weights, see ``WeightLayout`` and ``QuadLayout``; 0 without weights.
  public let weightsOffset: Int
  /// File offset of the biases, Int32 each; 0 without weights.
  public let biasOffset: Int
  /// File offset of the multipliers, Int32 each; 0 without weights.
  public let multiplierOffset: Int
  /// The input byte that means zero.
  public let inputZeroPoint: UInt8
  /// What is written.
  public let output: Output
  /// The shapes of an operation on images.
  public let image: ImageGeometry?
  /// What an addition has besides.
  public let addition: Addition?
  /// The multiplier of an average pooling; 0 otherwise.
  public let averageMultiplier: Int32
  /// Arena offset of a convolution's expanded patches; nil where they aren't in the arena.
  public let scratchOffset: Int?

  /// Bytes of the arena that the output takes.
  public var outputByteCount: Int {
    switch output {
    case .activations: outputCount
    case .logits: outputCount &* 4
    }
  }
  /// Inputs of a dense layer, or of a convolution's patch, or positions of a depthwise window; 0 without weights.
  public var kernelInputs: Int {
    switch kind {
    case .dense: inputCount
    case .convolution: image.map { $0.taps &* $0.inputChannels } ?? 0
    case .depthwise: image.map { $0.taps } ?? 0
    case .averagePooling, .maximumPooling, .addition: 0
    }
  }
  /// Channels of the weights; 0 without weights.
  public var kernelOutputs: Int {
    switch kind {
    case .dense: outputCount
    case .convolution, .depthwise: image.map { $0.outputChannels } ?? 0
    case .averagePooling, .maximumPooling, .addition: 0
    }
  }
  /// Multiply–accumulates, as if padding were read; none for poolings and additions.
  public var multiplyAccumulates: Int { kernelInputs &* outputCount }
}
