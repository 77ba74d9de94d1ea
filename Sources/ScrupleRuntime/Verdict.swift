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
  /// Whether there is a threshold and `lower` reaches it.
  public let accepted: Bool
  /// The winner's base-2 logit, with the logits' fraction bits.
  let largestLogit: Int64
  /// Σ 2^(logit − largest logit), Q32.
  let sum: UInt64
}
