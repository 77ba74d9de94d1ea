/// Which threshold a comparison uses and what it demands.
public struct ComparisonOptions: Sendable, Equatable {
  /// The threshold of the file or the caller. Otherwise the smallest one with which the float model reaches
  /// `targetPrecision` on the in-distribution set.
  public var threshold: Double?
  /// When nil: the precision that halves the float model's error rate.
  public var targetPrecision: Double?
  /// Bound on the largest |Δ confidence| over all sets (`--max-drift`).
  public var maximumDrift: Double?
  /// Bound on accuracy float − int8.
  public var maximumAccuracyLoss: Double?
  /// Bound on |AUROC float − AUROC int8| on every OOD set.
  public var maximumAUROCDrift: Double?
  /// Bound on the share of equal decisions.
  public var minimumAgreement: Double?
  /// Bins of the calibration error.
  public var bins: Int

  /// Nothing is demanded but what certificates promise, unless asked for.
  public init(
    threshold: Double? = nil, targetPrecision: Double? = nil, maximumDrift: Double? = nil,
    maximumAccuracyLoss: Double? = nil, maximumAUROCDrift: Double? = nil, minimumAgreement: Double? = nil,
    bins: Int = 15
  ) {
    self.threshold = threshold
    self.targetPrecision = targetPrecision
    self.maximumDrift = maximumDrift
    self.maximumAccuracyLoss = maximumAccuracyLoss
    self.maximumAUROCDrift = maximumAUROCDrift
    self.minimumAgreement = minimumAgreement
    self.bins = bins
  }
}

/// The answers of all classifiers on one set.
public struct ComparedSet: Sendable {
  /// The name in tables and in the JSON.
  public var name: String
  /// The model whose confidence the device's brackets speak of.
  public var float: Predictions
  /// What the device says.
  public var int8: Predictions
  /// The float model as it was before it was put on the grid, where that is another one.
  public var original: Predictions?

  /// Wraps its parts.
  public init(name: String, float: Predictions, int8: Predictions, original: Predictions? = nil) {
    self.name = name
    self.float = float
    self.int8 = int8
    self.original = original
  }
}
