import Foundation

/// One axis of a plot.
struct Axis: Equatable, Sendable {
  enum Scale: Equatable, Sendable {
    case linear
    case logarithmic
    /// −log₁₀(1 − p): every further nine of a probability takes the same room.
    case nines
    /// √x: small shares stay visible beside large ones.
    case squareRoot
  }

  var label: String
  var range: ClosedRange<Double>
  var scale = Scale.linear
  /// How many labelled ticks at most.
  var limit = 6
  /// Names of 0, 1, 2, …: ticks at these instead of numbers; none when empty.
  var names: [String] = []

  /// 0 at the lower end of the range, 1 at its upper end; not clamped.
  func fraction(_ value: Double) -> Double {
    let (low, high) = (warp(range.lowerBound), warp(range.upperBound))
    return (warp(value) - low) / (high - low)
  }

  private func warp(_ value: Double) -> Double {
    switch scale {
    case .linear: value
    case .logarithmic: log10(max(value, 1e-300))
    case .nines: -log10(max(1 - value, 1e-17))
    case .squareRoot: max(value, 0).squareRoot()
    }
  }

  /// The value at a share of the axis, the inverse of ``fraction(_:)``.
  func value(_ fraction: Double) -> Double {
    let (low, high) = (warp(range.lowerBound), warp(range.upperBound))
    let warped = low + fraction * (high - low)
    return switch scale {
    case .linear: warped
    case .logarithmic: pow(10, warped)
    case .nines: 1 - pow(10, -warped)
    case .squareRoot: warped * warped
    }
  }

  var ticks: [Tick] {
    if !names.isEmpty { return names.enumerated().map { Tick(value: Double($0.offset), label: $0.element) } }
    return switch scale {
    case .linear: Ticks.linear(range, limit: limit)
    case .logarithmic: Ticks.logarithmic(range, limit: limit)
    case .nines: Ticks.nines(range)
    case .squareRoot: Ticks.squareRoot(range)
    }
  }

  /// A range that covers all values with a margin; never empty.
  static func range(
    covering values: some Sequence<Double>, margin: Double = 0.04, including extra: [Double] = []
  ) -> ClosedRange<Double> {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    for value in extra { (low, high) = (min(low, value), max(high, value)) }
    guard low <= high else { return 0...1 }
    if low == high {
      let half = max(abs(low) * 0.1, 0.5)
      return (low - half)...(high + half)
    }
    let d = (high - low) * margin
    let lower = extra.contains(low) ? low : low - d
    let upper = extra.contains(high) ? high : high + d
    return lower...upper
  }
}
