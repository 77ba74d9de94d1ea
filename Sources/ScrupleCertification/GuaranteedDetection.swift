/// How well confidences separate in-distribution from OOD inputs when every OOD input may be moved within its box to
/// where the program is most confident: the guaranteed AUROC and FPR of GOOD (Bitterwolf, Meinke and Hein, *Certifiably
/// Adversarially Robust Detection of Out-of-Distribution Data*, 2020, section 2), with caps from ``ConfidenceCap``
/// instead of confidences.
///
/// Ties count against detection: a cap that equals a confidence is not below it.
public struct GuaranteedDetection: Equatable, Sendable {
  /// The share of pairs (in, out) in which the in-distribution confidence is above the OOD cap.
  public let auroc: Double
  /// The confidence that 95 % of the in-distribution inputs reach.
  public let threshold95: Double
  /// The share of OOD boxes that may reach ``threshold95``.
  public let fpr95: Double
  /// The largest cap.
  public let largestCap: Double
  /// The mean cap: a bound of the MMC (mean maximal confidence) under attack.
  public let meanCap: Double

  /// - Parameters:
  ///   - confidences: the program's, of in-distribution inputs, as they are.
  ///   - caps: of OOD boxes.
  public init(confidences: [Double], caps: [Double]) {
    let inside = confidences.sorted()
    let outside = caps.sorted()
    guard let largest = outside.last, !inside.isEmpty else {
      (auroc, threshold95, fpr95, largestCap, meanCap) = (1, inside.first ?? 1, 0, 0, 0)
      return
    }
    var below = 0
    var pairs = 0
    for confidence in inside {
      while below < outside.count, outside[below] < confidence { below += 1 }
      pairs += below
    }
    auroc = Double(pairs) / (Double(inside.count) * Double(outside.count))
    // The largest threshold that at least 95 % of the confidences reach.
    let threshold = inside[min(inside.count / 20, inside.count - 1)]
    threshold95 = threshold
    fpr95 = Double(outside.count { $0 >= threshold }) / Double(outside.count)
    largestCap = largest
    meanCap = outside.reduce(0, +) / Double(outside.count)
  }

  /// The share of OOD boxes in which the program may be at least `threshold` confident.
  public static func falsePositiveRate(caps: [Double], threshold: Double) -> Double {
    caps.isEmpty ? 0 : Double(caps.count { $0 >= threshold }) / Double(caps.count)
  }
}
