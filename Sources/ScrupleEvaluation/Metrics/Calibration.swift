/// How often a classifier is right, against how sure it is: a list of bins of equal mass.
///
/// Samples are ordered by confidence and cut into `bins` groups whose sizes differ by at most one. Samples of
/// equal confidence share their mean correctness, so the result does not depend on the order of the data.
public struct Reliability: Sendable, Equatable, Codable {
  /// Samples of neighbouring confidences.
  public struct Bin: Sendable, Equatable, Codable {
    /// How many samples.
    public var count: Int
    /// Mean confidence of the bin.
    public var confidence: Double
    /// Share of right decisions in the bin.
    public var accuracy: Double
  }

  /// From low confidence to high; empty bins (fewer samples than bins) are left out.
  public let bins: [Bin]

  /// - Parameters:
  ///   - confidences: one per sample.
  ///   - correct: whether the decision was right, one per sample.
  ///   - bins: how many, at least one.
  public init(confidences: [Double], correct: [Bool], bins: Int = 15) throws(EvaluationError) {
    guard bins >= 1 else { throw .invalidBins(bins) }
    try Predictions.check("correct", correct.count, confidences.count)
    let samples = rankedByDescendingScore(confidences, correct).reversed()
    let sorted = samples.flatMap { group in
      repeatElement((group.score, Double(group.hits) / Double(group.count)), count: group.count)
    }
    self.bins = (0..<bins).compactMap { b in
      let part = sorted[b * sorted.count / bins..<(b + 1) * sorted.count / bins]
      guard !part.isEmpty else { return nil }
      let n = Double(part.count)
      return Bin(
        count: part.count, confidence: part.reduce(0) { $0 + $1.0 } / n,
        accuracy: part.reduce(0) { $0 + $1.1 } / n)
    }
  }

  /// ECE: the mean over bins, weighted by their counts, of |accuracy − confidence| (Naeini et al. 2015).
  public var expectedCalibrationError: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    return bins.reduce(0) { $0 + Double($1.count) * abs($1.accuracy - $1.confidence) }
      / Double(max(total, 1))
  }
}

extension Predictions {
  /// The reliability curve; `nil` without labels.
  public func reliability(bins: Int = 15) throws(EvaluationError) -> Reliability? {
    guard let correct else { return nil }
    return try Reliability(confidences: confidences, correct: correct, bins: bins)
  }
}
