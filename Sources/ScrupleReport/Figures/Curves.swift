/// A named curve.
public struct Curve: Sendable, Equatable {
  /// What the legend calls it.
  public var name: String
  /// Positions and heights, equally many.
  public var x: [Double]
  /// Heights.
  public var y: [Double]

  /// Positions default to 1, 2, 3, …: epochs.
  public init(name: String, x: [Double]? = nil, y: [Double]) {
    self.name = name
    self.x = x ?? y.indices.map { Double($0 + 1) }
    self.y = y
  }
}

/// Curves over common axes.
public struct CurvePanel: Sendable, Equatable {
  /// The panel's title.
  public var title: String
  /// What stands at the axes.
  public var xLabel: String
  /// What stands at the y axis.
  public var yLabel: String
  /// What is drawn.
  public var curves: [Curve]
  /// Whether heights are shown in powers of ten.
  public var isLogarithmic: Bool

  /// Wraps its parts.
  public init(
    title: String, xLabel: String = "epoch", yLabel: String, curves: [Curve], isLogarithmic: Bool = false
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.curves = curves
    self.isLogarithmic = isLogarithmic
  }
}

extension Figures {
  /// Loss, accuracy and the like over the epochs of training.
  public static func trainingCurves(
    _ panels: [CurvePanel], name: String = "training", title: String = "Training",
    caption: String = "Loss and accuracy over the epochs of training."
  ) throws(ReportError) -> Figure {
    var plots: [Plot] = []
    for panel in panels { plots.append(try curves(panel, figure: name)) }
    return Figure(name: name, title: title, panels: Plot.scenes(plots), caption: caption)
  }

  private static func curves(_ panel: CurvePanel, figure: String) throws(ReportError) -> Plot {
    var runs: [(name: String, points: [Point])] = []
    for curve in panel.curves {
      try require(
        curve.x.count == curve.y.count, figure,
        "the curve \(curve.name) has \(curve.x.count) positions and \(curve.y.count) heights")
      let points = zip(curve.x, curve.y).map { Point($0, $1) }.filter {
        $0.x.isFinite && $0.y.isFinite && (!panel.isLogarithmic || $0.y > 0)
      }
      runs.append((curve.name, points))
    }
    let heights = runs.flatMap { $0.points.map(\.y) }
    let yRange: ClosedRange<Double>
    if panel.isLogarithmic {
      yRange = (heights.min() ?? 0.1) * 0.8...(heights.max() ?? 1) * 1.25
    } else {
      yRange = Axis.range(covering: heights)
    }
    var plot = Plot(
      title: panel.title,
      x: Axis(
        label: panel.xLabel, range: Axis.range(covering: runs.flatMap { $0.points.map(\.x) }, margin: 0.02)),
      y: Axis(label: panel.yLabel, range: yRange, scale: panel.isLogarithmic ? .logarithmic : .linear),
      areaHeight: 230)
    for (i, run) in runs.enumerated() {
      let style = LineStyle(paint: .series(i), dash: Dashes.forSeries(i))
      if run.points.count > 400 {
        // Epochs by the thousand: all of them faintly, and their running mean.
        plot.add(.line(run.points, LineStyle(paint: .series(i).opacity(0.3), width: 0.8)))
        plot.add(.line(runningMean(run.points, window: run.points.count / 80), style), run.name)
      } else {
        plot.add(.line(run.points, style), run.name)
      }
      if run.points.count <= 30 {
        plot.add(.markers(run.points, Marker(sign: .circle, radius: 2.6, paint: .series(i), outline: nil)))
      }
    }
    return plot
  }
}

/// The mean of the `window` points around each point, fewer at the ends.
private func runningMean(_ points: [Point], window: Int) -> [Point] {
  var sums = [0.0]
  for p in points { sums.append(sums[sums.count - 1] + p.y) }
  return points.indices.map { i in
    let half = min(window / 2, i, points.count - 1 - i)
    return Point(points[i].x, (sums[i + half + 1] - sums[i - half]) / Double(2 * half + 1))
  }
}

/// Dash patterns, so that curves also differ without colour.
enum Dashes {
  static func forSeries(_ i: Int) -> [Double] {
    let patterns: [[Double]] = [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [4, 2], [12, 4]]
    return patterns[i % patterns.count]
  }
}
