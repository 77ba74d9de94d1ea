import Foundation

extension Comparison {
  /// Measures everything.
  ///
  /// - Parameters:
  ///   - data: the in-distribution set, best with labels.
  ///   - ood: any number of OOD sets with names of their own; labels are ignored.
  public init(
    data: ComparedSet, ood: [ComparedSet] = [], options: ComparisonOptions = ComparisonOptions()
  ) throws(EvaluationError) {
    let drift = try Drift(data.float, data.int8, set: data.name)
    var seen: Set<String> = []
    for set in ood where !seen.insert(set.name).inserted { throw .duplicateSet(set.name) }

    let threshold = try ThresholdSummary(data: data, options: options)
    var sets: [String: OutOfDistribution] = [:]
    for set in ood { sets[set.name] = try OutOfDistribution(set, data: data, threshold: threshold) }
    let bracket = BracketCheck(twin: data.float, int8: data.int8)
    let gap = data.int8.device?.gap

    self.data = data.name
    samples = data.float.count
    classCount = data.float.classCount
    agreement = drift.agreement
    confidenceDrift = drift.confidence
    maxProbabilityDifference = drift.maxProbabilityDifference
    accuracy = try .of(data.float, data.int8) { $0.accuracy }
    ece = try .of(data.float, data.int8) { (p) throws(EvaluationError) in
      try p.reliability(bins: options.bins)?.expectedCalibrationError
    }
    nll = try .of(data.float, data.int8) { $0.negativeLogLikelihood }
    brier = try .of(data.float, data.int8) { $0.brierScore }
    mmc = Sides(float: data.float.meanMaximalConfidence, int8: data.int8.meanMaximalConfidence)
    aurc = try .of(data.float, data.int8) { (p) throws(EvaluationError) in
      guard let correct = p.correct else { return nil }
      return try RiskCoverage(confidences: p.confidences, correct: correct).area
    }
    distinctConfidences = Sides(
      float: data.float.distinctConfidences, int8: data.int8.distinctConfidences)
    self.threshold = threshold
    self.ood = sets
    oodOrder = ood.map(\.name)
    worst = Worst(data: data.name, drift: drift, order: oodOrder, sets: sets)
    self.bracket = BracketSummary(
      gap: gap, certifiedDrift: gap.map { tanh($0 / 4) }, meanWidth: bracket?.meanWidth ?? 1,
      maxWidth: bracket?.maxWidth ?? 1)
    bracketViolations = (bracket?.violations ?? 0) + sets.values.reduce(0) { $0 + $1.bracketViolations }
    original = try Original(data: data, ood: ood)
    checks = []
    checks = standardChecks(options)
  }

  /// The checks that the figures and the options call for.
  private func standardChecks(_ options: ComparisonOptions) -> [Check] {
    var checks = [Check("bracket violations", Double(bracketViolations), .atMost, 0)]
    if let certified = bracket.certifiedDrift {
      checks.append(
        Check("largest |Δp|, certified tanh(c/4)", worst.maxProbabilityDifference, .atMost, certified))
    }
    if let bound = options.maximumDrift {
      checks.append(Check("largest confidence drift", worst.confidenceDrift, .atMost, bound))
    }
    if let bound = options.maximumAccuracyLoss, let accuracy {
      checks.append(Check("accuracy float − int8", accuracy.float - accuracy.int8, .atMost, bound))
    }
    if let bound = options.maximumAUROCDrift, let drift = worst.aurocDrift {
      checks.append(Check("largest |Δ AUROC|", drift, .atMost, bound))
    }
    if let bound = options.minimumAgreement {
      checks.append(Check("agreement", agreement, .atLeast, bound))
    }
    return checks
  }
}

extension Comparison.Worst {
  init(data: String, drift: Drift, order: [String], sets: [String: OutOfDistribution]) {
    confidenceDrift = drift.confidence.max
    confidenceDriftSet = data
    maxProbabilityDifference = drift.maxProbabilityDifference
    maxProbabilityDifferenceSet = data
    for name in order {
      guard let set = sets[name] else { continue }
      if set.confidenceDrift.max > confidenceDrift {
        (confidenceDrift, confidenceDriftSet) = (set.confidenceDrift.max, name)
      }
      if set.maxProbabilityDifference > maxProbabilityDifference {
        (maxProbabilityDifference, maxProbabilityDifferenceSet) = (set.maxProbabilityDifference, name)
      }
      aurocDrift = max(aurocDrift ?? 0, set.auroc.difference)
    }
  }
}

extension Comparison.Original {
  /// `nil` when the in-distribution set has no table of the original model.
  init?(data: ComparedSet, ood: [ComparedSet]) throws(EvaluationError) {
    guard let model = data.original else { return nil }
    let drift = try Drift(model, data.int8, set: data.name)
    accuracy = model.accuracy
    agreement = drift.agreement
    confidenceDrift = drift.confidence
    maxProbabilityDifference = drift.maxProbabilityDifference
    auroc = [:]
    for set in ood {
      guard let other = set.original else { continue }
      auroc[set.name] = try Detection(in: model.confidences, out: other.confidences).auroc
    }
  }
}
