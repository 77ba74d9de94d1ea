import Foundation

/// Samples whose confidence is compared between float and int8.
public struct ScatterGroup: Sendable, Equatable {
  /// The set's name.
  public var name: String
  /// The device's confidence, one per sample.
  public var int8: [Double]
  /// The float model's probability of the same class, one per sample.
  public var float: [Double]

  /// Wraps its parts.
  public init(name: String, int8: [Double], float: [Double]) {
    self.name = name
    self.int8 = int8
    self.float = float
  }
}

extension Figures {
  /// The device's confidence against the float model's probability of the same class: once as they are, once their
  /// difference. With a certified gap the bracket is drawn: the float model can't be outside it, for any input.
  ///
  /// Many points become a picture of their density, so that files stay small.
  public static func confidenceScatter(
    _ groups: [ScatterGroup], gap: Double? = nil, name: String = "confidence-scatter",
    caption: String? = nil
  ) throws(ReportError) -> Figure {
    for group in groups {
      try require(
        group.int8.count == group.float.count, name,
        "\(group.name) has \(group.int8.count) int8 and \(group.float.count) float values")
    }
    let lowest = min(
      0.5, groups.flatMap { $0.int8 + $0.float }.min() ?? 0)
    let start = (lowest * 10).rounded(.down) / 10
    let range = max(0, start - 0.02)...1.02
    let grid = (0...200).map { start + (1 - start) * Double($0) / 200 }

    var levels = Plot(
      title: "Float against int8", x: Axis(label: "confidence of the int8 program", range: range),
      y: Axis(label: "probability in the float model", range: range), areaHeight: 300)
    addBracket(gap, grid, to: &levels) { $1 }
    levels.add(
      .line([Point(start, start), Point(1, 1)], LineStyle(paint: .frame, width: 1, dash: [4, 3])), "equal")
    levels.addDots(groups.map { group in (group.name, zip(group.int8, group.float).map { Point($0, $1) }) })

    let worst = groups.flatMap { g in zip(g.int8, g.float).map { abs($1 - $0) } }.max() ?? 0
    let band = gap.map { tanh($0 / 4) } ?? 0
    let reach = max(1e-6, 1.15 * max(worst, min(band, 6 * worst)))
    var differences = Plot(
      title: "Float minus int8", x: Axis(label: "confidence of the int8 program", range: range),
      y: Axis(label: "difference of probability", range: -reach...reach), areaHeight: 300)
    addBracket(gap, grid, to: &differences) { p, bound in bound - p }
    differences.add(
      .line([Point(start, 0), Point(1, 0)], LineStyle(paint: .frame, width: 1, dash: [4, 3])))
    differences.addDots(
      groups.map { group in (group.name, zip(group.int8, group.float).map { Point($0, $1 - $0) }) })

    let observed = "The largest difference on these samples is \(Numbers.brief(worst))."
    let proven =
      gap.map {
        " The shaded bracket is certified: with the gap c = \(Numbers.brief($0)) no input at all can move a probability by more than tanh(c/4) = \(Numbers.brief(tanh($0 / 4)))."
      } ?? ""
    return Figure(
      name: name, title: "Confidence, float against int8", panels: Plot.scenes([levels, differences]),
      caption: caption ?? observed + proven)
  }

  /// The band between the bracket's ends for every confidence p: p/(p + (1 − p)·e^±c).
  private static func addBracket(
    _ gap: Double?, _ grid: [Double], to plot: inout Plot, _ height: (_ p: Double, _ bound: Double) -> Double
  ) {
    guard let gap else { return }
    let e = exp(gap)
    let lower = grid.map { Point($0, height($0, $0 / ($0 + (1 - $0) * e))) }
    let upper = grid.map { Point($0, height($0, $0 * e / ($0 * e + 1 - $0))) }
    plot.add(.band(lower: lower, upper: upper, .muted.opacity(0.16)), "certified bracket")
    plot.add(.lines([lower, upper], LineStyle(paint: .muted, width: 0.8)))
  }
}
