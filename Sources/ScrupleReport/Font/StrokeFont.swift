import Foundation

/// A font of single strokes, for the PNG back-end and for measuring text in both.
///
/// Advance widths follow the Helvetica class of fonts, so that a browser's sans-serif in the SVG back-end fits the
/// same boxes. Glyphs are drawn by `Glyphs`; heights below are in thousandths of the text size.
enum StrokeFont {
  /// Height of capitals and digits over the baseline.
  static let capHeight = 0.72
  /// How far p and q reach below the baseline.
  static let descent = 0.21
  /// Stroke widths in thousandths of the size.
  static let regularStroke = 82.0
  static let boldStroke = 122.0
  /// Glyph drawings have their baseline stroke's centre at 0; this lifts it by half a stroke.
  static let lift = 40.0

  /// The advance width of a text.
  static func width(of text: String, size: Double, bold: Bool = false) -> Double {
    text.decomposedStringWithCanonicalMapping.unicodeScalars.reduce(0) {
      $0 + glyph($1).advance
    } * size / 1000 * (bold ? 1.05 : 1)
  }

  /// The strokes of a text whose baseline starts at the origin, y down.
  static func path(of text: String, size: Double, bold: Bool = false) -> Path {
    var result = Path()
    var x = 0.0
    let spread = bold ? 1.05 : 1
    for scalar in text.decomposedStringWithCanonicalMapping.unicodeScalars {
      let glyph = glyph(scalar)
      // Combining marks have no width and sit over the letter before them.
      let place = Transform(
        a: size / 1000 * spread, d: -size / 1000, e: x, f: -lift * size / 1000)
      result.elements += glyph.path.applying(place).elements
      x += glyph.advance * size / 1000 * spread
    }
    return result
  }

  /// The width of the pen.
  static func strokeWidth(size: Double, bold: Bool) -> Double {
    (bold ? boldStroke : regularStroke) * size / 1000
  }

  struct Glyph: Sendable {
    var advance: Double
    /// y up, baseline at 0.
    var path: Path
  }

  private static func glyph(_ scalar: Unicode.Scalar) -> Glyph { glyphs[scalar] ?? unknown }

  /// What is drawn for a character that the font lacks.
  private static let unknown = Glyph(
    advance: 556, path: GlyphParser.path("M 90 0 L 90 640 L 466 640 L 466 0 Z"))

  private static let glyphs: [Unicode.Scalar: Glyph] = {
    var table: [Unicode.Scalar: Glyph] = [:]
    for line in Glyphs.table.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard parts.count >= 2, let scalar = parts[0].unicodeScalars.first, let width = Double(parts[1]) else {
        continue
      }
      table[scalar] = Glyph(
        advance: width, path: GlyphParser.path(parts.count > 2 ? parts[2] : ""))
    }
    table[" "] = Glyph(advance: 278, path: Path())
    table["\u{a0}"] = table[" "]
    table["\u{2009}"] = Glyph(advance: 140, path: Path())
    for (raised, base) in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻".unicodeScalars, "0123456789−".unicodeScalars) {
      table[raised] = table[base].map { scaled($0, 0.62, raisedBy: 300) }
    }
    for (lowered, base) in zip("₀₁₂₃₄₅₆₇₈₉".unicodeScalars, "0123456789".unicodeScalars) {
      table[lowered] = table[base].map { scaled($0, 0.62, raisedBy: -130) }
    }
    if let one = table["¹"], let two = table["₂"] {
      var half = one.path
      half.elements += GlyphParser.path("M 200 -20 L 590 660").elements
      half.elements += two.path.applying(Transform(e: 430, f: 110)).elements
      table["½"] = Glyph(advance: 834, path: half)
    }
    return table
  }()

  private static func scaled(_ glyph: Glyph, _ factor: Double, raisedBy offset: Double) -> Glyph {
    Glyph(
      advance: glyph.advance * factor,
      path: glyph.path.applying(Transform(a: factor, d: factor, f: offset)))
  }
}

/// Reads the drawing language of `Glyphs.table`: absolute coordinates, y up.
///
///     M x y      move            L x y …    lines           C x1 y1 x2 y2 x y   cubic
///     E cx cy rx ry  ellipse     A cx cy rx ry from to  arc in degrees     D x y  dot     Z  close
enum GlyphParser {
  static func path(_ drawing: String) -> Path {
    var path = Path()
    var tokens = drawing.split(separator: " ")[...]
    func number() -> Double { tokens.popFirst().flatMap { Double($0) } ?? 0 }
    func point() -> Point {
      let x = number()
      return Point(x, number())
    }
    while let command = tokens.popFirst() {
      switch command {
      case "M": path.move(point())
      case "L":
        while let next = tokens.first, Double(next) != nil { path.line(point()) }
      case "C":
        while let next = tokens.first, Double(next) != nil {
          let (a, b) = (point(), point())
          path.cubic(a, b, point())
        }
      case "E":
        let (center, radii) = (point(), point())
        path.arc(center, radii.x, radii.y, from: 0, to: 360, moving: true)
        path.close()
      case "A":
        let (center, radii) = (point(), point())
        let from = number()
        path.arc(center, radii.x, radii.y, from: from, to: number(), moving: true)
      case "D":
        let p = point()
        path.move(Point(p.x, p.y + 8))
        path.line(Point(p.x, p.y - 8))
      case "Z": path.close()
      default: continue
      }
    }
    return path
  }
}
