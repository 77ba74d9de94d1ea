/// Where the parameters of each layer stand in one flat block, so that an optimizer can go over all of them in one
/// pass.
public struct ParameterLayout: Equatable, Sendable {
  /// What has to be placed of one layer.
  public struct Description: Equatable, Sendable {
    /// Values that meet one row of weights.
    public var inputs: Int
    /// Rows of weights.
    public var outputs: Int
    /// What is applied to the results.
    public var activation: Activation
    /// Whether results are normalized over the batch, and so have a scale.
    public var isNormalized = false
  }

  /// One layer's place.
  public struct Entry: Equatable, Sendable {
    /// Values that meet one row of weights: of a sample or, in convolutions, of a patch.
    public let inputs: Int
    /// Rows of weights: values or channels that go out.
    public let outputs: Int
    /// What is applied to the results.
    public let activation: Activation
    /// Index of the first of `outputs × inputs` weights, row-major; a multiple of 16.
    public let weight: Int
    /// Index of the first of `outputs` biases; a multiple of 16.
    public let bias: Int
    /// Index of the first of `outputs` scales of normalized results, a multiple of 16; `nil` without normalization.
    public let scale: Int?
  }

  /// The layers with parameters, in order.
  public let entries: [Entry]
  /// The number of elements, padding included. Padding is zero and stays zero.
  public let count: Int

  /// The layout for layers of the given sizes.
  public init(_ layers: [Description]) {
    var entries: [Entry] = []
    var position = 0
    func take(_ count: Int) -> Int {
      defer { position += (count + 15) / 16 * 16 }
      return position
    }
    for layer in layers {
      entries.append(
        Entry(
          inputs: layer.inputs, outputs: layer.outputs, activation: layer.activation,
          weight: take(layer.inputs * layer.outputs), bias: take(layer.outputs),
          scale: layer.isNormalized ? take(layer.outputs) : nil))
    }
    self.entries = entries
    count = position
  }

  /// The layout for dense layers of the given sizes.
  public init(_ layers: [(inputs: Int, outputs: Int, activation: Activation)]) {
    self.init(layers.map { Description(inputs: $0.inputs, outputs: $0.outputs, activation: $0.activation) })
  }

  /// The layout for a network's kernels.
  public init(_ network: Network) {
    self.init(network.kernels.map { ($0.inputs, $0.outputs, $0.activation) })
  }

  /// The number of weights and biases, without padding.
  public var parameterCount: Int { entries.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs } }

  /// A network's parameters in this layout; scales of normalized results are 1.
  public func gather(_ network: Network) -> FloatBuffer {
    let result = FloatBuffer(count: count)
    for (entry, kernel) in zip(entries, network.kernels) {
      precondition(
        kernel.inputs == entry.inputs && kernel.outputs == entry.outputs, "another network's layout")
      for i in kernel.weight.indices { result.pointer[entry.weight + i] = kernel.weight[i] }
      for i in kernel.bias.indices { result.pointer[entry.bias + i] = kernel.bias[i] }
      if let scale = entry.scale { for i in 0..<entry.outputs { result.pointer[scale + i] = 1 } }
    }
    return result
  }

  /// Kernels with the parameters of a block in this layout; scales are left out.
  public func scatter(_ parameters: FloatBuffer) -> [Dense] {
    precondition(parameters.count == count, "another network's layout")
    return entries.map { entry in
      Dense(
        weight: Array(
          parameters.elements[entry.weight..<entry.weight + entry.outputs * entry.inputs]),
        bias: Array(parameters.elements[entry.bias..<entry.bias + entry.outputs]),
        inputs: entry.inputs, outputs: entry.outputs, activation: entry.activation)
    }
  }
}
