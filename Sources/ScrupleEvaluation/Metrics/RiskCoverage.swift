/// The error rate among the most confident samples, against the share of samples answered
/// (El-Yaniv & Wiener 2010). Ties are taken in random order: the expected risk is given.
public struct RiskCoverage: Sendable, Equatable {
  /// `risk[n − 1]` is the expected error rate when the `n` most confident samples are answered.
  public let risk: [Double]

  /// Sorts the samples.
  ///
  /// - Parameters:
  ///   - confidences: one per sample, at least one.
  ///   - correct: whether the decision was right, one per sample.
  public init(confidences: [Double], correct: [Bool]) throws(EvaluationError) {
    try Predictions.check("correct", correct.count, confidences.count)
    guard !confidences.isEmpty else { throw .noSamples(set: "the in-distribution set") }
    var risk: [Double] = []
    var errors = 0.0
    for group in rankedByDescendingScore(confidences, correct) {
      let rate = 1 - Double(group.hits) / Double(group.count)
      for _ in 0..<group.count {
        errors += rate
        risk.append(errors / Double(risk.count + 1))
      }
    }
    self.risk = risk
  }

  /// AURC: the mean of the risk over all coverages 1/n … n/n (Geifman et al. 2019).
  public var area: Double { risk.reduce(0, +) / Double(risk.count) }

  /// The largest share of samples that can be answered with an expected error rate of at most `limit`.
  public func coverage(atRisk limit: Double) -> Double {
    Double((risk.lastIndex { $0 <= limit } ?? -1) + 1) / Double(risk.count)
  }

  /// The curve as (coverage, risk), thinned to at most `limit` points; the last is kept.
  public func curve(limit: Int = 400) -> [(coverage: Double, risk: Double)] {
    let n = risk.count
    let step = max(1, (n + limit - 1) / limit)
    return stride(from: n, through: 1, by: -step).reversed().map {
      (Double($0) / Double(n), risk[$0 - 1])
    }
  }
}
