import CVectorLoops

/// Interval bounds of all values of a network over boxes of inputs, and their gradients by the parameters.
///
/// A layer with weights takes middle `μ` and half width `ρ` of its inputs to `Wμ + b` and `|W|ρ`; activations, pooling and
/// additions are monotone and map the ends (Gowal et al., *On the Effectiveness of Interval Bound Propagation*, 2018). On
/// the grid the ends are rounded to the int8 program's steps, and the bounds are those of the program; gradients ignore
/// the rounding.
///
/// The last layer is left to the caller: it reads ``lastMiddle`` and ``lastRadius``, fills ``lastMiddleSlope`` and
/// ``lastRadiusSlope``, and calls ``backward(_:addingTo:)``.
package final class IntervalTape {
  /// The layers.
  package let graph: NetworkGraph
  /// The most boxes at once.
  package let capacity: Int
  private let input: Ends
  private let nodes: [Node?]
  private let magnitudes: FloatBuffer
  private let magnitudeGradient: FloatBuffer
  private let middleSlope: FloatBuffer
  private let radiusSlope: FloatBuffer
  private var count = 0

  /// Both ends of each value, and the same as middle and half width.
  private final class Ends {
    let low, high, middle, radius: FloatBuffer
    /// Gradients by the ends.
    let lowSlope, highSlope: FloatBuffer

    init(count: Int) {
      low = FloatBuffer(count: count)
      high = FloatBuffer(count: count)
      middle = FloatBuffer(count: count)
      radius = FloatBuffer(count: count)
      lowSlope = FloatBuffer(count: count)
      highSlope = FloatBuffer(count: count)
    }
  }

  /// A layer: what it gives, and its two steps, for middles and half widths or for both ends.
  private struct Node {
    let ends: Ends
    /// The ends before rounding.
    let exact: (low: FloatBuffer, high: FloatBuffer)
    let steps: (any TapeStep, any TapeStep)
    /// The entry of a layer with weights.
    let entry: ParameterLayout.Entry?
    let step: Float?
  }

  /// For up to `capacity` boxes.
  package init(graph: NetworkGraph, capacity: Int) {
    self.graph = graph
    self.capacity = capacity
    input = Ends(count: capacity * graph.inputCount)
    let scales = graph.valueScales
    nodes = graph.nodes.enumerated().map { index, node in
      guard index < graph.nodes.count - 1, let steps = Self.steps(node, graph.layout, capacity: capacity)
      else { return nil }
      let size = capacity * node.count
      return Node(
        ends: Ends(count: size), exact: (FloatBuffer(count: size), FloatBuffer(count: size)), steps: steps,
        entry: node.entry.map { graph.layout.entries[$0] }, step: Self.step(node, scale: scales[index]))
    }
    magnitudes = FloatBuffer(count: graph.layout.count)
    magnitudeGradient = FloatBuffer(count: graph.layout.count)
    let widest = graph.nodes.reduce(graph.inputCount) { max($0, $1.count) }
    middleSlope = FloatBuffer(count: capacity * widest)
    radiusSlope = FloatBuffer(count: capacity * widest)
  }

  private static func steps(
    _ node: NetworkGraph.Node, _ layout: ParameterLayout, capacity: Int
  ) -> (any TapeStep, any TapeStep)? {
    let entry = node.entry.map { layout.entries[$0].linear }
    switch (node.operation, entry) {
    case (.dense, .some(let entry)): return (DenseStep(entry), DenseStep(entry))
    case (.convolution(let image, let window), .some(let entry)):
      return (
        ConvolutionStep(entry, image: image, window: window),
        ConvolutionStep(entry, image: image, window: window)
      )
    case (.depthwise(let image, let window), .some(let entry)):
      return (
        DepthwiseStep(entry, image: image, window: window), DepthwiseStep(entry, image: image, window: window)
      )
    case (.pooling(let pooling), _):
      return (PoolingStep(pooling, capacity: capacity), PoolingStep(pooling, capacity: capacity))
    case (.addition, _):
      return (
        AdditionStep(count: node.count, activation: node.activation),
        AdditionStep(count: node.count, activation: node.activation)
      )
    default: return nil
    }
  }

  /// The step that a layer's results are rounded to; maximum pooling gives multiples of its input's.
  private static func step(_ node: NetworkGraph.Node, scale: Double?) -> Float? {
    switch node.operation {
    case .flatten: nil
    case .pooling(let pooling): pooling.kind == .average ? scale.map { Float($0) } : nil
    case .dense, .convolution, .depthwise, .addition:
      switch node.activation {
      case .clippedReLU(let limit): limit / 255
      case .clippedIdentity(let limit): limit / 127
      case .identity, .relu, .tanh: nil
      }
    }
  }

  /// The middle of each box, row-major: filled before ``forward(_:count:onGrid:)``.
  package var middle: UnsafeMutablePointer<Float> { input.middle.pointer }
  /// Half the width of each box, in the same layout.
  package var radius: UnsafeMutablePointer<Float> { input.radius.pointer }

  private var last: Ends { ends(graph.nodes[graph.nodes.count - 1].sources[0]) }

  /// The middle of each of the last layer's inputs.
  package var lastMiddle: UnsafePointer<Float> { UnsafePointer(last.middle.pointer) }
  /// Half the width of each of the last layer's inputs.
  package var lastRadius: UnsafePointer<Float> { UnsafePointer(last.radius.pointer) }
  /// The gradient by ``lastMiddle``.
  package var lastMiddleSlope: UnsafeMutablePointer<Float> { middleSlope.pointer }
  /// The gradient by ``lastRadius``.
  package var lastRadiusSlope: UnsafeMutablePointer<Float> { radiusSlope.pointer }

  private func ends(_ source: Int) -> Ends {
    let origin = graph.origin(of: source)
    return origin < 0 ? input : nodes[origin]?.ends ?? input
  }

  /// Bounds all values over `count` boxes.
  package func forward(_ parameters: FloatBuffer, count: Int, onGrid: Bool) {
    precondition(count <= capacity, "\(count) boxes, room for \(capacity)")
    self.count = count
    for i in 0..<count * graph.inputCount {
      input.low.pointer[i] = input.middle.pointer[i] - input.radius.pointer[i]
      input.high.pointer[i] = input.middle.pointer[i] + input.radius.pointer[i]
    }
    for (index, node) in nodes.enumerated() {
      guard let node else { continue }
      let description = graph.nodes[index]
      let sources = description.sources.map(ends)
      let (low, high) = (node.exact.low.pointer, node.exact.high.pointer)
      let size = count * description.count
      if let entry = node.entry {
        let start = entry.weight
        for i in start..<start + entry.inputs * entry.outputs {
          magnitudes.pointer[i] = abs(parameters.pointer[i])
        }
        node.steps.0.load(parameters)
        node.steps.1.load(magnitudes)
        node.steps.0.forward([UnsafePointer(sources[0].middle.pointer)], into: low, count: count)
        node.steps.1.forward([UnsafePointer(sources[0].radius.pointer)], into: high, count: count)
        for i in 0..<size {
          let (center, half) = (low[i], high[i])
          low[i] = description.activation(center - half)
          high[i] = description.activation(center + half)
        }
      } else {
        node.steps.0.forward(sources.map { UnsafePointer($0.low.pointer) }, into: low, count: count)
        node.steps.1.forward(sources.map { UnsafePointer($0.high.pointer) }, into: high, count: count)
      }
      round(node, count: size, onGrid: onGrid)
    }
  }

  private func round(_ node: Node, count: Int, onGrid: Bool) {
    let ends = node.ends
    let step = onGrid ? node.step : nil
    for i in 0..<count {
      var (low, high) = (node.exact.low.pointer[i], node.exact.high.pointer[i])
      if let step {
        low = (low / step + 0.5).rounded(.down) * step
        high = (high / step + 0.5).rounded(.down) * step
      }
      ends.low.pointer[i] = low
      ends.high.pointer[i] = high
      ends.middle.pointer[i] = 0.5 * (low + high)
      ends.radius.pointer[i] = 0.5 * (high - low)
    }
  }

  /// Adds the gradient by the parameters of all layers but the last.
  package func backward(_ parameters: FloatBuffer, addingTo gradient: FloatBuffer) {
    for (index, node) in nodes.enumerated() {
      guard let ends = node?.ends else { continue }
      ends.lowSlope.pointer.update(repeating: 0, count: count * graph.nodes[index].count)
      ends.highSlope.pointer.update(repeating: 0, count: count * graph.nodes[index].count)
    }
    let final = graph.nodes[graph.nodes.count - 1].sources[0]
    if graph.origin(of: final) >= 0 { addSlopes(to: final) }
    for (index, node) in nodes.enumerated().reversed() {
      guard let node else { continue }
      let description = graph.nodes[index]
      if let entry = node.entry {
        backward(node, entry, description, parameters, addingTo: gradient)
      } else {
        backward(node, description)
      }
    }
  }

  /// Adds the gradients by middle and half width, which stand in the two blocks, to those by a value's ends.
  private func addSlopes(to source: Int) {
    let ends = ends(source)
    let origin = graph.origin(of: source)
    for i in 0..<count * graph.nodes[origin].count {
      let (onMiddle, onRadius) = (middleSlope.pointer[i], radiusSlope.pointer[i])
      ends.lowSlope.pointer[i] += 0.5 * (onMiddle - onRadius)
      ends.highSlope.pointer[i] += 0.5 * (onMiddle + onRadius)
    }
  }

  private func backward(
    _ node: Node, _ entry: ParameterLayout.Entry, _ description: NetworkGraph.Node, _ parameters: FloatBuffer,
    addingTo gradient: FloatBuffer
  ) {
    let (onLow, onHigh) = (node.ends.lowSlope.pointer, node.ends.highSlope.pointer)
    let (low, high) = (node.exact.low.pointer, node.exact.high.pointer)
    for i in 0..<count * description.count {
      let fromLow = onLow[i] * description.activation.derivative(atOutput: low[i])
      let fromHigh = onHigh[i] * description.activation.derivative(atOutput: high[i])
      onLow[i] = fromLow + fromHigh
      onHigh[i] = fromHigh - fromLow
    }
    let source = ends(description.sources[0])
    let isInner = graph.origin(of: description.sources[0]) >= 0
    func target(_ block: FloatBuffer) -> [SlopeTarget?] {
      [isInner ? SlopeTarget(pointer: block.pointer, adds: false) : nil]
    }
    node.steps.0.backward(
      [UnsafePointer(source.middle.pointer)], output: UnsafePointer(low), slope: onLow, count: count,
      gradient: GradientTarget(block: gradient, adds: true), destinations: target(middleSlope))
    node.steps.1.backward(
      [UnsafePointer(source.radius.pointer)], output: UnsafePointer(high), slope: onHigh, count: count,
      gradient: GradientTarget(block: magnitudeGradient, adds: false), destinations: target(radiusSlope))
    for i in entry.weight..<entry.weight + entry.inputs * entry.outputs {
      let weight = parameters.pointer[i]
      let change = weight == 0 ? 0 : magnitudeGradient.pointer[i]
      gradient.pointer[i] += weight < 0 ? -change : change
    }
    if isInner { addSlopes(to: description.sources[0]) }
  }

  private func backward(_ node: Node, _ description: NetworkGraph.Node) {
    let sources = description.sources.map { (ends($0), graph.origin(of: $0) >= 0) }
    func pass(
      _ step: any TapeStep, _ values: (Ends) -> FloatBuffer, _ slopes: (Ends) -> FloatBuffer,
      exact: FloatBuffer
    ) {
      step.backward(
        sources.map { UnsafePointer(values($0.0).pointer) }, output: UnsafePointer(exact.pointer),
        slope: slopes(node.ends).pointer, count: count, gradient: nil,
        destinations: sources.map { $0.1 ? SlopeTarget(pointer: slopes($0.0).pointer, adds: true) : nil })
    }
    pass(node.steps.0, \.low, \.lowSlope, exact: node.exact.low)
    pass(node.steps.1, \.high, \.highSlope, exact: node.exact.high)
  }
}

extension ParameterLayout.Entry {
  /// The same place without an activation.
  fileprivate var linear: ParameterLayout.Entry {
    .init(inputs: inputs, outputs: outputs, activation: .identity, weight: weight, bias: bias, scale: nil)
  }
}
