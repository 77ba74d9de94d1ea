extension PlaneGrid {
  /// The grid whose cells are all pairs of bytes that a device can read: byte 0 of the first feature stands for the lower
  /// end of `x`, byte 255 for its upper end, and the middles of the cells are exactly these values.
  public static func ofBytes(x: ClosedRange<Double>, y: ClosedRange<Double>) -> PlaneGrid {
    func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
      let half = (range.upperBound - range.lowerBound) / 510
      return range.lowerBound - half...range.upperBound + half
    }
    return PlaneGrid(x: widened(x), y: widened(y), width: 256, height: 256)
  }

  /// The bytes of all cells of ``ofBytes(x:y:)``: 65,536 × 2, in the order of ``inputs``.
  public static let allBytes: [UInt8] = (0..<256).flatMap { row in
    (0..<256).flatMap { column in [UInt8(column), UInt8(255 - row)] }
  }
}

/// How far one model's int8 program is from its float twin, cell by cell.
public struct DifferencePanel: Sendable, Equatable {
  /// The panel's title.
  public var title: String
  /// height × width values, in the order of `PlaneGrid.inputs`: the largest change of a class's probability there.
  public var changes: [Double]
  /// The largest change, where it is proved, and where it is.
  public var maximum: Maximum?

  /// Wraps its parts.
  public init(title: String, changes: [Double], maximum: Maximum? = nil) {
    self.title = title
    self.changes = changes
    self.maximum = maximum
  }

  /// The largest change of a probability anywhere in the plane.
  public struct Maximum: Sendable, Equatable {
    /// Where it is, in the features' own units.
    public var x: Double
    /// The second feature.
    public var y: Double
    /// How large it is.
    public var value: Double

    /// Wraps its parts.
    public init(x: Double, y: Double, value: Double) {
      self.x = x
      self.y = y
      self.value = value
    }
  }
}

extension Figures {
  /// |p_int8 − p_float| over the plane, the largest of all classes, with its maximum marked where it is. Each panel has a
  /// colour scale of its own, by the square root, so that small changes show beside large ones.
  public static func differenceMap(
    _ panels: [DifferencePanel], grid: PlaneGrid, axes: (x: String, y: String), points: PlanePoints? = nil,
    name: String = "difference-map", title: String = "Where int8 and float differ",
    caption: String =
      "How far the int8 program is from its float twin at every input that the device can read: the largest change of a"
      + " class's probability. The cross is where it is largest."
  ) throws(ReportError) -> Figure {
    var plots: [Plot] = []
    for panel in panels {
      try require(
        panel.changes.count == grid.width * grid.height, name,
        "\(panel.title) has \(panel.changes.count) values for \(grid.width)×\(grid.height) cells")
      let largest = panel.changes.max() ?? 0
      try require(
        largest.isFinite && panel.changes.allSatisfy { $0 >= 0 }, name,
        "\(panel.title) has changes that are negative or not finite")
      var plot = Plot(
        title: panel.title, x: Axis(label: axes.x, range: grid.x, limit: 10),
        y: Axis(label: axes.y, range: grid.y, limit: 8), areaHeight: 310, hasGrid: false)
      let top = largest > 0 ? largest : 1
      let color: @Sendable (Double) -> Color = { Palette.sequential(($0 / top).squareRoot()) }
      let raster = Raster(width: grid.width, height: grid.height, isSmooth: false) { x, y in
        (color(panel.changes[y * grid.width + x]), 1)
      }
      plot.add(.raster(raster, grid.topLeft, grid.bottomRight))
      plot.colorBar = Plot.ColorBar(label: "|Δp|", range: 0...top, scale: .squareRoot, color: color)
      if let points {
        let all = zip(points.x, points.y).map { Point($0, $1) }
        plot.add(.markers(all, .faintDatum), "data")
      }
      if let maximum = panel.maximum {
        let cross = Marker(
          sign: .cross, radius: 7, paint: .color(Color(0xd00000)), outline: .color(Color(0xffffff)))
        let place = [maximum.x, maximum.y].map { Numbers.fixed($0, decimals: 1) }.joined(separator: ", ")
        plot.add(
          .markers([Point(maximum.x, maximum.y)], cross),
          "proved maximum: \(Numbers.brief(maximum.value)) at (\(place))")
      }
      plots.append(plot)
    }
    return Figure(name: name, title: title, panels: Plot.scenes(plots), caption: caption)
  }
}

extension Marker {
  /// A small white dot that stays visible on a coloured map and does not hide it.
  static let faintDatum = Marker(
    sign: .circle, radius: 1.6, paint: .color(Color(0xffffff)), outline: .color(Color(0x1d2129)))
}
