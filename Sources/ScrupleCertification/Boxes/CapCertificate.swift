import Foundation

/// Certificate E as a file holds it: how confident the program can be over a region, and what that means for telling
/// the region's inputs from others.
public struct CapCertificate: Equatable, Sendable, Codable {
  /// Where.
  public var region: InputRegion
  /// Seconds that each box was searched for; nil without a search.
  public var searchSeconds: Double?
  /// The boxes, in order.
  public var boxes: [BoxCap]
  /// The largest cap.
  public var confidenceCap: Double
  /// The float twin is nowhere in the region more confident than this: `confidenceCap` and the whole domain's gap.
  public var floatConfidenceCap: Double
  /// How well in-distribution data are told apart from the region; nil when no data were named.
  public var detection: Detection?
  /// The whole domain's certificate, which the step from program to twin rests on.
  public var wholeDomain: WholeDomainCertificate

  /// Confidences of in-distribution data, and the caps against them.
  public struct Detection: Equatable, Sendable, Codable {
    /// The in-distribution data.
    public var data: InDistribution
    /// The share of pairs (in, out) in which the in-distribution confidence is above the box's cap.
    public var guaranteedAUROC: Double
    /// The share of boxes that may reach `threshold95`.
    public var guaranteedFPR95: Double
    /// The confidence that 95 % of the in-distribution data reach.
    public var threshold95: Double
    /// The mean cap.
    public var meanCap: Double
  }

  /// What the program says of in-distribution data.
  public struct InDistribution: Equatable, Sendable, Codable {
    /// The dataset's specification.
    public var name: String
    /// How many samples.
    public var samples: Int
    /// SHA-256 of all samples' bytes.
    public var checksum: String
    /// The program's confidences, ascending.
    public var confidences: [Double]

    /// - Parameter confidences: one per input.
    public init(name: String, inputs: [[UInt8]], confidences: [Double]) {
      let list = InputRegion.SampleList(name: name, inputs: inputs)
      (self.name, samples, checksum) = (name, list.count, list.checksum)
      self.confidences = confidences.sorted()
    }
  }
}

extension CapCertificate {
  init(
    region: InputRegion, searchSeconds: Double?, boxes: [BoxCap], inDistribution: InDistribution?,
    wholeDomain: WholeDomainCertificate
  ) {
    self.region = region
    self.searchSeconds = searchSeconds
    self.boxes = boxes
    self.wholeDomain = wholeDomain
    let caps = boxes.map(\.cap)
    confidenceCap = caps.max() ?? 1
    floatConfidenceCap = ProbabilityBound.cap(of: confidenceCap, gap: wholeDomain.gap)
    detection = inDistribution.map { data in
      let detection = GuaranteedDetection(confidences: data.confidences, caps: caps)
      return Detection(
        data: data, guaranteedAUROC: detection.auroc, guaranteedFPR95: detection.fpr95,
        threshold95: detection.threshold95, meanCap: detection.meanCap)
    }
  }
}

extension ProbabilityBound {
  /// What the twin's confidence is at most where the program's is at most `confidence`, if differences of logits move
  /// by at most `gap`: the mirror image of ``guaranteed(by:gap:)``.
  public static func cap(of confidence: Double, gap: Double) -> Double {
    let other = max(0, 1 - confidence).nextDown
    guard other > 0 else { return 1 }
    let odds = min(confidence, 1) * exp(gap)
    return min(1, confidence + change(gap: gap), odds / (odds + other) * (1 + 0x1p-48)).nextUp
  }
}
