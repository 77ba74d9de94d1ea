/// A forward pass whose results are kept, and the backward pass through them: to the parameters, to the input, or both
/// (reverse-mode differentiation; Linnainmaa 1970, Rumelhart, Hinton and Williams 1986).
///
/// All buffers are allocated once, for batches of up to ``capacity`` samples. A tape is used by one thread at a
/// time. Use: ``forward(_:input:firstRow:count:keepsParameters:)``, read ``logits``, fill ``logitGradient``, then
/// ``backward(gradient:adds:inputGradient:)``.
public final class Tape: @unchecked Sendable {
  /// The layers, and where their parameters stand.
  public let graph: NetworkGraph
  /// The most samples in a batch.
  public let capacity: Int
  private let values: [FloatBuffer]
  private let slopes: [FloatBuffer]
  /// One for each node; flattening has none.
  private let steps: [(any TapeStep)?]
  private let normalized: [NormalizedStep]
  private var input: FloatBuffer?
  private var firstRow = 0
  private var count = 0

  /// A tape for batches of up to `capacity` samples.
  ///
  /// - Parameter statistics: the running means and variances of normalized layers, ``statisticsCount(of:)`` floats.
  public init(graph: NetworkGraph, capacity: Int, statistics: FloatBuffer? = nil) {
    precondition(capacity > 0 && !graph.nodes.isEmpty, "a tape needs a layer and room for a sample")
    self.graph = graph
    self.capacity = capacity
    var values: [FloatBuffer] = []
    var steps: [(any TapeStep)?] = []
    var normalized: [NormalizedStep] = []
    let running = statistics ?? FloatBuffer(count: Self.statisticsCount(of: graph))
    self.running = running
    var position = 0
    for node in graph.nodes {
      let isFlat = node.operation == .flatten
      values.append(FloatBuffer(count: isFlat ? 0 : capacity * node.count))
      var step = Self.step(node, graph.layout, capacity: capacity)
      if let kernel = step, let entry = node.entry.map({ graph.layout.entries[$0] }), entry.scale != nil {
        let wrapper = NormalizedStep(
          entry, kernel: kernel, pixels: node.count / entry.outputs, capacity: capacity,
          running: running.pointer + position)
        position += 2 * entry.outputs
        normalized.append(wrapper)
        step = wrapper
      }
      steps.append(step)
    }
    self.values = values
    self.steps = steps
    self.normalized = normalized
    slopes = graph.nodes.map { FloatBuffer(count: $0.operation == .flatten ? 0 : capacity * $0.count) }
  }

  private let running: FloatBuffer

  /// A tape for dense layers in a row.
  public convenience init(layout: ParameterLayout, capacity: Int) {
    self.init(graph: NetworkGraph(chain: layout), capacity: capacity)
  }

  private static func step(
    _ node: NetworkGraph.Node, _ layout: ParameterLayout, capacity: Int
  ) -> (any TapeStep)? {
    let entry = node.entry.map { layout.entries[$0] }
    switch (node.operation, entry) {
    case (.dense, .some(let entry)): return DenseStep(entry)
    case (.convolution(let image, let window), .some(let entry)):
      return ConvolutionStep(entry, image: image, window: window, isLinear: entry.scale != nil)
    case (.depthwise(let image, let window), .some(let entry)):
      return DepthwiseStep(entry, image: image, window: window, isLinear: entry.scale != nil)
    case (.pooling(let pooling), _): return PoolingStep(pooling, capacity: capacity)
    case (.addition, _): return AdditionStep(count: node.count, activation: node.activation)
    default: return nil
    }
  }

  /// The number of running means and variances of a graph's normalized layers.
  public static func statisticsCount(of graph: NetworkGraph) -> Int {
    graph.layout.entries.reduce(0) { $0 + ($1.scale == nil ? 0 : 2 * $1.outputs) }
  }

  /// The samples over which normalized layers take their statistics in the next forward passes; `nil` for the running
  /// ones.
  public var statisticsRows: Range<Int>? {
    didSet { for step in normalized { step.statisticsRows = statisticsRows } }
  }

  /// The statistics that the last forward pass used, in the order of the running ones.
  public var statistics: [Float] { normalized.flatMap { Array($0.statistics.elements) } }

  /// The number of logits of a sample.
  public var classCount: Int { graph.classCount }

  /// The last layer's outputs of the last forward pass, row-major `count × classes`. (Not divided by a
  /// network's temperature.)
  public var logits: UnsafeMutablePointer<Float> { values[values.count - 1].pointer }

  /// The loss's gradient by ``logits``, in the same layout; the caller fills it before the backward pass.
  public var logitGradient: UnsafeMutablePointer<Float> { slopes[slopes.count - 1].pointer }

  /// The outputs of node `index` in the last forward pass, row-major.
  public func output(of index: Int) -> UnsafePointer<Float> { value(index) }

  private func value(_ source: Int) -> UnsafePointer<Float> {
    let origin = graph.origin(of: source)
    guard origin < 0 else { return UnsafePointer(values[origin].pointer) }
    guard let input else { preconditionFailure("no forward pass yet") }
    return UnsafePointer(input.pointer + firstRow * graph.inputCount)
  }

  /// Computes and keeps the outputs of every layer.
  ///
  /// - Parameters:
  ///   - parameters: a block in the graph's layout.
  ///   - input: row-major; must stay as it is until the backward pass is done.
  ///   - firstRow: the batch's first row in `input`.
  ///   - count: its number of rows.
  ///   - keepsParameters: whether the parameters are those of the last forward pass.
  public func forward(
    _ parameters: FloatBuffer, input: FloatBuffer, firstRow: Int = 0, count: Int,
    keepsParameters: Bool = false
  ) {
    precondition(count <= capacity, "\(count) samples on a tape for \(capacity)")
    precondition(firstRow >= 0 && (firstRow + count) * graph.inputCount <= input.count, "no such rows")
    precondition(parameters.count == graph.layout.count, "another network's parameters")
    self.input = input
    self.firstRow = firstRow
    self.count = count
    for (index, step) in steps.enumerated() {
      guard let step else { continue }
      if !keepsParameters { step.load(parameters) }
      step.forward(graph.nodes[index].sources.map(value), into: values[index].pointer, count: count)
    }
  }

  /// Computes gradients from ``logitGradient`` and what the forward pass kept.
  ///
  /// - Parameters:
  ///   - gradient: where the parameters' gradient is written, if wanted. Padding is left alone.
  ///   - adds: whether it is added to what stands there.
  ///   - inputGradient: where the input's gradient is written, in the rows that it came from, if wanted.
  public func backward(gradient: FloatBuffer?, adds: Bool = false, inputGradient: FloatBuffer? = nil) {
    precondition(input != nil, "no forward pass before the backward pass")
    precondition(
      inputGradient.map { (firstRow + count) * graph.inputCount <= $0.count } ?? true, "no such rows")
    precondition(gradient.map { $0.count == graph.layout.count } ?? true, "another network's gradient")
    var isReached = [Bool](repeating: false, count: steps.count + 1)
    for (index, step) in steps.enumerated().reversed() {
      guard let step else { continue }
      let node = graph.nodes[index]
      var destinations: [SlopeTarget?] = []
      for source in node.sources {
        let origin = graph.origin(of: source)
        let pointer =
          origin < 0
          ? inputGradient.map { $0.pointer + firstRow * graph.inputCount } : slopes[origin].pointer
        destinations.append(pointer.map { SlopeTarget(pointer: $0, adds: isReached[origin + 1]) })
        isReached[origin + 1] = true
      }
      step.backward(
        node.sources.map(value), output: values[index].pointer, slope: slopes[index].pointer, count: count,
        gradient: gradient.map { GradientTarget(block: $0, adds: adds) }, destinations: destinations)
    }
  }
}
