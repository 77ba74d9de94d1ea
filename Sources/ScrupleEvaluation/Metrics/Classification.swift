import Foundation

/// Metrics of one table by itself. Those that need labels are `nil` without them.
extension Predictions {
  /// The share of samples whose decision is the label.
  public var accuracy: Double? {
    correct.map { correct in Double(correct.count { $0 }) / Double(max(count, 1)) }
  }

  /// MMC: the mean of the confidences.
  public var meanMaximalConfidence: Double {
    confidences.reduce(0, +) / Double(max(count, 1))
  }

  /// NLL: the mean of −log p(label), in nats.
  ///
  /// The int8 program's probabilities end at 2⁻³¹, so p is taken as at least 2⁻³² (half a unit) on both
  /// sides; otherwise one rounded-down zero would make the mean infinite.
  public var negativeLogLikelihood: Double? {
    guard let labels else { return nil }
    let sum = labels.enumerated().reduce(0.0) {
      $0 - log(max(probability(of: $1.element, sample: $1.offset), 0x1p-32))
    }
    return sum / Double(max(count, 1))
  }

  /// The mean over samples of Σ_k (p_k − [k = label])², in [0, 2] (Brier 1950).
  public var brierScore: Double? {
    guard let labels else { return nil }
    var sum = 0.0
    for (sample, label) in labels.enumerated() {
      for (k, p) in row(sample).enumerated() {
        let error = p - (k == label ? 1 : 0)
        sum += error * error
      }
    }
    return sum / Double(max(count, 1))
  }

  /// How many different confidences occur. An output in steps of 1/256 shows here at once.
  public var distinctConfidences: Int { Set(confidences).count }
}
