/// A forward pass whose activations are kept, and the backward pass through them: to the parameters, to the
/// input, or both (reverse-mode differentiation; Linnainmaa 1970, Rumelhart, Hinton and Williams 1986).
///
/// All buffers are allocated once, for batches of up to ``capacity`` samples. A tape is used by one thread at a
/// time. Use: ``forward(_:input:count:)``, read ``logits``, fill ``logitGradient``, then
/// ``backward(_:gradient:inputGradient:)``.
public final class Tape: @unchecked Sendable {
  /// The layers, and where their parameters stand.
  public let layout: ParameterLayout
  /// The most samples in a batch.
  public let capacity: Int
  private let activations: [FloatBuffer]
  private let deltas: [FloatBuffer]
  private var input: FloatBuffer?
  private var firstRow = 0
  private var count = 0

  /// A tape for batches of up to `capacity` samples.
  public init(layout: ParameterLayout, capacity: Int) {
    precondition(capacity > 0 && !layout.entries.isEmpty, "a tape needs a layer and room for a sample")
    self.layout = layout
    self.capacity = capacity
    activations = layout.entries.map { FloatBuffer(count: capacity * $0.outputs) }
    deltas = layout.entries.map { FloatBuffer(count: capacity * $0.outputs) }
  }

  /// The number of logits of a sample.
  public var classCount: Int { layout.entries[layout.entries.count - 1].outputs }

  /// The last layer's outputs of the last forward pass, row-major `count × classes`. (Not divided by a
  /// network's temperature.)
  public var logits: UnsafeMutablePointer<Float> { activations[activations.count - 1].pointer }

  /// The loss's gradient by ``logits``, in the same layout; the caller fills it before the backward pass.
  public var logitGradient: UnsafeMutablePointer<Float> { deltas[deltas.count - 1].pointer }

  /// The outputs of dense layer `index` in the last forward pass, row-major `count × outputs`.
  public func output(of index: Int) -> UnsafePointer<Float> { UnsafePointer(activations[index].pointer) }

  /// Computes and keeps the outputs of every layer.
  ///
  /// - Parameters:
  ///   - parameters: a block in ``layout``.
  ///   - input: row-major, `inputs` values a row; must stay as it is until the backward pass is done.
  ///   - firstRow: the batch's first row in `input`.
  ///   - count: its number of rows.
  public func forward(_ parameters: FloatBuffer, input: FloatBuffer, firstRow: Int = 0, count: Int) {
    let width = layout.entries[0].inputs
    precondition(count <= capacity, "\(count) samples on a tape for \(capacity)")
    precondition(firstRow >= 0 && (firstRow + count) * width <= input.count, "no such rows")
    precondition(parameters.count == layout.count, "another network's parameters")
    self.input = input
    self.firstRow = firstRow
    self.count = count
    var source = UnsafePointer(input.pointer + firstRow * width)
    for (entry, output) in zip(layout.entries, activations) {
      matmul(
        source, parameters.pointer + entry.weight, into: output.pointer, rows: count, columns: entry.outputs,
        inner: entry.inputs, transposeRight: true)
      entry.activation.apply(
        bias: parameters.pointer + entry.bias, to: output.pointer, rows: count, columns: entry.outputs)
      source = UnsafePointer(output.pointer)
    }
  }

  /// Computes gradients from ``logitGradient`` and the kept activations.
  ///
  /// - Parameters:
  ///   - parameters: those of the forward pass.
  ///   - gradient: where the parameters' gradient is written, in ``layout``, if wanted. Padding is left alone.
  ///   - inputGradient: where the input's gradient is written, in the rows that it came from, if wanted.
  public func backward(
    _ parameters: FloatBuffer, gradient: FloatBuffer?, inputGradient: FloatBuffer? = nil
  ) {
    guard let input else { preconditionFailure("no forward pass before the backward pass") }
    let width = layout.entries[0].inputs
    precondition(inputGradient.map { (firstRow + count) * width <= $0.count } ?? true, "no such rows")
    precondition(gradient.map { $0.count == layout.count } ?? true, "another network's gradient")
    for index in layout.entries.indices.reversed() {
      let entry = layout.entries[index]
      let delta = deltas[index].pointer
      if index == layout.entries.count - 1 {
        entry.activation.multiplyDerivative(
          atOutput: activations[index].pointer, into: delta, count: count * entry.outputs)
      }
      if let gradient {
        let source = index == 0 ? input.pointer + firstRow * width : activations[index - 1].pointer
        matmul(
          delta, source, into: gradient.pointer + entry.weight, rows: entry.outputs, columns: entry.inputs,
          inner: count, transposeLeft: true)
        sumRows(of: delta, rows: count, columns: entry.outputs, into: gradient.pointer + entry.bias)
      }
      let destination =
        index == 0 ? inputGradient.map { $0.pointer + firstRow * width } : deltas[index - 1].pointer
      guard let destination else { continue }
      matmul(
        delta, parameters.pointer + entry.weight, into: destination, rows: count, columns: entry.inputs,
        inner: entry.outputs)
      if index > 0 {
        layout.entries[index - 1].activation.multiplyDerivative(
          atOutput: activations[index - 1].pointer, into: destination, count: count * entry.inputs)
      }
    }
  }
}

/// `sums[j] = Σ_i matrix[i][j]`.
private func sumRows(
  of matrix: UnsafePointer<Float>, rows: Int, columns: Int, into sums: UnsafeMutablePointer<Float>
) {
  for j in 0..<columns { sums[j] = 0 }
  for i in 0..<rows {
    let row = matrix + i * columns
    for j in 0..<columns { sums[j] += row[j] }
  }
}

extension Activation {
  /// `delta *= f'(x)`, told from the outputs `y = f(x)`.
  func multiplyDerivative(
    atOutput y: UnsafePointer<Float>, into delta: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch self {
    case .identity: return
    case .relu: for i in 0..<count { delta[i] = y[i] > 0 ? delta[i] : 0 }
    case .clippedReLU(let limit):
      // Two selections, so that the loop has no branch.
      for i in 0..<count {
        let kept = y[i] > 0 ? delta[i] : 0
        delta[i] = y[i] < limit ? kept : 0
      }
    case .clippedIdentity(let limit):
      for i in 0..<count { delta[i] = abs(y[i]) < limit ? delta[i] : 0 }
    case .tanh: for i in 0..<count { delta[i] *= 1 - y[i] * y[i] }
    }
  }
}
