/// Where the parameters of each dense layer stand in one flat block, so that an optimizer can go over all of
/// them in one pass.
public struct ParameterLayout: Equatable, Sendable {
  /// One dense layer's place.
  public struct Entry: Equatable, Sendable {
    /// Values that come in for each sample.
    public let inputs: Int
    /// Values that go out for each sample.
    public let outputs: Int
    /// What is applied to the outputs.
    public let activation: Activation
    /// Index of the first of `outputs × inputs` weights, row-major; a multiple of 16.
    public let weight: Int
    /// Index of the first of `outputs` biases; a multiple of 16.
    public let bias: Int
  }

  /// The dense layers, in order.
  public let entries: [Entry]
  /// The number of elements, padding included. Padding is zero and stays zero.
  public let count: Int

  /// The layout for dense layers of the given sizes.
  public init(_ layers: [(inputs: Int, outputs: Int, activation: Activation)]) {
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
          weight: take(layer.inputs * layer.outputs), bias: take(layer.outputs)))
    }
    self.entries = entries
    count = position
  }

  /// The layout for a network's dense layers.
  public init(_ network: Network) {
    self.init(network.denseLayers.map { ($0.inputs, $0.outputs, $0.activation) })
  }

  /// The number of weights and biases, without padding.
  public var parameterCount: Int { entries.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs } }

  /// A network's parameters in this layout.
  public func gather(_ network: Network) -> FloatBuffer {
    let result = FloatBuffer(count: count)
    for (entry, dense) in zip(entries, network.denseLayers) {
      precondition(dense.inputs == entry.inputs && dense.outputs == entry.outputs, "another network's layout")
      for i in dense.weight.indices { result.pointer[entry.weight + i] = dense.weight[i] }
      for i in dense.bias.indices { result.pointer[entry.bias + i] = dense.bias[i] }
    }
    return result
  }

  /// Dense layers with the parameters of a block in this layout.
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
