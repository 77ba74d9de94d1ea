/// A dense layer on a tape.
final class DenseStep: TapeStep {
  private let entry: ParameterLayout.Entry
  private var parameters: FloatBuffer?

  init(_ entry: ParameterLayout.Entry) { self.entry = entry }

  func load(_ parameters: FloatBuffer) { self.parameters = parameters }

  func forward(_ sources: [UnsafePointer<Float>], into output: UnsafeMutablePointer<Float>, count: Int) {
    guard let parameters else { return }
    matmul(
      sources[0], parameters.pointer + entry.weight, into: output, rows: count, columns: entry.outputs,
      inner: entry.inputs, transposeRight: true)
    entry.activation.apply(
      bias: parameters.pointer + entry.bias, to: output, rows: count, columns: entry.outputs)
  }

  func backward(
    _ sources: [UnsafePointer<Float>], output: UnsafePointer<Float>, slope: UnsafeMutablePointer<Float>,
    count: Int, gradient: GradientTarget?, destinations: [SlopeTarget?]
  ) {
    guard let parameters else { return }
    entry.activation.multiplyDerivative(atOutput: output, into: slope, count: count * entry.outputs)
    if let gradient {
      matmul(
        slope, sources[0], into: gradient.block.pointer + entry.weight, rows: entry.outputs,
        columns: entry.inputs, inner: count, transposeLeft: true, beta: gradient.adds ? 1 : 0)
      sumRows(of: slope, rows: count, columns: entry.outputs, to: gradient)
    }
    if let destination = destinations[0] {
      matmul(
        slope, parameters.pointer + entry.weight, into: destination.pointer, rows: count,
        columns: entry.inputs, inner: entry.outputs, beta: destination.adds ? 1 : 0)
    }
  }

  private func sumRows(
    of matrix: UnsafePointer<Float>, rows: Int, columns: Int, to gradient: GradientTarget
  ) {
    let sums = gradient.block.pointer + entry.bias
    if !gradient.adds { for j in 0..<columns { sums[j] = 0 } }
    for i in 0..<rows {
      let row = matrix + i * columns
      for j in 0..<columns { sums[j] += row[j] }
    }
  }
}
