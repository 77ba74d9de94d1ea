import Foundation

/// Confidence along rays `origin + α·direction`.
///
/// A ReLU network is affine along a ray once α is large, so its confidence tends to a limit there: almost
/// always 1 (Hein, Andriushchenko & Bitterwolf 2019, theorem 3.1). The rays are walked in float, where the
/// input is not clamped.
public struct FarRays: Sendable {
  /// The α at which confidence is measured, increasing.
  public var alphas: [Double]
  /// Confidences whose first crossing is looked for.
  public var levels: [Double]

  /// Sets up `count` values of α, evenly spaced in the logarithm from `first` to `last`.
  public init(
    from first: Double = 1, to last: Double = 1e6, count: Int = 121, levels: [Double] = [0.95, 0.99, 0.999]
  ) throws(EvaluationError) {
    guard first > 0, last > first, count >= 2, last.isFinite else {
      throw .invalidInput("rays need 0 < first α < last α and two points at least")
    }
    let ratio = log(last / first) / Double(count - 1)
    alphas = (0..<count).map { $0 == count - 1 ? last : first * exp(ratio * Double($0)) }
    self.levels = levels
  }

  /// Walks `directions.count / dimension` rays.
  ///
  /// - Parameters:
  ///   - directions: rays × dimension, row-major: a data point, or a random direction.
  ///   - origin: `dimension` values; the zero point when `nil`.
  ///   - confidence: gives the confidences of `count` inputs of `dimension` values, row-major.
  public func profile(
    directions: [Float], dimension: Int, origin: [Float]? = nil,
    confidence: (_ inputs: [Float], _ count: Int) throws -> [Double]
  ) throws -> RayProfile {
    let origin = origin ?? [Float](repeating: 0, count: dimension)
    try Predictions.check("origin", origin.count, dimension)
    let rays = directions.count / max(dimension, 1)
    return try profile(
      directions: directions, dimension: dimension, origins: (0..<rays).flatMap { _ in origin },
      confidence: confidence)
  }

  /// Walks rays that each have an origin of their own: rays × dimension, row-major, as the directions.
  public func profile(
    directions: [Float], dimension: Int, origins: [Float],
    confidence: (_ inputs: [Float], _ count: Int) throws -> [Double]
  ) throws -> RayProfile {
    guard dimension > 0, !directions.isEmpty, directions.count % dimension == 0 else {
      throw EvaluationError.lengthMismatch(
        column: "directions", expected: max(dimension, 1), actual: directions.count)
    }
    try Predictions.check("origins", origins.count, directions.count)
    let rays = directions.count / dimension
    func measure(_ alpha: (Int) -> Double) throws -> [Double] {
      var inputs = directions
      for ray in 0..<rays {
        let a = Float(alpha(ray))
        for j in 0..<dimension {
          inputs[ray * dimension + j] = origins[ray * dimension + j] + a * directions[ray * dimension + j]
        }
      }
      let values = try confidence(inputs, rays)
      try Predictions.check("confidences", values.count, rays)
      return values
    }
    var curves = [[Double]](repeating: [], count: rays)
    for alpha in alphas {
      for (ray, value) in try measure({ _ in alpha }).enumerated() { curves[ray].append(value) }
    }
    let crossings = try levels.map { level in
      try firstCrossings(of: level, curves: curves, measure: measure)
    }
    return RayProfile(alphas: alphas, confidences: curves, levels: levels, crossings: crossings)
  }

  /// Brackets the first crossing between two grid points and halves the bracket until it is exact to 2⁻²⁰.
  private func firstCrossings(
    of level: Double, curves: [[Double]], measure: ((Int) -> Double) throws -> [Double]
  ) throws -> [Double?] {
    let first = curves.map { $0.firstIndex { $0 >= level } }
    guard first.contains(where: { ($0 ?? 0) > 0 }) else { return first.map { $0.map { alphas[$0] } } }
    var low = first.map { alphas[max(0, ($0 ?? 0) - 1)] }
    var high = first.map { alphas[$0 ?? 0] }
    for _ in 0..<20 {
      let values = try measure { (low[$0] * high[$0]).squareRoot() }
      for ray in values.indices {
        let middle = (low[ray] * high[ray]).squareRoot()
        if values[ray] >= level { high[ray] = middle } else { low[ray] = middle }
      }
    }
    return first.indices.map { ray in first[ray].map { $0 == 0 ? alphas[0] : high[ray] } }
  }
}

/// What `FarRays` measured.
public struct RayProfile: Sendable, Equatable {
  /// The α at which confidence was measured, increasing.
  public var alphas: [Double]
  /// One curve per ray, one value per α.
  public var confidences: [[Double]]
  /// Confidences whose first crossing was looked for.
  public var levels: [Double]
  /// `crossings[level][ray]`: the smallest α found with a confidence ≥ the level; `nil` when no α reaches it.
  public var crossings: [[Double?]]

  /// The median α of a level over all rays, a ray that never reaches it counting as infinite;
  /// `nil` when the median is infinite.
  public func medianCrossing(level index: Int) -> Double? {
    let sorted = crossings[index].map { $0 ?? .infinity }.sorted()
    let median = sorted[sorted.count / 2]
    return median.isFinite ? median : nil
  }

  /// The share of rays that reach a level at all.
  public func shareReaching(level index: Int) -> Double {
    Double(crossings[index].count { $0 != nil }) / Double(max(crossings[index].count, 1))
  }

  /// The largest confidence anywhere on any ray.
  public var highestConfidence: Double { confidences.lazy.joined().max() ?? 0 }

  /// For each α, the `q`-quantile (nearest rank) of the confidences over the rays.
  public func quantile(_ q: Double) -> [Double] {
    alphas.indices.map { i in
      let sorted = confidences.map { $0[i] }.sorted()
      return sorted[min(sorted.count - 1, Int(q * Double(sorted.count)))]
    }
  }
}
