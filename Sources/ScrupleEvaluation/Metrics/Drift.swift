/// How far two classifiers are apart on the same samples.
public struct Drift: Sendable, Equatable, Codable {
  /// Share of samples with the same decision.
  public var agreement: Double
  /// max and mean over samples of |confidence − confidence|, each classifier's own top class.
  public var confidence: Extremes
  /// max over samples and classes of |p_k − p_k|.
  public var maxProbabilityDifference: Double
  /// The sample with the largest confidence drift.
  public var worstSample: Int

  /// The largest drift and the mean one.
  public struct Extremes: Sendable, Equatable, Codable {
    /// Of all samples.
    public var max: Double
    /// Over all samples.
    public var mean: Double
  }

  /// Compares row by row.
  ///
  /// - Parameter set: the name for errors.
  public init(_ a: Predictions, _ b: Predictions, set: String) throws(EvaluationError) {
    guard a.count == b.count else { throw .differentSamples(set: set, float: a.count, int8: b.count) }
    guard a.classCount == b.classCount else {
      throw .differentClasses(set: set, expected: a.classCount, actual: b.classCount)
    }
    guard a.count > 0 else { throw .noSamples(set: set) }
    var sum = 0.0
    var worst = (sample: 0, value: -1.0)
    var agreeing = 0
    for sample in 0..<a.count {
      let change = abs(a.confidences[sample] - b.confidences[sample])
      sum += change
      if change > worst.value { worst = (sample, change) }
      if a.decisions[sample] == b.decisions[sample] { agreeing += 1 }
    }
    agreement = Double(agreeing) / Double(a.count)
    confidence = Extremes(max: worst.value, mean: sum / Double(a.count))
    maxProbabilityDifference = zip(a.probabilities, b.probabilities).reduce(0) { max($0, abs($1.0 - $1.1)) }
    worstSample = worst.sample
  }
}

/// How the float twin's probabilities lie in the brackets that the device returned.
public struct BracketCheck: Sendable, Equatable, Codable {
  /// Samples whose float-twin probability of the device's class lies outside [lower, upper].
  public var violations: Int
  /// The mean width of the brackets.
  public var meanWidth: Double
  /// The width of the widest bracket.
  public var maxWidth: Double

  /// `nil` when `int8` has no brackets at all.
  public init?(twin: Predictions, int8: Predictions) {
    guard let device = int8.device, int8.count > 0, twin.count == int8.count else { return nil }
    violations = 0
    var sum = 0.0
    maxWidth = 0
    for sample in 0..<int8.count {
      let lower = Double(device.lower[sample]) * 0x1p-31
      let upper = Double(device.upper[sample]) * 0x1p-31
      let p = twin.probability(of: device.decisions[sample], sample: sample)
      if p < lower || p > upper { violations += 1 }
      sum += upper - lower
      maxWidth = max(maxWidth, upper - lower)
    }
    meanWidth = sum / Double(int8.count)
  }
}
