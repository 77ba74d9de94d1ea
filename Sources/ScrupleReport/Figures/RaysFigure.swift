import ScrupleEvaluation

extension Figures {
  /// Confidence along rays αx: the median over the rays, and the band that holds 80 % of them.
  /// Left as it is, right by its nines: every further nine takes the same room.
  public static func rays(
    _ models: [(name: String, profile: RayProfile)], name: String = "rays", caption: String? = nil
  ) throws(ReportError) -> Figure {
    let alphas = models.flatMap(\.profile.alphas)
    guard let low = alphas.min(), let high = alphas.max(), low > 0, low < high else {
      throw .invalidFigure(name: name, reason: "no rays were walked")
    }
    for model in models {
      try require(!model.profile.confidences.isEmpty, name, "\(model.name) has no rays")
    }
    let lowest = models.flatMap { $0.profile.quantile(0.1) }.min() ?? 0
    let start = max(0, (lowest * 10).rounded(.down) / 10)
    let x = Axis(label: "α", range: low...high, scale: .logarithmic, limit: 7)
    let nines = 1 - 1e-5
    let plots = [
      ("Confidence along rays αx", Axis(label: "confidence", range: min(start, 0.9)...1.02)),
      (
        "The same, by nines",
        Axis(label: "confidence", range: min(start, 0.9)...nines, scale: .nines)
      ),
    ].map { title, y in
      var plot = Plot(title: title, x: x, y: y, areaHeight: 255)
      for (i, model) in models.enumerated() {
        let profile = model.profile
        func curve(_ q: Double) -> [Point] {
          zip(profile.alphas, profile.quantile(q)).map { Point($0, min($1, y.range.upperBound)) }
        }
        plot.add(.band(lower: curve(0.1), upper: curve(0.9), .series(i).opacity(0.18)))
        let style = LineStyle(paint: .series(i), width: 2.2, dash: Dashes.forSeries(i))
        plot.add(.line(curve(0.5), style), model.name)
      }
      return plot
    }
    return Figure(
      name: name, title: "Confidence far away", panels: Plot.scenes(plots),
      caption: caption ?? summary(models))
  }

  private static func summary(_ models: [(name: String, profile: RayProfile)]) -> String {
    let texts = models.map { model in
      let profile = model.profile
      let reached = profile.levels.indices.map { i in
        let level = Numbers.percent(profile.levels[i], decimals: profile.levels[i] > 0.99 ? 1 : 0)
        guard let alpha = profile.medianCrossing(level: i) else { return "\(level) never" }
        let sign = alpha <= profile.alphas[0] ? "≤" : "="
        return "\(level) at α \(sign) \(Numbers.brief(alpha))"
      }
      return "\(model.name): \(reached.joined(separator: ", "))"
    }
    return "Lines are medians over rays, bands hold 80 % of them. Where the median ray passes a confidence: "
      + texts.joined(separator: "; ") + "."
  }
}
