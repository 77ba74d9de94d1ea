extension OutOfDistribution {
  init(_ set: ComparedSet, data: ComparedSet, threshold: ThresholdSummary?) throws(EvaluationError) {
    let drift = try Drift(set.float, set.int8, set: set.name)
    guard set.float.classCount == data.float.classCount else {
      throw .differentClasses(
        set: set.name, expected: data.float.classCount, actual: set.float.classCount)
    }
    let float = try Detection(in: data.float.confidences, out: set.float.confidences)
    let int8 = try Detection(in: data.int8.confidences, out: set.int8.confidences)
    samples = set.float.count
    mmc = Sides(float: set.float.meanMaximalConfidence, int8: set.int8.meanMaximalConfidence)
    auroc = Sides(float: float.auroc, int8: int8.auroc)
    aurocConservative = Sides(float: float.conservativeAUROC, int8: int8.conservativeAUROC)
    fpr95 = Sides(float: float.falsePositiveRate(), int8: int8.falsePositiveRate())
    auprIn = Sides(float: float.auprIn, int8: int8.auprIn)
    auprOut = Sides(float: float.auprOut, int8: int8.auprOut)
    outShare = float.outShare
    scores = [:]
    for score in Score.allCases {
      guard let inFloat = data.float.values(of: score), let outFloat = set.float.values(of: score),
        let inInt8 = data.int8.values(of: score), let outInt8 = set.int8.values(of: score)
      else { continue }
      scores[score.rawValue] = Sides(
        float: try Detection(in: inFloat, out: outFloat).auroc,
        int8: try Detection(in: inInt8, out: outInt8).auroc)
    }
    agreement = drift.agreement
    confidenceDrift = drift.confidence
    maxProbabilityDifference = drift.maxProbabilityDifference
    bracketViolations = BracketCheck(twin: set.float, int8: set.int8)?.violations ?? 0
    guard let threshold else { return }
    let selections = Sides(
      float: Selection(
        threshold: threshold.value, confidences: data.float.confidences, correct: data.float.correct),
      int8: Selection(
        threshold: threshold.value, confidences: data.int8.confidences, correct: data.int8.correct))
    let accepted = Sides(
      float: share(of: set.float, above: threshold.value),
      int8: share(of: set.int8, above: threshold.value))
    self.accepted = accepted
    guard let precision = threshold.precision,
      let mixedFloat = selections.float.precision(mixing: accepted.float, ratio: 1),
      let mixedInt8 = selections.int8.precision(mixing: accepted.int8, ratio: 1)
    else { return }
    mixedPrecision = Sides(float: mixedFloat, int8: mixedInt8)
    precisionLoss = Sides(float: precision.float - mixedFloat, int8: precision.int8 - mixedInt8)
  }
}

private func share(of predictions: Predictions, above threshold: Double) -> Double {
  Double(predictions.confidences.count { $0 >= threshold }) / Double(max(predictions.count, 1))
}

extension ThresholdSummary {
  /// `nil` when no threshold is given and none reaches the target precision.
  init?(data: ComparedSet, options: ComparisonOptions) throws(EvaluationError) {
    if let given = options.threshold {
      value = given
      source = "given"
    } else if let correct = data.float.correct, let accuracy = data.float.accuracy {
      let target = options.targetPrecision ?? (1 + accuracy) / 2
      guard
        let found = Selection.threshold(
          reaching: target, confidences: data.float.confidences, correct: correct)
      else { return nil }
      value = found
      source =
        options.targetPrecision == nil
        ? "halves the float model's errors" : "the float model's precision reaches \(target)"
    } else {
      return nil
    }
    let float = Selection(
      threshold: value, confidences: data.float.confidences, correct: data.float.correct)
    let int8 = Selection(threshold: value, confidences: data.int8.confidences, correct: data.int8.correct)
    coverage = Sides(float: float.coverage, int8: int8.coverage)
    precision = try .of(float, int8) { $0.precision }
  }
}
