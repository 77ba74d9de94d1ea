/// A network's layers without their parameters: what a ``Tape`` runs and what training moves the parameters of.
public struct NetworkGraph: Equatable, Sendable {
  /// What a node does with what it reads.
  public enum Operation: Equatable, Sendable {
    case flatten
    case dense
    case convolution(image: ImageShape, window: Window)
    case depthwise(image: ImageShape, window: Window)
    case pooling(Pooling)
    case addition
  }

  /// One layer.
  public struct Node: Equatable, Sendable {
    /// What it does.
    public let operation: Operation
    /// The nodes that it reads; −1 is the input.
    public let sources: [Int]
    /// The place of its parameters in ``NetworkGraph/layout``, if it has some.
    public let entry: Int?
    /// What is applied at the end; identity where the layer has none.
    public let activation: Activation
    /// Values of one sample's output.
    public let count: Int
  }

  /// From the input to the logits.
  public let nodes: [Node]
  /// Values of one sample's input.
  public let inputCount: Int
  /// Where the parameters stand.
  public let layout: ParameterLayout

  /// The graph of a network.
  ///
  /// - Parameter normalized: the layers whose results, before the activation, are normalized over the batch.
  public init(_ network: Network, normalized: Set<Int> = []) {
    var entries: [ParameterLayout.Description] = []
    var nodes: [Node] = []
    for (index, layer) in network.layers.enumerated() {
      let sources = network.sources[index]
      let operation: Operation
      let count: Int
      switch layer {
      case .flatten:
        (operation, count) = (.flatten, sources[0] < 0 ? network.input.count : nodes[sources[0]].count)
      case .dense(let dense): (operation, count) = (.dense, dense.outputs)
      case .convolution(let it):
        (operation, count) = (.convolution(image: it.image, window: it.window), it.outputShape.count)
      case .depthwise(let it):
        (operation, count) = (.depthwise(image: it.image, window: it.window), it.outputShape.count)
      case .pooling(let pooling): (operation, count) = (.pooling(pooling), pooling.outputShape.count)
      case .addition(let addition): (operation, count) = (.addition, addition.count)
      }
      nodes.append(
        Node(
          operation: operation, sources: sources, entry: layer.kernel == nil ? nil : entries.count,
          activation: layer.activation ?? .identity, count: count))
      if let kernel = layer.kernel {
        entries.append(
          .init(
            inputs: kernel.inputs, outputs: kernel.outputs, activation: kernel.activation,
            isNormalized: normalized.contains(index)))
      }
    }
    self.nodes = nodes
    inputCount = network.input.count
    layout = ParameterLayout(entries)
  }

  init(nodes: [Node], inputCount: Int, layout: ParameterLayout) {
    self.nodes = nodes
    self.inputCount = inputCount
    self.layout = layout
  }

  /// Dense layers in a row.
  public init(chain layout: ParameterLayout) {
    self.layout = layout
    inputCount = layout.entries.first?.inputs ?? 0
    nodes = layout.entries.enumerated().map { index, entry in
      Node(
        operation: .dense, sources: [index - 1], entry: index, activation: entry.activation,
        count: entry.outputs)
    }
  }

  /// The number of logits.
  public var classCount: Int { nodes.last?.count ?? 0 }

  /// Whether there are only dense layers in a row (and flattening).
  public var isDenseChain: Bool {
    nodes.enumerated().allSatisfy { index, node in
      node.sources == [index - 1] && (node.operation == .dense || node.operation == .flatten)
    }
  }

  /// Whether results are normalized over the batch anywhere.
  public var isNormalized: Bool { layout.entries.contains { $0.scale != nil } }

  /// The real value of one step of the device's 8-bit value behind each node; see ``Network/valueScales``.
  public var valueScales: [Double?] {
    var scales: [Double?] = []
    for node in nodes {
      switch node.operation {
      case .flatten, .pooling:
        scales.append(node.sources[0] < 0 ? Network.inputScale : scales[node.sources[0]])
      case .dense, .convolution, .depthwise, .addition: scales.append(node.activation.step)
      }
    }
    return scales
  }

  /// For each of the layout's entries the real value of one step of its 8-bit input; `nil` where that has none.
  public var inputScales: [Double?] {
    let scales = valueScales
    return nodes.filter { $0.entry != nil }.map { node in
      node.sources[0] < 0 ? Network.inputScale : scales[node.sources[0]]
    }
  }

  /// The node whose output a source is, flattening seen through; −1 for the input.
  public func origin(of source: Int) -> Int {
    var source = source
    while source >= 0, case .flatten = nodes[source].operation { source = nodes[source].sources[0] }
    return source
  }
}
