/// A fully connected layer: `y = f(W·x + b)`.
public struct Dense: Equatable, Sendable {
  /// Row-major, `outputs × inputs`.
  public var weight: [Float]
  /// One per output.
  public var bias: [Float]
  /// Values that come in for each sample.
  public let inputs: Int
  /// Values that go out for each sample.
  public let outputs: Int
  /// What is applied to `W·x + b`.
  public var activation: Activation
  /// The int8 grid on which the weights lie, when they do.
  public var grid: WeightGrid?

  /// A layer of the given parameters; ``Network`` checks that they fit.
  ///
  /// - Parameters:
  ///   - weight: row-major, `outputs × inputs`.
  ///   - bias: one per output.
  public init(
    weight: [Float], bias: [Float], inputs: Int, outputs: Int, activation: Activation, grid: WeightGrid? = nil
  ) {
    self.weight = weight
    self.bias = bias
    self.inputs = inputs
    self.outputs = outputs
    self.activation = activation
    self.grid = grid
  }

  /// The number of weights and biases.
  public var parameterCount: Int { outputs * inputs + outputs }
}
