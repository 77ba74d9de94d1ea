extension Figures {
  /// Regions of decision, tinted by confidence: white where every class is as likely, the class's full colour where
  /// the model is sure. With the contours P = 1/2 (solid) and P = 1/3 (dashed) of every class, the data,
  /// and rings around what is classified wrongly. One panel per model.
  public static func decisionMap(
    _ panels: [PlanePanel], grid: PlaneGrid, classNames: [String], axes: (x: String, y: String),
    points: PlanePoints? = nil, name: String = "decision-map",
    title: String = "Decisions far from the data",
    caption: String =
      "Decisions far beyond the data. Colour says which class wins, its strength how sure the model is: white is a tie of all."
  ) throws(ReportError) -> Figure {
    var plots: [Plot] = []
    for panel in panels {
      try check(panel, grid, classNames.count, points, name)
      var plot = map(panel, grid, axes)
      let k = classNames.count
      let paper = Color(0xffffff)
      let raster = Raster(width: grid.width, height: grid.height, isSmooth: true) { x, y in
        let row = panel.probabilities[(y * grid.width + x) * k..<(y * grid.width + x + 1) * k]
        let best = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
        let sure = max(0, (row[best] - 1 / Double(k)) / (1 - 1 / Double(k)))
        let color = Paint.Role.series(best - row.startIndex).light
        return (paper.mixed(with: color, 0.04 + 0.68 * sure), 1)
      }
      plot.add(.raster(raster, grid.topLeft, grid.bottomRight))
      for (level, text, dash) in [(0.5, "P = 1/2", []), (1.0 / 3, "P = 1/3", [5, 3])]
        as [(Double, String, [Double])]
      {
        var lines: [[Point]] = []
        for c in 0..<k { lines += contours(panel, grid, level) { row in row[row.startIndex + c] } }
        let line = LineStyle(paint: .color(Color(0x1d2129)), width: 1.3, dash: dash)
        let swatch = LineStyle(paint: .ink, width: 1.3, dash: dash)
        plot.add(.lines(lines, line), lines.isEmpty ? nil : text, swatch: .lines([], swatch))
      }
      add(points, panel, classNames, to: &plot)
      plots.append(plot)
    }
    return Figure(
      name: name, title: title, panels: Plot.scenes(plots), caption: caption)
  }

  /// The confidence (largest probability) as a sequential colour, with its contours. One panel per model.
  public static func confidenceMap(
    _ panels: [PlanePanel], grid: PlaneGrid, classNames: [String], axes: (x: String, y: String),
    points: PlanePoints? = nil, name: String = "confidence-map",
    title: String = "Confidence far from the data",
    caption: String = "How sure each model is, wherever one asks. Yellow is certainty."
  ) throws(ReportError) -> Figure {
    var plots: [Plot] = []
    let k = classNames.count
    let lowest = 1 / Double(max(k, 2))
    for panel in panels {
      try check(panel, grid, k, points, name)
      var plot = map(panel, grid, axes)
      let color: @Sendable (Double) -> Color = { Palette.sequential(($0 - lowest) / (1 - lowest)) }
      let raster = Raster(width: grid.width, height: grid.height, isSmooth: true) { x, y in
        let row = panel.probabilities[(y * grid.width + x) * k..<(y * grid.width + x + 1) * k]
        return (color(row.max() ?? 0), 1)
      }
      plot.add(.raster(raster, grid.topLeft, grid.bottomRight))
      for (level, text, dash) in [(0.95, "0.95", []), (0.5, "0.5", [5, 3])] as [(Double, String, [Double])] {
        let lines = contours(panel, grid, level) { $0.max() ?? 0 }
        let line = LineStyle(paint: .color(Color(0xffffff)), width: 1.4, dash: dash)
        let swatch = LineStyle(paint: .ink, width: 1.4, dash: dash)
        plot.add(.lines(lines, line), lines.isEmpty ? nil : text, swatch: .lines([], swatch))
      }
      plot.colorBar = Plot.ColorBar(label: "confidence", range: lowest...1, color: color)
      if let points {
        let all = zip(points.x, points.y).map { Point($0, $1) }
        plot.add(.markers(all, .faintDatum), "data")
      }
      addNotes(panel, to: &plot)
      plots.append(plot)
    }
    return Figure(
      name: name, title: title, panels: Plot.scenes(plots), caption: caption)
  }

  private static func map(_ panel: PlanePanel, _ grid: PlaneGrid, _ axes: (x: String, y: String)) -> Plot {
    Plot(
      title: panel.title, x: Axis(label: axes.x, range: grid.x, limit: 10),
      y: Axis(label: axes.y, range: grid.y, limit: 8), areaHeight: 310, hasGrid: false)
  }

  private static func add(
    _ points: PlanePoints?, _ panel: PlanePanel, _ classNames: [String], to plot: inout Plot
  ) {
    if let points {
      for c in classNames.indices {
        let own = points.labels.indices.filter { points.labels[$0] == c }.map {
          Point(points.x[$0], points.y[$0])
        }
        plot.add(.markers(own, .forClass(c, radius: 3.4)), classNames[c])
      }
      let wrong = panel.isWrong.indices.filter { panel.isWrong[$0] }.map { Point(points.x[$0], points.y[$0]) }
      if !wrong.isEmpty {
        let ring = Marker(
          sign: .ring, radius: 6.5, paint: .color(Color(0x1d2129)), outline: .color(Color(0xffffff)))
        let swatch = Marker(sign: .ring, radius: 6.5, paint: .ink, outline: nil)
        plot.add(.markers(wrong, ring), "wrong: \(wrong.count)", swatch: .markers([], swatch))
      }
    } else {
      for (c, name) in classNames.enumerated() {
        plot.add(.band(lower: [], upper: [], .series(c).opacity(0.72)), name)
      }
    }
    addNotes(panel, to: &plot)
  }

  private static func addNotes(_ panel: PlanePanel, to plot: inout Plot) {
    for note in panel.notes {
      let at = Point(note.x, note.y)
      let dark = Paint.color(Color(0x1d2129))
      plot.add(.markers([at], Marker(sign: .cross, radius: 5, paint: dark)))
      plot.add(.callout(note.text, at))
    }
  }

  private static func contours(
    _ panel: PlanePanel, _ grid: PlaneGrid, _ level: Double, _ value: (ArraySlice<Double>) -> Double
  ) -> [[Point]] {
    let k = panel.probabilities.count / (grid.width * grid.height)
    let values = (0..<grid.width * grid.height).map { value(panel.probabilities[$0 * k..<($0 + 1) * k]) }
    let crossed = Contours.withoutPlateaus(
      values, width: grid.width, height: grid.height, level: level, tolerance: 0.02)
    return Contours.lines(crossed, width: grid.width, height: grid.height, level: level)
      // Crumbs at the edge of a plateau.
      .filter { $0.count >= 14 }
      .map { line in line.map { grid.position($0) } }
  }

  private static func check(
    _ panel: PlanePanel, _ grid: PlaneGrid, _ classes: Int, _ points: PlanePoints?, _ name: String
  ) throws(ReportError) {
    let cells = grid.width * grid.height
    try require(classes >= 2, name, "it needs at least 2 classes, not \(classes)")
    try require(grid.width >= 2 && grid.height >= 2, name, "its grid has \(grid.width)×\(grid.height) cells")
    try require(
      panel.probabilities.count == cells * classes, name,
      "\(panel.title) has \(panel.probabilities.count) probabilities where \(cells) cells of \(classes) classes need \(cells * classes)"
    )
    guard let points else { return }
    let n = points.labels.count
    try require(
      points.x.count == n && points.y.count == n, name,
      "the data has \(points.x.count) x, \(points.y.count) y and \(n) labels")
    try require(
      panel.isWrong.isEmpty || panel.isWrong.count == n, name,
      "\(panel.title) has \(panel.isWrong.count) results for \(n) data points")
  }
}
