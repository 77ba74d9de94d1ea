/// What a threshold on the confidence lets through of one class: of the samples that are decided for it, those with a
/// confidence ≥ the threshold.
public struct ClassSelection: Sendable, Equatable, Codable {
  /// Samples let through that are of the class.
  public var found: Int
  /// Samples let through that are not; of samples without labels, all that are let through.
  public var wrong: Int
  /// Samples of the class.
  public var present: Int
  /// All samples.
  public var count: Int

  /// Applies a threshold.
  ///
  /// - Parameter k: the class.
  public init(of k: Int, threshold: Double, in predictions: Predictions) {
    let through = predictions.decisions.indices.filter {
      predictions.decisions[$0] == k && predictions.confidences[$0] >= threshold
    }
    found = predictions.labels.map { labels in through.count { labels[$0] == k } } ?? 0
    wrong = through.count - found
    present = predictions.labels?.count { $0 == k } ?? 0
    count = predictions.count
  }

  /// The share of what is let through that is of the class; `nil` when nothing is let through.
  public var precision: Double? { found + wrong > 0 ? Double(found) / Double(found + wrong) : nil }

  /// The share of the class that is let through; `nil` when there is none of it.
  public var recall: Double? { present > 0 ? Double(found) / Double(present) : nil }

  /// The share of all samples that is let through.
  public var share: Double { Double(found + wrong) / Double(max(count, 1)) }

  /// The precision when as many samples of other kinds come, all of which are wrong where they are let through.
  public func precision(mixing others: ClassSelection) -> Double? {
    let strange = others.share * Double(count)
    let through = Double(found + wrong) + strange
    return through > 0 ? Double(found) / through : nil
  }

  /// The least confidence that, as a threshold, reaches a precision on labelled samples.
  ///
  /// - Parameters:
  ///   - target: the precision, 0 to 1.
  ///   - k: the class; nil for all of them.
  ///   - scores: what is compared with the threshold, one for each sample; nil for the confidences.
  /// - Returns: nil when no threshold reaches it, or there are no labels.
  public static func threshold(
    reaching target: Double, for k: Int?, in predictions: Predictions, scores: [Double]? = nil
  ) -> Double? {
    guard let correct = predictions.correct else { return nil }
    let scores = scores ?? predictions.confidences
    let decided = predictions.decisions.indices.filter { k == nil || predictions.decisions[$0] == k }
    return Selection.threshold(
      reaching: target, confidences: decided.map { scores[$0] }, correct: decided.map { correct[$0] })
  }
}
