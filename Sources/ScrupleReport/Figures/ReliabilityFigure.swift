import ScrupleEvaluation

extension Figures {
  /// Accuracy against confidence in bins of equal mass; on the diagonal a model is as often right as it says.
  /// Second, the error rate among the most confident samples.
  public static func reliability(
    _ models: [(name: String, confidences: [Double], correct: [Bool])], bins: Int = 15,
    name: String = "reliability",
    caption: String =
      "Reliability: below the diagonal a model is surer than it is right (ECE: the mean distance). Risk: the error rate when only the most confident samples are answered (AURC: the mean height)."
  ) throws(ReportError) -> Figure {
    var calibration = Plot(
      title: "Reliability", x: Axis(label: "mean confidence of a bin", range: 0...1),
      y: Axis(label: "accuracy in the bin", range: 0...1.02), areaHeight: 265)
    calibration.add(
      .line([Point(0, 0), Point(1, 1)], LineStyle(paint: .frame, width: 1, dash: [4, 3])), "perfect")
    var highest = 0.0
    var risks: [(String, [Point])] = []
    for (i, model) in models.enumerated() {
      do {
        let reliability = try Reliability(
          confidences: model.confidences, correct: model.correct, bins: bins)
        let points = reliability.bins.map { Point($0.confidence, $0.accuracy) }
        let ece = Numbers.percent(reliability.expectedCalibrationError, decimals: 2)
        let style = LineStyle(paint: .series(i), width: 2, dash: Dashes.forSeries(i))
        calibration.add(.line(points, style), "\(model.name): ECE \(ece)")
        calibration.add(
          .markers(points, Marker(sign: .circle, radius: 3, paint: .series(i), outline: nil)))
        let risk = try RiskCoverage(confidences: model.confidences, correct: model.correct)
        let curve = risk.curve().map { Point($0.coverage, $0.risk) }
        highest = max(highest, curve.map(\.y).max() ?? 0)
        risks.append(("\(model.name): AURC \(Numbers.brief(risk.area))", curve))
      } catch {
        throw .invalidFigure(name: name, reason: "\(model.name): \(error)")
      }
    }
    var risk = Plot(
      title: "Risk against coverage", x: Axis(label: "share of samples answered", range: 0...1),
      y: Axis(label: "error rate among them", range: 0...max(highest * 1.1, 0.01)), areaHeight: 265)
    for (i, curve) in risks.enumerated() {
      risk.add(
        .line(curve.1, LineStyle(paint: .series(i), width: 2, dash: Dashes.forSeries(i))), curve.0)
    }
    return Figure(
      name: name, title: "Calibration", panels: Plot.scenes([calibration, risk]), caption: caption)
  }
}
