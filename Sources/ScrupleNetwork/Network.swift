/// A classifier: layers with real parameters, from a normalized input to one logit per class.
public struct Network: Equatable, Sendable {
  /// What the network is called in tables and reports.
  public let name: String
  /// One per class, in the order of the logits.
  public let labels: [String]
  /// What its inputs mean.
  public let input: InputDescription
  /// From the input to the logits, every layer after those that it reads.
  public let layers: [Layer]
  /// For each layer the indices of the layers whose outputs it reads; −1 is the network's input.
  public let sources: [[Int]]
  /// The logits are the last layer's outputs divided by this positive number.
  public let temperature: Float

  /// The most classes a network may have.
  public static let largestClassCount = 256

  /// A network of parts that are checked to fit together.
  ///
  /// - Parameter sources: what each layer reads; by default each reads the one before it.
  /// - Throws: ``NetworkError/invalid(layer:reason:)`` with the layer and the values that do not fit.
  public init(
    name: String, labels: [String], input: InputDescription, layers: [Layer],
    sources: [[Int]]? = nil, temperature: Float = 1
  ) throws(NetworkError) {
    self.name = name
    self.labels = labels
    self.input = input
    self.layers = layers
    self.sources = sources ?? Self.chain(layers.count)
    self.temperature = temperature
    try validate()
  }

  /// The sources of layers that each read the one before.
  public static func chain(_ count: Int) -> [[Int]] { (0..<count).map { [$0 - 1] } }

  /// Whether each layer reads the one before.
  public var isChain: Bool { sources == Self.chain(layers.count) }

  /// Whether the network is only dense layers in a row (and flattening).
  public var isDenseChain: Bool {
    isChain
      && layers.allSatisfy { layer in
        switch layer {
        case .flatten, .dense: true
        case .convolution, .depthwise, .pooling, .addition: false
        }
      }
  }

  /// The parameters of every layer that has some, in order: dense layers, and the kernels of convolutions.
  public var kernels: [Dense] { layers.compactMap(\.kernel) }

  /// The dense layers, in order. They are the whole network only if ``isDenseChain``.
  public var denseLayers: [Dense] {
    layers.compactMap { if case .dense(let dense) = $0 { dense } else { nil } }
  }

  /// The number of logits.
  public var classCount: Int { labels.count }

  /// The number of weights and biases.
  public var parameterCount: Int { kernels.reduce(0) { $0 + $1.parameterCount } }

  /// Whether the network is a float twin of an int8 program: all weights lie on their grids, and every hidden
  /// value is clipped. Then the two differ only by the rounding of activations.
  public var isGridTwin: Bool {
    kernels.allSatisfy { $0.grid != nil }
      && layers.dropLast().allSatisfy { layer in layer.activation.map { $0.step != nil } ?? true }
  }

  /// The real value of one step of the device's 8-bit value behind each layer's output: `limit/255` after a clipped
  /// ReLU, `limit/127` after a clipped identity, that of its source where a layer has no activation, `nil` after
  /// anything else.
  public var valueScales: [Double?] {
    var result: [Double?] = []
    for (layer, sources) in zip(layers, sources) {
      if let activation = layer.activation {
        result.append(activation.step)
      } else {
        result.append(sources[0] < 0 ? Self.inputScale : result[sources[0]])
      }
    }
    return result
  }

  /// The real value of one step of the device's input.
  public static let inputScale = 1.0 / 255

  /// For each of ``kernels`` the real value of one step of its 8-bit input; `nil` where that has none.
  public var inputScales: [Double?] {
    let scales = valueScales
    return layers.indices.filter { layers[$0].kernel != nil }.map { index in
      sources[index][0] < 0 ? Self.inputScale : scales[sources[index][0]]
    }
  }

  /// The same network with other layers; as many of them keep their sources, and another number stands in a row.
  public func replacing(
    layers: [Layer], sources: [[Int]]? = nil, temperature: Float? = nil
  ) throws(NetworkError) -> Network {
    try Network(
      name: name, labels: labels, input: input, layers: layers,
      sources: sources ?? (layers.count == self.layers.count ? self.sources : nil),
      temperature: temperature ?? self.temperature)
  }

  /// The same network with other parameters and activations in its kernels, as many and of the same shapes.
  public func replacing(kernels: [Dense]) throws(NetworkError) -> Network {
    guard kernels.count == self.kernels.count else {
      throw .invalid(layer: nil, reason: "\(kernels.count) kernels for \(self.kernels.count) layers")
    }
    var rest = kernels[...]
    return try replacing(
      layers: layers.map { layer in
        guard layer.kernel != nil, let kernel = rest.popFirst() else { return layer }
        return layer.replacing(kernel: kernel)
      })
  }
}
