/// A picture as a list of shapes, painted in order. PNG and SVG are written from the same scene.
///
/// One unit is one CSS pixel; x goes to the right, y down.
public struct Scene: Equatable, Sendable {
  /// The size in CSS pixels.
  public let width: Double
  /// From top to bottom.
  public let height: Double
  /// What a screen reader says for the picture.
  public var title: String
  var items: [Item] = []

  init(width: Double, height: Double, title: String) {
    self.width = width
    self.height = height
    self.title = title
  }

  indirect enum Item: Equatable, Sendable {
    /// Inside by the nonzero winding rule.
    case fill(Path, Paint)
    case stroke(Path, Stroke)
    case text(Text)
    case image(Raster, Rect)
    /// Items of which only the part inside the rectangle is seen.
    case clip(Rect, [Item])
    /// Items moved by an offset.
    case shift(Point, [Item])
  }

  mutating func fill(_ path: Path, _ paint: Paint) { items.append(.fill(path, paint)) }

  mutating func stroke(
    _ path: Path, _ paint: Paint, width: Double, dash: [Double] = [], cap: Stroke.Cap = .round
  ) {
    items.append(.stroke(path, Stroke(paint: paint, width: width, dash: dash, cap: cap)))
  }

  mutating func text(
    _ string: String, at p: Point, size: Double = 12, _ paint: Paint = .ink,
    align: Text.Alignment = .start, bold: Bool = false, rotated: Bool = false
  ) {
    items.append(
      .text(
        Text(string: string, at: p, size: size, paint: paint, align: align, bold: bold, rotated: rotated)))
  }

  mutating func image(_ raster: Raster, in rect: Rect) { items.append(.image(raster, rect)) }

  /// Paints what `body` draws, but only inside `rect`.
  mutating func clipped(to rect: Rect, _ body: (inout Scene) -> Void) {
    var inner = Scene(width: width, height: height, title: "")
    body(&inner)
    items.append(.clip(rect, inner.items))
  }
}

/// How a line is drawn. Joins are round.
struct Stroke: Equatable, Sendable {
  enum Cap: Equatable, Sendable { case butt, round }

  var paint: Paint
  var width: Double
  /// Lengths of dashes and gaps in turn; none for a solid line.
  var dash: [Double] = []
  var cap = Cap.round
}

/// One line of text.
struct Text: Equatable, Sendable {
  enum Alignment: Equatable, Sendable { case start, middle, end }

  var string: String
  /// On the baseline, at the start, middle or end of the text.
  var at: Point
  /// Height of the em square.
  var size: Double
  var paint: Paint
  var align = Alignment.start
  var bold = false
  /// Whether it reads upwards (turned by −90°).
  var rotated = false

  /// Both back-ends make the text exactly this wide.
  var width: Double { StrokeFont.width(of: string, size: size, bold: bold) }
}

extension Scene {
  /// Scenes beside and below each other, as one picture.
  ///
  /// - Parameter columns: how many scenes a row has.
  static func grid(_ scenes: [Scene], columns: Int, gap: Double = 12) -> Scene {
    var cells: [(origin: Point, scene: Scene)] = []
    var y = 0.0
    var width = 0.0
    for start in stride(from: 0, to: scenes.count, by: max(columns, 1)) {
      let row = scenes[start..<min(start + max(columns, 1), scenes.count)]
      var x = 0.0
      for scene in row {
        cells.append((Point(x, y), scene))
        x += scene.width + gap
      }
      width = max(width, x - gap)
      y += (row.map(\.height).max() ?? 0) + gap
    }
    var result = Scene(
      width: max(width, 1), height: max(y - gap, 1), title: scenes.map(\.title).joined(separator: "; "))
    for cell in cells { result.items.append(.shift(cell.origin, cell.scene.items)) }
    return result
  }
}
