/// One operation of a program, as its descriptor says.
public struct Operation: Equatable, Sendable {
  /// What is computed.
  public enum Kind: UInt8, Sendable { case dense = 1 }
  /// What is written.
  public enum Output: Equatable, Sendable {
    /// Bytes: `clamp(requantize(accumulator) + zeroPoint, low, high)`.
    case activations(preShift: Int, zeroPoint: UInt8, low: UInt8, high: UInt8)
    /// Accumulators; the base-2 logit is `accumulator·multiplier / 2^fractionBits`.
    case logits(fractionBits: Int)
  }
  /// What is computed.
  public let kind: Kind
  /// Number of input bytes.
  public let inputCount: Int
  /// Number of outputs.
  public let outputCount: Int
  /// Arena offset of the input.
  public let inputOffset: Int
  /// Arena offset of the output.
  public let outputOffset: Int
  /// File offset of the packed weights, see ``WeightLayout``.
  public let weightsOffset: Int
  /// File offset of the biases, Int32 each.
  public let biasOffset: Int
  /// File offset of the multipliers, Int32 each.
  public let multiplierOffset: Int
  /// The input byte that means zero.
  public let inputZeroPoint: UInt8
  /// What is written.
  public let output: Output

  /// Bytes of the arena that the output takes.
  public var outputByteCount: Int {
    switch output {
    case .activations: outputCount
    case .logits: outputCount &* 4
    }
  }
  /// Multiply–accumulates, without padding.
  public var multiplyAccumulates: Int { inputCount &* outputCount }
}
