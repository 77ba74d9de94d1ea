/// A panel: data over two axes, with title and legend.
struct Plot: Sendable {
  var title: String
  var x: Axis
  var y: Axis
  /// The width of the whole panel and the height of the area inside the axes.
  var width = Plot.standardWidth
  var areaHeight = 280.0
  /// Whether grid lines are drawn.
  var hasGrid = true
  var layers: [Layer] = []
  /// A colour scale at the right side.
  var colorBar: ColorBar?

  /// What fits a phone's screen without becoming unreadable, and twice beside each other on a page.
  static let standardWidth = 420.0

  /// Something drawn over the axes. All coordinates are data coordinates.
  struct Layer: Sendable {
    var shape: Shape
    /// The entry in the legend; none when nil.
    var label: String?
    /// What the legend draws instead of the shape.
    var swatch: Shape?
  }

  enum Shape: Sendable {
    case line([Point], LineStyle)
    /// The area between two curves over the same x.
    case band(lower: [Point], upper: [Point], Paint)
    case markers([Point], Marker)
    /// Fills its rectangle, given by two corners.
    case raster(Raster, Point, Point)
    /// Many separate lines of one style.
    case lines([[Point]], LineStyle)
    /// Small text on the axes' own background, just above a point.
    case note(String, Point, Text.Alignment)
    /// A boxed text beside a point, readable on any background.
    case callout(String, Point)
  }

  struct ColorBar: Sendable {
    var label: String
    var range: ClosedRange<Double>
    var scale = Axis.Scale.linear
    var color: @Sendable (Double) -> Color

    var axis: Axis { Axis(label: label, range: range, scale: scale, limit: 6) }
  }

  mutating func add(_ shape: Shape, _ label: String? = nil, swatch: Shape? = nil) {
    layers.append(Layer(shape: shape, label: label, swatch: swatch))
  }
}

/// How a curve is drawn.
struct LineStyle: Equatable, Sendable {
  var paint: Paint
  var width = 2.0
  var dash: [Double] = []
}

/// A sign at a data point.
struct Marker: Equatable, Sendable {
  enum Sign: Equatable, Sendable, CaseIterable {
    case circle, square, triangle, diamond, cross, plus, down, ring
  }

  var sign: Sign
  var radius = 4.0
  var paint: Paint
  /// Drawn around filled signs, so that they stand out on any background.
  var outline: Paint? = .color(Color(0xffffff))

  /// Signs for classes: each class has its own sign besides its colour.
  ///
  /// Their colours are the light page's also on a dark one, because they stand on a map with light colours.
  static func forClass(_ index: Int, radius: Double = 4) -> Marker {
    let signs: [Sign] = [.circle, .triangle, .square, .diamond, .down, .cross, .plus]
    return Marker(
      sign: signs[index % signs.count], radius: radius,
      paint: .color(Paint.Role.series(index).light))
  }

  func draw(at p: Point, in scene: inout Scene) {
    func polygon(_ offsets: [(Double, Double)]) -> Path {
      .polyline(offsets.map { Point(p.x + $0.0 * radius, p.y + $0.1 * radius) }, closed: true)
    }
    let path: Path
    switch sign {
    case .circle: path = .circle(p, radius)
    case .square: path = polygon([(-0.87, -0.87), (0.87, -0.87), (0.87, 0.87), (-0.87, 0.87)])
    case .triangle: path = polygon([(0, -1.15), (1.05, 0.75), (-1.05, 0.75)])
    case .down: path = polygon([(0, 1.15), (-1.05, -0.75), (1.05, -0.75)])
    case .diamond: path = polygon([(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)])
    case .cross, .plus:
      let d = sign == .cross ? 0.8 * radius : 0
      let r = sign == .plus ? radius : d
      var lines = Path()
      lines.move(Point(p.x - r, p.y - d))
      lines.line(Point(p.x + r, p.y + d))
      lines.move(Point(p.x + (sign == .plus ? 0 : r), p.y - (sign == .plus ? r : d)))
      lines.line(Point(p.x - (sign == .plus ? 0 : r), p.y + (sign == .plus ? r : d)))
      if let outline { scene.stroke(lines, outline, width: 3.4) }
      scene.stroke(lines, paint, width: 1.8)
      return
    case .ring:
      if let outline { scene.stroke(.circle(p, radius), outline, width: 3) }
      scene.stroke(.circle(p, radius), paint, width: 1.5)
      return
    }
    if let outline { scene.stroke(path, outline, width: 1.6) }
    scene.fill(path, paint)
  }
}
