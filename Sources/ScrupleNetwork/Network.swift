/// A classifier: layers with real parameters, from a normalized input to one logit per class.
public struct Network: Equatable, Sendable {
  /// What the network is called in tables and reports.
  public let name: String
  /// One per class, in the order of the logits.
  public let labels: [String]
  /// What its inputs mean.
  public let input: InputDescription
  /// From the input to the logits.
  public let layers: [Layer]
  /// The logits are the last layer's outputs divided by this positive number.
  public let temperature: Float

  /// The most classes a network may have.
  public static let largestClassCount = 256

  /// A network of parts that are checked to fit together.
  ///
  /// - Throws: ``NetworkError/invalid(layer:reason:)`` with the layer and the values that do not fit.
  public init(
    name: String, labels: [String], input: InputDescription, layers: [Layer], temperature: Float = 1
  ) throws(NetworkError) {
    self.name = name
    self.labels = labels
    self.input = input
    self.layers = layers
    self.temperature = temperature
    try validate()
  }

  /// The dense layers, in order.
  public var denseLayers: [Dense] {
    layers.compactMap { if case .dense(let dense) = $0 { dense } else { nil } }
  }

  /// The number of logits.
  public var classCount: Int { labels.count }

  /// The number of weights and biases.
  public var parameterCount: Int { denseLayers.reduce(0) { $0 + $1.parameterCount } }

  /// Whether the network is a float twin of an int8 program: every layer's weights lie on its grid, and every
  /// hidden activation is a clipped ReLU. Then the two differ only by the rounding of activations.
  public var isGridTwin: Bool {
    let dense = denseLayers
    return dense.allSatisfy { $0.grid != nil }
      && dense.dropLast().allSatisfy { if case .clippedReLU = $0.activation { true } else { false } }
  }

  /// For each dense layer the real value of one step of its 8-bit input: 1/255 for the network's input,
  /// `limit/255` after a clipped ReLU, `nil` after anything else.
  public var inputScales: [Double?] {
    [1.0 / 255]
      + denseLayers.dropLast().map { dense in
        if case .clippedReLU(let limit) = dense.activation { Double(limit) / 255 } else { nil }
      }
  }

  /// The same network with other layers.
  public func replacing(layers: [Layer], temperature: Float? = nil) throws(NetworkError) -> Network {
    try Network(
      name: name, labels: labels, input: input, layers: layers, temperature: temperature ?? self.temperature)
  }

  private func validate() throws(NetworkError) {
    func check(_ condition: Bool, layer: Int? = nil, _ reason: @autoclosure () -> String) throws(NetworkError)
    {
      guard condition else { throw .invalid(layer: layer, reason: reason()) }
    }
    try check(temperature.isFinite && temperature > 0, "the temperature is \(temperature), not positive")
    try check(
      (2...Self.largestClassCount).contains(labels.count),
      "\(labels.count) labels; a classifier has 2 to \(Self.largestClassCount)")
    let dimensions = input.shape.dimensions
    try check(!dimensions.isEmpty && dimensions.allSatisfy { $0 > 0 }, "the input's shape is \(input.shape)")
    if case .tabular(let features) = input.kind {
      for feature in features {
        try check(
          feature.low.isFinite && feature.high.isFinite && feature.low < feature.high,
          "feature \"\(feature.name)\": its range \(feature.low)…\(feature.high) is empty")
      }
    }
    var width = input.count
    var last: Dense?
    for (index, layer) in layers.enumerated() {
      guard case .dense(let dense) = layer else { continue }
      try check(
        dense.inputs == width, layer: index, "it takes \(dense.inputs) inputs, but \(width) come in")
      try check(dense.outputs > 0, layer: index, "it has no outputs")
      try check(
        dense.weight.count == dense.outputs * dense.inputs, layer: index,
        "\(dense.weight.count) weights for \(dense.outputs)×\(dense.inputs)")
      try check(
        dense.bias.count == dense.outputs, layer: index,
        "\(dense.bias.count) biases for \(dense.outputs) outputs")
      try check(dense.weight.allSatisfy(\.isFinite), layer: index, "a weight is not finite")
      try check(dense.bias.allSatisfy(\.isFinite), layer: index, "a bias is not finite")
      if case .clippedReLU(let limit) = dense.activation {
        try check(limit.isFinite && limit > 0, layer: index, "its limit is \(limit), not positive")
      }
      if let grid = dense.grid {
        try check(
          grid.scales.count == dense.outputs, layer: index,
          "\(grid.scales.count) scales for \(dense.outputs) outputs")
        try check(grid.snap(dense.weight) == dense.weight, layer: index, "a weight is not on its grid")
      }
      width = dense.outputs
      last = dense
    }
    guard let last else { throw .invalid(layer: nil, reason: "there is no dense layer") }
    try check(last.activation == .identity, "the last layer's activation is \(last.activation), not identity")
    try check(width == labels.count, "\(width) logits for \(labels.count) labels")
  }
}
