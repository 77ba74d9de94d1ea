import ScrupleEvaluation

/// Confidences of one set under one model.
public struct ConfidenceGroup: Sendable, Equatable {
  /// The set's name.
  public var name: String
  /// One confidence per sample.
  public var confidences: [Double]

  /// Wraps its parts.
  public init(name: String, confidences: [Double]) {
    self.name = name
    self.confidences = confidences
  }
}

extension Figures {
  /// How confidences are spread, in-distribution (filled) against OOD sets (lines). One panel per model.
  ///
  /// - Parameter panels: a title, the in-distribution set, and the OOD sets.
  public static func confidenceHistograms(
    _ panels: [(title: String, data: ConfidenceGroup, ood: [ConfidenceGroup])], bins: Int = 40,
    name: String = "confidence-histograms",
    caption: String =
      "Confidences inside and outside the distribution. The less the filled shape and the lines overlap, the better a threshold can tell them apart."
  ) throws(ReportError) -> Figure {
    let lowest = panels.flatMap { p in ([p.data] + p.ood).flatMap(\.confidences) }.min() ?? 0
    let start = max(0, (lowest * 10).rounded(.down) / 10)
    let range = min(start, 0.9)...1
    var shares: [[(name: String, shares: [Double])]] = []
    for panel in panels {
      var all: [(String, [Double])] = []
      for group in [panel.data] + panel.ood {
        do {
          all.append((group.name, try Histogram(group.confidences, range: range, bins: bins).shares))
        } catch {
          throw .invalidFigure(name: name, reason: "\(group.name): \(error)")
        }
      }
      shares.append(all)
    }
    let highest = shares.joined().flatMap(\.shares).max() ?? 1
    let plots = zip(panels, shares).map { panel, sets in
      var plot = Plot(
        title: panel.title, x: Axis(label: "confidence", range: range),
        y: Axis(
          label: "share of samples (√ scale)", range: 0...max(highest, 1e-6) * 1.08, scale: .squareRoot),
        areaHeight: 230)
      for (i, set) in sets.enumerated() {
        let steps = outline(set.shares, range)
        if i == 0 {
          let floor = [Point(range.lowerBound, 0), Point(range.upperBound, 0)]
          plot.add(.band(lower: floor, upper: steps, .series(0).opacity(0.35)), set.name)
          plot.add(.line(steps, LineStyle(paint: .series(0), width: 1.5)))
        } else {
          let style = LineStyle(paint: .series(i), width: 1.8, dash: Dashes.forSeries(i - 1))
          plot.add(.line(steps, style), set.name)
        }
      }
      return plot
    }
    return Figure(
      name: name, title: "How confidences are spread", panels: Plot.scenes(plots), caption: caption)
  }

  /// The upper outline of a histogram.
  private static func outline(_ shares: [Double], _ range: ClosedRange<Double>) -> [Point] {
    let step = (range.upperBound - range.lowerBound) / Double(shares.count)
    return shares.enumerated().flatMap { i, share in
      [
        Point(range.lowerBound + Double(i) * step, share),
        Point(range.lowerBound + Double(i + 1) * step, share),
      ]
    }
  }
}
