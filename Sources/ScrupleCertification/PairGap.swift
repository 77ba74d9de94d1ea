import ScrupleNetwork

/// A bound on how far the difference of two logits can move from the float twin to the program.
public struct PairGap: Equatable, Sendable, Codable {
  /// One class.
  public let first: Int
  /// Another class, with a larger index.
  public let second: Int
  /// The bound, in nats after division by the temperature.
  public let bound: Double
  /// The same without the semidefinite argument: sums of absolute values only.
  public let entrywise: Double
  /// What proves `bound` where it is below `entrywise`: the diagonal of the matrix in `CutNorm`, first for
  /// the base row and the unstable neurons of the last hidden layer in order, then for the symbols. Nil when
  /// `bound` is `entrywise`.
  public let weights: [Double]?
}

extension ModelPair {
  /// Bounds for all pairs of classes, from the difference of the last hidden layer.
  ///
  /// - Parameter refine: whether to prove smaller bounds with `CutNorm` where the sums of absolute values
  ///   lose most.
  func pairGaps(ranges: [LayerRanges], last: LayerDifference, refine: Bool) -> [PairGap] {
    guard let head = layers.last, let headRanges = ranges.last else { return [] }
    let classes = head.twin.outputs
    let perturbations = head.perturbations(headRanges, temperature: twin.temperature)
    var forms: [(first: Int, second: Int, form: PairForm, rest: Double, entrywise: Double)] = []
    for first in 0..<classes {
      for second in first + 1..<max(classes, first + 1) {
        let rest = Slack.up(perturbations[first] + perturbations[second], operations: 1)
        let form = PairForm(head: head.twin, first: first, second: second, last: last)
        let entrywise = form.bound(correlated: form.entrywise, temperature: twin.temperature, rest: rest)
        forms.append((first, second, form, rest, entrywise))
      }
    }
    // The largest bound decides. Refine from the top, and stop when the largest left is below what could not
    // be lowered.
    var result: [PairGap] = []
    var largest = 0.0
    for pair in forms.sorted(by: { $0.entrywise > $1.entrywise }) {
      var gap = PairGap(
        first: pair.first, second: pair.second, bound: pair.entrywise, entrywise: pair.entrywise, weights: nil
      )
      if refine, pair.entrywise > largest, let proof = pair.form.refined() {
        let bound = pair.form.bound(correlated: proof.bound, temperature: twin.temperature, rest: pair.rest)
        gap = PairGap(
          first: pair.first, second: pair.second, bound: min(bound, pair.entrywise),
          entrywise: pair.entrywise,
          weights: bound < pair.entrywise ? proof.weights : nil)
      }
      largest = max(largest, gap.bound)
      result.append(gap)
    }
    return result.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }
}

/// The difference of one pair of logits, `Σ_j v_j·d_j`, split into what all layers before the last hidden one
/// cause and what the last hidden layer adds.
struct PairForm {
  /// `θ`-dependent part as a matrix: `max τᵀBε` bounds it. The first row is its value at the middle of all
  /// `θ`; each unstable neuron has a row, half of what it passes on.
  let matrix: [Double]
  let rows: Int
  let columns: Int
  /// A bound on the rounding errors in all entries together.
  let matrixError: Double
  /// What the last hidden layer's own rounding, multipliers and biases add.
  let own: Double

  init(head: Dense, first: Int, second: Int, last: LayerDifference) {
    let neurons = last.states.count
    let differences = (0..<neurons).map {
      // Two Floats: one rounding in Double at most.
      Double(head.weight[first * neurons + $0]) - Double(head.weight[second * neurons + $0])
    }
    let unstable = (0..<neurons).filter { last.states[$0] == .unstable }
    let columns = last.arriving.symbols
    var matrix = [Double](repeating: 0, count: columns * (unstable.count + 1))
    var magnitude = 0.0
    var own = 0.0
    var row = 1
    for (neuron, state) in last.states.enumerated() where state == .active || state == .unstable {
      let factor = state == .active ? differences[neuron] : differences[neuron] / 2
      own += abs(differences[neuron]) * (last.perturbations[neuron] + last.rounding)
      for symbol in 0..<columns {
        let term = factor * last.arriving.coefficients[neuron * columns + symbol]
        matrix[symbol] += term
        if state == .unstable { matrix[row * columns + symbol] = term }
        magnitude += 2 * abs(factor) * last.arriving.magnitudes[neuron * columns + symbol]
      }
      if state == .unstable { row += 1 }
    }
    self.matrix = matrix
    rows = unstable.count + 1
    self.columns = columns
    matrixError = Slack.up(
      Slack.gamma(last.arriving.operations + neurons + 4) * magnitude, operations: neurons * max(columns, 1))
    self.own = Slack.up(own, operations: neurons + 4)
  }

  /// The bound of the `θ`-dependent part by absolute values.
  var entrywise: Double { CutNorm(matrix: matrix, rows: rows, columns: columns).entrywise }

  /// A smaller one, with its proof, if there is any.
  func refined() -> CutNorm.Proof? {
    CutNorm(matrix: matrix, rows: rows, columns: columns).semidefinite(below: entrywise)
  }

  /// The bound of the whole: divided by the temperature, with what the head adds.
  func bound(correlated: Double, temperature: Float, rest: Double) -> Double {
    Slack.up((correlated + matrixError + own) / Double(temperature) + rest, operations: 4)
  }
}
