import ScrupleNetwork
import ScrupleQuantization

/// A weighted sum of the differences `â − a` of some steps' outputs, carried back towards the input to bound it.
///
/// Absolute values alone lose what cancels between layers. Going back from `Σ_j g_j·d_j` keeps the signs: behind a clip
/// `d_j = θ_j·D_j ± own_j` with a `θ_j ∈ [0, 1]` that depends on the input, so for an unstable output
/// `g_j·θ_j·D_j = g_j·D_j/2 ± |g_j|·max|D_j|/2`, and the first half goes on exactly, through the transpose of the step's
/// weights. At a maximum the sum stops: which of its inputs it passes on may differ from input to input, so only
/// `Σ|g_j|·max|d_j|` is left of it.
struct GraphFunctional {
  let pair: GraphPair
  /// From the first step to the last that is known.
  let differences: [StepDifference]
  let inputRadius: Double

  /// A bound of `|Σ_j coefficients_j·(â_j − a_j)|` over the outputs of step `source` (−1: of the input).
  ///
  /// - Parameter coefficients: each within one rounding of the meant one.
  func bound(_ coefficients: [Double], at source: Int) -> Double {
    guard source >= 0 else {
      return absolute(coefficients, [Double](repeating: inputRadius, count: coefficients.count))
    }
    var live = [[Double]](repeating: [], count: source + 1)
    live[source] = coefficients
    var input: [Double] = []
    var total = 0.0
    var count = 2
    for index in stride(from: source, through: 0, by: -1) where !live[index].isEmpty {
      let (step, difference, g) = (pair.steps[index], differences[index], live[index])
      live[index] = []
      count += g.count
      if case .maximum = step.operation {
        total += absolute(g, difference.leaving)
        continue
      }
      var passed = g
      for j in g.indices where g[j] != 0 {
        switch difference.states[j] {
        case .off, .saturated: passed[j] = 0
        case .active: total += abs(g[j]) * difference.own[j]
        case .unstable:
          passed[j] = g[j] / 2
          total += abs(g[j]) * (difference.own[j] + difference.arriving[j] / 2)
        }
      }
      for (place, read) in step.sources.enumerated() {
        if read < 0 {
          if inputRadius > 0 {
            step.carryBack(passed, source: place, addingTo: &input, count: pair.program.inputCount)
          }
        } else {
          step.carryBack(passed, source: place, addingTo: &live[read], count: differences[read].leaving.count)
        }
      }
    }
    total += absolute(input, [Double](repeating: inputRadius, count: input.count))
    // A coefficient is off by at most gamma times what it would be if nothing cancelled; with that in the place of every
    // coefficient the sum is at most the bound by absolute values alone.
    let plain = absolute(coefficients, differences[source].plain)
    let operations = pair.steps[...source].reduce(4) { $0 + $1.transposedTerms + 4 }
    return Slack.up(total + Slack.gamma(2 * operations) * plain, operations: count + operations)
  }

  private func absolute(_ coefficients: [Double], _ radii: [Double]) -> Double {
    Slack.up(
      zip(coefficients, radii).reduce(0) { $0 + abs($1.0) * $1.1 }, operations: coefficients.count + 1)
  }
}

extension GraphStep {
  /// Adds the transposed step's `coefficients` to those of one of its sources.
  fileprivate func carryBack(_ coefficients: [Double], source: Int, addingTo sum: inout [Double], count: Int)
  {
    if sum.isEmpty { sum = [Double](repeating: 0, count: count) }
    switch operation {
    case .kernel(let kernel): kernel.map.applyTransposed(kernel.weights, to: coefficients, addingTo: &sum)
    case .average(let map, let ones):
      map.applyTransposed(ones, to: coefficients.map { $0 / Double(map.area) }, addingTo: &sum)
    case .maximum: preconditionFailure("nothing goes back through a maximum")
    case .addition: for index in coefficients.indices { sum[index] += coefficients[index] }
    }
  }

  /// Roundings that carrying back one coefficient takes, at most.
  fileprivate var transposedTerms: Int {
    switch operation {
    case .kernel(let kernel): kernel.map.transposedTerms
    case .average(let map, _): map.transposedTerms + 1
    case .maximum: 0
    case .addition: 1
    }
  }

  /// Multiplications that carrying back takes, at most.
  var cost: Int {
    switch operation {
    case .kernel(let kernel): kernel.map.multiplications
    case .average(let map, _), .maximum(let map): map.multiplications
    case .addition: 0
    }
  }
}
