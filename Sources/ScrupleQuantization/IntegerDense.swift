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
