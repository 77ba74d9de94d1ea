/// What a confidence threshold lets through, and what OOD samples in the stream do to it.
public struct Selection: Sendable, Equatable, Codable {
  /// Samples with a confidence ≥ `threshold` are answered.
  public var threshold: Double
  /// Share of in-distribution samples answered.
  public var coverage: Double
  /// Right answers / answers on in-distribution samples; `nil` when nothing is answered or labels are missing.
  public var precision: Double?

  /// Applies a threshold to samples; without `correct` there is no precision.
  public init(threshold: Double, confidences: [Double], correct: [Bool]?) {
    self.threshold = threshold
    let answered = confidences.indices.filter { confidences[$0] >= threshold }
    coverage = Double(answered.count) / Double(max(confidences.count, 1))
    guard let correct, !answered.isEmpty else { return }
    precision = Double(answered.count { correct[$0] }) / Double(answered.count)
  }

  /// The precision when `out` OOD samples come for every in-distribution sample: each OOD sample that is
  /// answered is a wrong answer.
  ///
  /// - Parameters:
  ///   - outCoverage: the share of OOD samples with a confidence ≥ `threshold`.
  ///   - ratio: OOD samples per in-distribution sample.
  public func precision(mixing outCoverage: Double, ratio: Double) -> Double? {
    guard let precision else { return nil }
    return precision * coverage / (coverage + ratio * outCoverage)
  }

  /// The smallest confidence that, as a threshold, reaches the precision `target` on these samples;
  /// `nil` when none does.
  public static func threshold(
    reaching target: Double, confidences: [Double], correct: [Bool]
  ) -> Double? {
    var answered = 0
    var right = 0
    var best: Double?
    for group in rankedByDescendingScore(confidences, correct) {
      answered += group.count
      right += group.hits
      if Double(right) >= target * Double(answered) { best = group.score }
    }
    return best
  }

  /// The smallest threshold with which, of the labelled samples that are decided for a class and reach it, the share
  /// `target` is of the class; `nil` when none does, or there are no labels.
  ///
  /// - Parameter k: the class; nil for all of them.
  public static func threshold(reaching target: Double, for k: Int?, in predictions: Predictions) -> Double? {
    guard let correct = predictions.correct else { return nil }
    let sure = predictions.sure
    let decided = predictions.decisions.indices.filter { k == nil || predictions.decisions[$0] == k }
    return threshold(
      reaching: target, confidences: decided.map { sure[$0] }, correct: decided.map { correct[$0] })
  }
}
