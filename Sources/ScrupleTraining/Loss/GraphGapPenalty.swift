import ScrupleNetwork

/// ``GapPenalty`` for networks of any layers, by the plain propagation of errors: with `e = 0` at the input,
///
///     e = |W|·e + s/2                      after a convolution or a dense layer with the step s,
///     e = max e  or  mean e + s/2          after a pooling,
///     e = e_a + e_b + s/2                  after an addition,
///
/// and `Σ_j |V_ij − V_kj|·e_j` bounds the change of a logit difference. No sign cancels here, so that it is larger than the
/// certificate's bound, and where it gets smaller, that does.
///
/// All of that is a forward pass through the same layers without activations, with the magnitudes of weights, half
/// steps for biases, and a row for each pair of classes in the last layer; poolings' and additions' half steps are
/// added to the biases before them, from where they come through unchanged.
final class GraphGapPenalty: GapBound {
  private let layout: ParameterLayout
  private let inner: ParameterLayout
  private let tape: Tape
  /// The tape's biases, of every layer but the last.
  private let halves: [Float]
  private let pairs: [(i: Int, k: Int)]
  private let magnitudes: FloatBuffer
  private let slopes: FloatBuffer
  private let input: FloatBuffer

  /// `nil` if a hidden value is not clipped, or a pooling takes means of the input.
  init?(_ graph: NetworkGraph) {
    layout = graph.layout
    let classes = graph.classCount
    let pairs = (0..<classes).flatMap { i in (i + 1..<max(classes, i + 1)).map { (i: i, k: $0) } }
    self.pairs = pairs
    let linear = graph.linear(outputs: pairs.count)
    inner = linear.layout
    tape = Tape(graph: linear, capacity: 1)
    var halves = [Float](repeating: 0, count: graph.layout.entries.count)
    let scales = graph.valueScales
    for (index, node) in graph.nodes.enumerated().dropLast() {
      switch node.operation {
      case .flatten: continue
      case .pooling(let pooling) where pooling.kind == .maximum: continue
      case .dense, .convolution, .depthwise, .pooling, .addition:
        guard let scale = scales[index], let entry = graph.producer(of: index) else { return nil }
        halves[entry] += Float(scale / 2)
      }
    }
    self.halves = halves
    magnitudes = FloatBuffer(count: inner.count)
    slopes = FloatBuffer(count: inner.count)
    input = FloatBuffer(count: graph.inputCount)
  }

  func evaluate(_ parameters: FloatBuffer, lambda: Float, addingTo gradient: FloatBuffer?) -> (
    mean: Double, largest: Double
  ) {
    let last = layout.entries.count - 1
    for (index, (entry, place)) in zip(layout.entries, inner.entries).enumerated().dropLast() {
      for i in 0..<entry.inputs * entry.outputs {
        magnitudes.pointer[place.weight + i] = abs(parameters.pointer[entry.weight + i])
      }
      for i in 0..<entry.outputs { magnitudes.pointer[place.bias + i] = halves[index] }
    }
    let (head, rows) = (layout.entries[last], inner.entries[last].weight)
    let (width, weights) = (head.inputs, parameters.pointer + head.weight)
    for (row, (i, k)) in pairs.enumerated() {
      for j in 0..<width {
        magnitudes.pointer[rows + row * width + j] = abs(weights[i * width + j] - weights[k * width + j])
      }
    }
    tape.forward(magnitudes, input: input, count: 1)
    let bounds = (0..<pairs.count).map { Double(tape.logits[$0]) }
    if let gradient {
      for row in 0..<pairs.count { tape.logitGradient[row] = lambda / Float(pairs.count) }
      tape.backward(gradient: slopes)
      addSlopes(parameters, to: gradient)
    }
    return (bounds.reduce(0, +) / Double(max(pairs.count, 1)), bounds.max() ?? 0)
  }

  /// From the gradient by magnitudes to that by weights.
  private func addSlopes(_ parameters: FloatBuffer, to gradient: FloatBuffer) {
    for (entry, place) in zip(layout.entries, inner.entries).dropLast() {
      for i in 0..<entry.inputs * entry.outputs {
        let slope = slopes.pointer[place.weight + i]
        gradient.pointer[entry.weight + i] += sign(parameters.pointer[entry.weight + i]) * slope
      }
    }
    let last = layout.entries.count - 1
    let (head, rows) = (layout.entries[last], inner.entries[last].weight)
    let width = head.inputs
    for (row, (i, k)) in pairs.enumerated() {
      for j in 0..<width {
        let (a, b) = (head.weight + i * width + j, head.weight + k * width + j)
        let change =
          sign(parameters.pointer[a] - parameters.pointer[b]) * slopes.pointer[rows + row * width + j]
        gradient.pointer[a] += change
        gradient.pointer[b] -= change
      }
    }
  }

  private func sign(_ x: Float) -> Float { x > 0 ? 1 : (x < 0 ? -1 : 0) }
}
