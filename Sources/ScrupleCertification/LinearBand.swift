/// A linear relaxation of a function over an interval: `f(x) − slope·x ∈ [low, high]`.
struct LinearBand: Equatable {
  var slope: Double
  var low: Double
  var high: Double

  /// `f(x) = x`.
  static let identity = LinearBand(slope: 1, low: 0, high: 0)

  /// `f(x) = value`.
  static func constant(_ value: Double) -> LinearBand { LinearBand(slope: 0, low: value, high: value) }

  var center: Double { 0.5 * low + 0.5 * high }

  /// Half the band's width, rounded up.
  var radius: Double { (0.5 * (high - low)).nextUp }
}

extension LinearBand {
  /// The narrowest band around a continuous piecewise linear function over `low…high`.
  ///
  /// On each piece `f(x) − slope·x` is linear, so its extremes over the interval are at the kinks and the ends. The
  /// band's width as a function of the slope is convex and piecewise linear, so it is least at a slope at which two of
  /// these points change places: the slope of a line through two of them.
  ///
  /// - Parameters:
  ///   - kinks: every point at which the slope may change, in any order; points outside the interval are ignored.
  init(of f: (Double) -> Double, kinks: (Double, Double, Double), over low: Double, _ high: Double) {
    var points: [(x: Double, y: Double)] = [(low, f(low)), (high, f(high))]
    for kink in [kinks.0, kinks.1, kinks.2] where kink > low && kink < high { points.append((kink, f(kink))) }
    var best = LinearBand(slope: 0, low: -.infinity, high: .infinity)
    func consider(_ slope: Double) {
      let rests = points.map { $0.y - slope * $0.x }
      let band = LinearBand(slope: slope, low: rests.min() ?? 0, high: rests.max() ?? 0)
      if band.high - band.low < best.high - best.low { best = band }
    }
    consider(0)
    for a in points.indices {
      for b in points.indices where b > a && points[a].x != points[b].x {
        consider((points[a].y - points[b].y) / (points[a].x - points[b].x))
      }
    }
    self = best.widened(by: points.reduce(0) { max($0, abs($1.x), abs($1.y)) })
  }

  /// The band of `clamp(x, 0, limit)` over `low…high`, exact where the function is linear there.
  init(clampingTo limit: Double, over low: Double, _ high: Double) {
    if high <= 0 {
      self = .constant(0)
    } else if low >= limit {
      self = .constant(limit)
    } else if low >= 0, high <= limit {
      self = .identity
    } else {
      self.init(of: { min(max($0, 0), limit) }, kinks: (0, limit, limit), over: low, high)
    }
  }

  /// The band of `clamp(x, 0, limit) − clamp(x, 0, other)` over `low…high`.
  ///
  /// Up to the smaller limit the two agree; beyond, the difference is as piecewise linear as they are.
  init(differenceOfLimits limit: Double, _ other: Double, over low: Double, _ high: Double) {
    if limit == other || high <= min(limit, other) {
      self = .constant(0)
    } else {
      self.init(
        of: { min(max($0, 0), limit) - min(max($0, 0), other) }, kinks: (0, limit, other), over: low, high)
    }
  }

  /// The band with room for the few roundings of terms up to `magnitude·(1 + |slope|)`.
  private func widened(by magnitude: Double) -> LinearBand {
    let slack = 0x1p-49 * magnitude * (1 + abs(slope)) + Slack.floor
    return LinearBand(slope: slope, low: low - slack, high: high + slack)
  }
}
