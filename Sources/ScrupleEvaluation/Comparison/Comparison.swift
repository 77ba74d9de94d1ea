/// The float model against the int8 program, on the data it was trained for and on OOD sets.
///
/// Encodes to the JSON of `scruple compare --json`: the keys are the names of the properties.
public struct Comparison: Sendable, Equatable, Codable {
  /// The in-distribution set's name.
  public var data: String
  /// Number of in-distribution samples.
  public var samples: Int
  /// Number of classes.
  public var classCount: Int
  /// Share of in-distribution samples on which float and int8 decide alike.
  public var agreement: Double
  /// Share of right decisions; nil without labels.
  public var accuracy: Sides<Double>?
  /// max and mean of |Δ top-1 probability|.
  public var confidenceDrift: Drift.Extremes
  /// max over samples and classes of |Δp|.
  public var maxProbabilityDifference: Double
  /// Expected calibration error, 15 bins of equal mass.
  public var ece: Sides<Double>?
  /// Mean −log p(label) in nats, each p at least 2⁻³².
  public var nll: Sides<Double>?
  /// Mean squared error of the probabilities, in [0, 2].
  public var brier: Sides<Double>?
  /// Mean maximal confidence.
  public var mmc: Sides<Double>
  /// Area under the risk–coverage curve.
  public var aurc: Sides<Double>?
  /// How many different confidences occur: an int8 softmax would give few.
  public var distinctConfidences: Sides<Int>
  /// What a confidence threshold does on both sides; nil when there is none.
  public var threshold: ThresholdSummary?
  /// OOD sets by name; `oodOrder` has the names as they were given.
  public var ood: [String: OutOfDistribution]
  /// The names of the OOD sets, in order.
  public var oodOrder: [String]
  /// The largest drifts over all sets, and where they are.
  public var worst: Worst
  /// The certified gap and the brackets that follow from it.
  public var bracket: BracketSummary
  /// Samples, OOD included, whose float-twin probability lies outside the device's bracket.
  public var bracketViolations: Int
  /// The original float model, where it is not the twin.
  public var original: Original?
  /// Far rays, if they were walked.
  public var rays: RaySummary?
  /// What was demanded, and whether it holds.
  public var checks: [Check]

  /// Whether every check holds.
  public var holds: Bool { checks.allSatisfy(\.holds) }

  /// The largest changes over all sets.
  public struct Worst: Sendable, Equatable, Codable {
    /// Largest |Δ top-1 probability|.
    public var confidenceDrift: Double
    /// The set it is in.
    public var confidenceDriftSet: String
    /// Largest |Δp| of any class.
    public var maxProbabilityDifference: Double
    /// The set it is in.
    public var maxProbabilityDifferenceSet: String
    /// Largest |AUROC float − AUROC int8|; `nil` without OOD sets.
    public var aurocDrift: Double?
  }

  /// What a certified gap implies.
  public struct BracketSummary: Sendable, Equatable, Codable {
    /// The certified gap c in nats; `nil` when the file carries none.
    public var gap: Double?
    /// tanh(c/4): how far a probability can move, for every input.
    public var certifiedDrift: Double?
    /// Mean and largest bracket width on the in-distribution set; 1 without a gap.
    public var meanWidth: Double
    /// The widest bracket.
    public var maxWidth: Double
  }

  /// The float model before it was put on the grid, against the int8 program.
  public struct Original: Sendable, Equatable, Codable {
    /// Share of right decisions; nil without labels.
    public var accuracy: Double?
    /// Share of samples on which it decides like the int8 program.
    public var agreement: Double
    /// Against the int8 program.
    public var confidenceDrift: Drift.Extremes
    /// Against the int8 program.
    public var maxProbabilityDifference: Double
    /// AUROC of the original model by OOD set.
    public var auroc: [String: Double]
  }
}

/// The figures of one OOD set.
public struct OutOfDistribution: Sendable, Equatable, Codable {
  /// Number of OOD samples.
  public var samples: Int
  /// Mean maximal confidence.
  public var mmc: Sides<Double>
  /// By maximum probability, a tie counting one half.
  public var auroc: Sides<Double>
  /// The same, a tie counting as lost.
  public var aurocConservative: Sides<Double>
  /// Share of OOD samples above the threshold that keeps 95 % of the in-distribution samples.
  public var fpr95: Sides<Double>
  /// Average precision, in-distribution samples positive, and OOD samples positive.
  public var auprIn: Sides<Double>
  /// With OOD samples positive.
  public var auprOut: Sides<Double>
  /// OOD samples divided by all: the `auprOut` of a guess.
  public var outShare: Double
  /// AUROC (ties one half) by every score that both sides give.
  public var scores: [String: Sides<Double>]
  /// Share of OOD samples on which float and int8 decide alike.
  public var agreement: Double
  /// max and mean of |Δ top-1 probability|.
  public var confidenceDrift: Drift.Extremes
  /// max over samples and classes of |Δp|.
  public var maxProbabilityDifference: Double
  /// Samples whose float-twin probability lies outside the bracket.
  public var bracketViolations: Int
  /// Share of OOD samples at or above the threshold.
  public var accepted: Sides<Double>?
  /// Precision at the threshold when as many OOD as in-distribution samples come, and what is lost by that.
  public var mixedPrecision: Sides<Double>?
  /// Precision without minus precision with OOD samples.
  public var precisionLoss: Sides<Double>?
}

/// One threshold, applied to both sides.
public struct ThresholdSummary: Sendable, Equatable, Codable {
  /// Samples with at least this confidence are answered.
  public var value: Double
  /// Where it comes from: the file, the caller, or the float model's precision.
  public var source: String
  /// Share of in-distribution samples that are answered.
  public var coverage: Sides<Double>
  /// Share of these answers that are right; nil without labels.
  public var precision: Sides<Double>?
}
