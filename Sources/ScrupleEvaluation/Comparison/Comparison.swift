/// The float model against the int8 program, on the data it was trained for and on OOD sets.
///
/// Encodes to the JSON of `scruple compare --json`: the keys are the names of the properties.
public struct Comparison: Sendable, Equatable, Codable {
  /// The in-distribution set's name.
  public var data: String
  public var samples: Int
  public var classCount: Int
  /// Share of in-distribution samples on which float and int8 decide alike.
  public var agreement: Double
  public var accuracy: Sides<Double>?
  public var confidenceDrift: Drift.Extremes
  public var maxProbabilityDifference: Double
  /// Expected calibration error, 15 bins of equal mass.
  public var ece: Sides<Double>?
  public var nll: Sides<Double>?
  public var brier: Sides<Double>?
  public var mmc: Sides<Double>
  /// Area under the risk–coverage curve.
  public var aurc: Sides<Double>?
  public var distinctConfidences: Sides<Int>
  public var threshold: ThresholdSummary?
  /// OOD sets by name; `oodOrder` has the names as they were given.
  public var ood: [String: OutOfDistribution]
  public var oodOrder: [String]
  /// The largest drifts over all sets, and where they are.
  public var worst: Worst
  public var bracket: BracketSummary
  /// Samples, OOD included, whose float-twin probability lies outside the device's bracket.
  public var bracketViolations: Int
  /// The original float model, where it is not the twin.
  public var original: Original?
  public var checks: [Check]

  /// Whether every check holds.
  public var holds: Bool { checks.allSatisfy(\.holds) }

  public struct Worst: Sendable, Equatable, Codable {
    public var confidenceDrift: Double
    public var confidenceDriftSet: String
    public var maxProbabilityDifference: Double
    public var maxProbabilityDifferenceSet: String
    /// Largest |AUROC float − AUROC int8|; `nil` without OOD sets.
    public var aurocDrift: Double?
  }

  public struct BracketSummary: Sendable, Equatable, Codable {
    /// The certified gap c in nats; `nil` when the file carries none.
    public var gap: Double?
    /// tanh(c/4): how far a probability can move, for every input.
    public var certifiedDrift: Double?
    /// Mean and largest bracket width on the in-distribution set; 1 without a gap.
    public var meanWidth: Double
    public var maxWidth: Double
  }

  /// The float model before it was put on the grid, against the int8 program.
  public struct Original: Sendable, Equatable, Codable {
    public var accuracy: Double?
    public var agreement: Double
    public var confidenceDrift: Drift.Extremes
    public var maxProbabilityDifference: Double
    /// AUROC of the original model by OOD set.
    public var auroc: [String: Double]
  }
}

/// The figures of one OOD set.
public struct OutOfDistribution: Sendable, Equatable, Codable {
  public var samples: Int
  public var mmc: Sides<Double>
  /// By maximum probability, a tie counting one half.
  public var auroc: Sides<Double>
  /// The same, a tie counting as lost.
  public var aurocConservative: Sides<Double>
  public var fpr95: Sides<Double>
  /// Average precision, in-distribution samples positive, and OOD samples positive.
  public var auprIn: Sides<Double>
  public var auprOut: Sides<Double>
  /// OOD samples divided by all: the `auprOut` of a guess.
  public var outShare: Double
  /// AUROC (ties one half) by every score that both sides give.
  public var scores: [String: Sides<Double>]
  public var agreement: Double
  public var confidenceDrift: Drift.Extremes
  public var maxProbabilityDifference: Double
  public var bracketViolations: Int
  /// Share of OOD samples at or above the threshold.
  public var accepted: Sides<Double>?
  /// Precision at the threshold when as many OOD as in-distribution samples come, and what is lost by that.
  public var mixedPrecision: Sides<Double>?
  public var precisionLoss: Sides<Double>?
}

/// One threshold, applied to both sides.
public struct ThresholdSummary: Sendable, Equatable, Codable {
  public var value: Double
  /// Where it comes from: the file, the caller, or the float model's precision.
  public var source: String
  public var coverage: Sides<Double>
  public var precision: Sides<Double>?
}
