import Foundation

/// How far a class probability of the program can be from the reference's, when logit differences are bounded.
///
/// For class `k` the reference's probability is `1/(1 + S)` with `S = Σ_{i≠k} e^{z_i − z_k}`, and the program's is
/// `1/(1 + ρS)`, where `ρ` is the mean of `e^{D_i}` with weights `e^{z_i − z_k}`, and `D_i` is how much larger the
/// difference of logits `i` and `k` is in the program.
///
/// - `S` lies in an interval that the bounds of `z_i − z_k` give; so does the program's `ρS`.
/// - `ρ` is largest when every weight is at one of its ends: the upper one for the largest `D_i`, the lower one for the
///   rest (a ratio of linear functions takes its extremes at corners, and exchanging two weights shows the order).
/// - For fixed `ρ < 1`, `1/(1 + ρS) − 1/(1 + S)` rises up to `S = ρ^(−1/2)` and falls after it. So its largest value is
///   at `ρ^(−1/2)`, or at the end of the interval that is nearest to it. With `S` free and `ρ = e^{−c}` this is
///   `tanh(c/4)`. The case `ρ > 1` is the same with program and reference exchanged.
public struct SoftmaxBound: Equatable, Sendable {
  /// Program's probability minus the reference's is nowhere above this.
  public let increase: Double
  /// Reference's probability minus the program's is nowhere above this.
  public let decrease: Double
  /// Where the reference's probability lies.
  public let reference: ClosedRange<Double>
  /// Where the program's probability lies, before the device's head rounds it.
  public let program: ClosedRange<Double>

  /// The larger of ``increase`` and ``decrease``.
  public var magnitude: Double { max(increase, decrease) }

  /// - Parameters:
  ///   - k: the class.
  ///   - bounds: all logit differences.
  init(class k: Int, _ bounds: LogitBounds) {
    let others = (0..<bounds.reference.classes).filter { $0 != k }
    let logits = others.map { bounds.reference[$0, k] }
    let differences = others.map { bounds.difference[$0, k] }
    let ratio = Interval(
      low: exponentialDown(-Self.largestMean(of: differences.map { -$0.low }, logits: logits, sign: -1)),
      high: exponentialUp(Self.largestMean(of: differences.map(\.high), logits: logits, sign: 1)))
    var sum = Self.sum(of: logits)
    var programSum = Self.sum(of: others.map { bounds.program[$0, k] })
    if ratio.low > 0, ratio.high < .infinity {
      sum = sum.intersection(programSum.divided(by: ratio))
      programSum = programSum.intersection(sum.multiplied(by: ratio))
    }
    reference = Self.probability(sum)
    program = Self.probability(programSum)
    // Two probabilities near 1 and their difference: a few units in the last place of 1.
    let slack = 0x1p-48
    increase = min(
      max(program.upperBound - reference.lowerBound, 0) + slack,
      Self.largestIncrease(ratio: ratio.low, sum: sum) + slack,
      Self.largestIncrease(
        ratio: ratio.low, sum: programSum.divided(by: .init(low: ratio.low, high: ratio.low)))
        + slack)
    decrease = min(
      max(reference.upperBound - program.lowerBound, 0) + slack,
      Self.largestIncrease(ratio: 1 / ratio.high, sum: programSum) + slack,
      Self.largestIncrease(
        ratio: 1 / ratio.high, sum: sum.multiplied(by: .init(low: ratio.high, high: ratio.high))) + slack)
  }
}

extension SoftmaxBound {
  /// A closed interval of positive numbers; operations round outward.
  struct Interval: Equatable {
    var low: Double
    var high: Double

    func intersection(_ other: Interval) -> Interval {
      Interval(low: max(low, other.low), high: min(high, other.high))
    }

    func multiplied(by other: Interval) -> Interval {
      Interval(low: (low * other.low).nextDown, high: (high * other.high).nextUp)
    }

    func divided(by other: Interval) -> Interval {
      Interval(low: (low / other.high).nextDown, high: (high / other.low).nextUp)
    }
  }

  /// `Σ e^x`, outward.
  private static func sum(of exponents: [(low: Double, high: Double)]) -> Interval {
    let gamma = Slack.form(exponents.count)
    return Interval(
      low: exponents.reduce(0) { $0 + exponentialDown($1.low) } * (1 - gamma),
      high: exponents.reduce(0) { $0 + exponentialUp($1.high) } * (1 + gamma))
  }

  /// `1/(1 + S)`, outward.
  private static func probability(_ sum: Interval) -> ClosedRange<Double> {
    let low = max((1 / (1 + sum.high)) * (1 - Slack.transcendental), 0)
    let high = min((1 / (1 + max(sum.low, 0))) * (1 + Slack.transcendental), 1)
    return low...max(low, high)
  }

  /// The largest of `1/(1 + ratio·S) − 1/(1 + S) = S·(1 − ratio)/((1 + ratio·S)(1 + S))`.
  static func largestIncrease(ratio: Double, sum: Interval) -> Double {
    if ratio >= 1 { return 0 }
    guard ratio > 0, sum.low < .infinity else { return 1 }
    let s = min(max(1 / ratio.squareRoot(), sum.low), sum.high)
    return s * (1 - ratio) / ((1 + ratio * s) * (1 + s)) * (1 + Slack.transcendental)
  }

  /// The logarithm of the largest (`sign` 1) or the negative logarithm of the smallest (`sign` −1) weighted mean of
  /// `e^{sign·values}` with weights anywhere in `e^{logits}`; rounded up.
  static func largestMean(of values: [Double], logits: [(low: Double, high: Double)], sign: Double) -> Double
  {
    guard let largest = values.max(), let smallest = values.min() else { return 0 }
    // Far apart values would overflow, and equal ones leave nothing to weigh: the largest alone is then the bound.
    guard largest > smallest, largest - smallest < 300 else { return largest }
    let shift = logits.reduce(-.infinity) { max($0, $1.high) }
    guard shift.isFinite else { return largest }
    let order = values.indices.sorted { values[$0] > values[$1] }
    // All e^{sign·value} relative to the extreme one, in (0, 1] or [1, …).
    let terms = order.map { exp(sign * (values[$0] - largest)) }
    let low = order.map { exponentialDown(logits[$0].low - shift) }
    let high = order.map { exponentialUp(logits[$0].high - shift) }
    var best = sign > 0 ? 0 : Double.infinity
    for prefix in 1...order.count {
      var weight = 0.0
      var mean = 0.0
      for index in order.indices {
        let w = index < prefix ? high[index] : low[index]
        weight += w
        mean += w * terms[index]
      }
      best = sign > 0 ? max(best, mean / weight) : min(best, mean / weight)
    }
    // Exponents up to 700 are rounded to 2⁻⁴³; weights and terms move by that share, their mean by twice as much.
    let slack = Slack.form(order.count) + 0x1p-40
    return largest + sign * log(best) + slack * (1 + abs(largest))
  }
}

/// `e^x`, rounded down; 0 far below.
func exponentialDown(_ x: Double) -> Double {
  x < -700 ? 0 : exp(min(x, 300)) * (1 - Slack.transcendental)
}

/// `e^x`, rounded up; infinite far above.
func exponentialUp(_ x: Double) -> Double {
  x > 300 ? .infinity : exp(max(x, -700)) * (1 + Slack.transcendental)
}
