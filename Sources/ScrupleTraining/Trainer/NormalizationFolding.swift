import ScrupleNetwork

/// Puts normalization with fixed statistics into the kernels before it: `γ·(W·x − μ)/s + β` is a kernel with the weights
/// `f·W`, `f = γ/s`, and the bias `β − f·μ`.
struct NormalizationFolding {
  /// The graph without normalization.
  let folded: NetworkGraph
  private let old: ParameterLayout
  /// For each entry the factor and the mean of each row.
  private let rows: [[(factor: Float, mean: Float)]]

  init(
    _ graph: NetworkGraph, template: Network, _ parameters: FloatBuffer, _ statistics: FloatBuffer
  ) {
    folded = NetworkGraph(template)
    old = graph.layout
    var position = 0
    rows = old.entries.map { entry in
      guard let scale = entry.scale else { return Array(repeating: (1, 0), count: entry.outputs) }
      defer { position += 2 * entry.outputs }
      return (0..<entry.outputs).map { row in
        let variance = statistics.pointer[position + entry.outputs + row]
        return (
          parameters.pointer[scale + row] / (variance + NormalizedStep.epsilon).squareRoot(),
          statistics.pointer[position + row]
        )
      }
    }
  }

  /// The folded parameters.
  func parameters(_ block: FloatBuffer) -> FloatBuffer {
    copy(block, weight: { $0 * $1.factor }, bias: { $0 - $1.factor * $1.mean })
  }

  /// An optimizer's values for the folded parameters: of gradients, which are divided by the factor, or of their squares.
  func moments(_ block: FloatBuffer, power: Int) -> FloatBuffer {
    copy(
      block,
      weight: { value, row in
        guard row.factor != 0 else { return 0 }
        return power == 1 ? value / row.factor : value / (row.factor * row.factor)
      }, bias: { value, _ in value })
  }

  private func copy(
    _ block: FloatBuffer, weight: (Float, (factor: Float, mean: Float)) -> Float,
    bias: (Float, (factor: Float, mean: Float)) -> Float
  ) -> FloatBuffer {
    let result = FloatBuffer(count: folded.layout.count)
    for (index, (from, to)) in zip(old.entries, folded.layout.entries).enumerated() {
      for row in 0..<from.outputs {
        for column in 0..<from.inputs {
          let place = row * from.inputs + column
          result.pointer[to.weight + place] = weight(block.pointer[from.weight + place], rows[index][row])
        }
        result.pointer[to.bias + row] = bias(block.pointer[from.bias + row], rows[index][row])
      }
    }
    return result
  }
}
