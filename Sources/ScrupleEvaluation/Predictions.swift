/// What one classifier said about a list of samples: a table with one row per sample.
///
/// Probabilities are natural (they sum to 1 up to rounding), `count × classCount`, row-major. The decision is
/// the class with the largest probability, the smallest index on a tie, unless the classifier gave its own.
public struct Predictions: Sendable, Equatable {
  /// Number of classes, at least 2.
  public let classCount: Int
  /// `count × classCount`, row-major.
  public let probabilities: [Double]
  /// The class that was decided for, one per sample.
  public let decisions: [Int]
  /// The probability of the class that was decided for, one per sample.
  public let confidences: [Double]
  /// The true classes, where the data has them.
  public let labels: [Int]?
  /// Free energy score log Σ exp(logit) in nats (Liu et al. 2020, without the sign), where the classifier gives it.
  public let energies: [Double]?
  /// What only the int8 program knows: exact integers and brackets.
  public let device: DeviceColumns?

  /// Number of samples.
  public var count: Int { decisions.count }

  /// A table of a classifier that gives real probabilities.
  public init(
    probabilities: [Double], classCount: Int, labels: [Int]? = nil, energies: [Double]? = nil
  ) throws(EvaluationError) {
    try self.init(
      probabilities: probabilities, classCount: classCount, labels: labels, energies: energies, device: nil)
  }

  /// A table of an int8 program.
  ///
  /// - Parameters:
  ///   - fixedPoint: probabilities in Q1.31, `count × classCount`, row-major.
  ///   - device: decisions and brackets as the program gave them.
  public init(
    fixedPoint: [UInt32], classCount: Int, device: DeviceColumns, labels: [Int]? = nil,
    energies: [Double]? = nil
  ) throws(EvaluationError) {
    try self.init(
      probabilities: fixedPoint.map { Double($0) * 0x1p-31 }, classCount: classCount, labels: labels,
      energies: energies, device: device)
  }

  init(
    probabilities: [Double], classCount: Int, labels: [Int]?, energies: [Double]?, device: DeviceColumns?
  ) throws(EvaluationError) {
    guard classCount >= 2 else { throw .tooFewClasses(classCount) }
    let count = probabilities.count / classCount
    guard count * classCount == probabilities.count else {
      throw .lengthMismatch(
        column: "probabilities", expected: (count + 1) * classCount, actual: probabilities.count)
    }
    for (index, value) in probabilities.enumerated() where !(value >= 0 && value <= 1) {
      throw .notAProbability(sample: index / classCount, class: index % classCount, value: value)
    }
    if let labels {
      try Self.check("labels", labels.count, count)
      for (sample, label) in labels.enumerated() where !(0..<classCount).contains(label) {
        throw .labelOutOfRange(sample: sample, label: label, classCount: classCount)
      }
    }
    if let energies {
      try Self.check("energies", energies.count, count)
      for (sample, energy) in energies.enumerated() where !energy.isFinite {
        throw .notANumber(column: "the energy", sample: sample)
      }
    }
    try device?.validate(count: count, classCount: classCount)
    let decisions =
      device?.decisions
      ?? (0..<count).map { sample in
        let row = sample * classCount
        var best = 0
        for k in 1..<classCount where probabilities[row + k] > probabilities[row + best] { best = k }
        return best
      }
    self.classCount = classCount
    self.probabilities = probabilities
    self.decisions = decisions
    self.confidences = decisions.enumerated().map { probabilities[$0.offset * classCount + $0.element] }
    self.labels = labels
    self.energies = energies
    self.device = device
  }

  static func check(_ column: String, _ actual: Int, _ expected: Int) throws(EvaluationError) {
    guard actual == expected else {
      throw .lengthMismatch(column: column, expected: expected, actual: actual)
    }
  }

  /// The probability of class `k` of `sample`.
  public func probability(of k: Int, sample: Int) -> Double { probabilities[sample * classCount + k] }

  /// The probabilities of `sample`, one per class.
  public func row(_ sample: Int) -> ArraySlice<Double> {
    probabilities[sample * classCount..<(sample + 1) * classCount]
  }

  /// What a device compares with a threshold: the bracket's lower end, or the confidence where there is no certificate.
  public var sure: [Double] {
    guard let device, device.gap != nil else { return confidences }
    return device.lower.map { Double($0) * 0x1p-31 }
  }

  /// Of each sample the confidence if it is decided for class `k`, otherwise less than any threshold.
  public func confidences(for k: Int) -> [Double] {
    decisions.indices.map { decisions[$0] == k ? confidences[$0] : -1 }
  }

  /// For every labelled sample, whether the decision is right; `nil` without labels.
  public var correct: [Bool]? {
    labels.map { labels in zip(decisions, labels).map { $0 == $1 } }
  }
}

/// The columns that only an int8 program has. All integers are Q1.31: 2³¹ is 1.
public struct DeviceColumns: Sendable, Equatable {
  /// The class of the verdict, one per sample.
  public var decisions: [Int]
  /// The bracket of the verdict's confidence, one per sample: `lower ≤ float twin ≤ upper`.
  public var lower: [UInt32]
  /// The upper ends.
  public var upper: [UInt32]
  /// Whether the verdict was *accept*.
  public var accepted: [Bool]
  /// The certified gap c in nats that the file carries; `nil` when it carries none (brackets are [0, 1]).
  public var gap: Double?

  /// Wraps the columns.
  public init(decisions: [Int], lower: [UInt32], upper: [UInt32], accepted: [Bool], gap: Double?) {
    self.decisions = decisions
    self.lower = lower
    self.upper = upper
    self.accepted = accepted
    self.gap = gap
  }

  func validate(count: Int, classCount: Int) throws(EvaluationError) {
    try Predictions.check("decisions", decisions.count, count)
    try Predictions.check("lower ends of the brackets", lower.count, count)
    try Predictions.check("upper ends of the brackets", upper.count, count)
    try Predictions.check("accepted", accepted.count, count)
    for (sample, decision) in decisions.enumerated() where !(0..<classCount).contains(decision) {
      throw .labelOutOfRange(sample: sample, label: decision, classCount: classCount)
    }
    if let gap, !(gap >= 0) { throw .invalidInput("the gap is \(gap), not a number ≥ 0") }
  }
}
