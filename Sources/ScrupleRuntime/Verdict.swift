/// What the program says about one input.
public struct Verdict: Equatable, Sendable {
  /// The most probable class; the first one among equals.
  public let classIndex: Int
  /// Its probability, Q1.31.
  public let confidence: UInt32
  /// The float twin's probability of that class is at least this, Q1.31; 0 without a certificate.
  public let lower: UInt32
  /// The float twin's probability of that class is at most this, Q1.31; 2³¹ without a certificate.
  public let upper: UInt32
  /// Whether there is a threshold and `lower` reaches it; without a certificate, `confidence`.
  public let accepted: Bool
  /// The winner's base-2 logit, with the logits' fraction bits.
  public let largestLogit: Int64
  /// Σ 2^(logit − largest logit), Q32.
  public let sum: UInt64

  /// A verdict that another device gave.
  public init(
    classIndex: Int, confidence: UInt32, lower: UInt32, upper: UInt32, accepted: Bool, largestLogit: Int64,
    sum: UInt64
  ) {
    self.classIndex = classIndex
    self.confidence = confidence
    self.lower = lower
    self.upper = upper
    self.accepted = accepted
    self.largestLogit = largestLogit
    self.sum = sum
  }
}
