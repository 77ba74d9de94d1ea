/// A row or more of signs with names, above the axes, where it can't cover data.
struct Legend {
  struct Entry {
    var label: String
    var shape: Plot.Shape
  }

  let entries: [Entry]
  static let size = 12.0
  static let rowHeight = 19.0
  private static let swatch = 22.0
  private static let gap = 13.0

  /// The entries in rows that fit `width`.
  func rows(width: Double) -> [[(entry: Entry, x: Double)]] {
    var rows: [[(Entry, Double)]] = []
    var x = 0.0
    for entry in entries {
      let needed = Self.swatch + 5 + StrokeFont.width(of: entry.label, size: Self.size)
      if rows.isEmpty || (x > 0 && x + needed > width) {
        rows.append([])
        x = 0
      }
      rows[rows.count - 1].append((entry, x))
      x += needed + Self.gap
    }
    return rows
  }

  func height(width: Double) -> Double { Double(rows(width: width).count) * Self.rowHeight }

  /// Draws the rows with their top left corner at `origin`.
  func draw(in scene: inout Scene, at origin: Point, width: Double) {
    for (r, row) in rows(width: width).enumerated() {
      let middle = origin.y + (Double(r) + 0.5) * Self.rowHeight
      for (entry, x) in row {
        let left = origin.x + x
        drawSwatch(entry.shape, in: &scene, Rect(left, middle - 5, Self.swatch, 10))
        scene.text(
          entry.label, at: Point(left + Self.swatch + 5, middle + Self.size * StrokeFont.capHeight / 2),
          size: Self.size)
      }
    }
  }

  private func drawSwatch(_ shape: Plot.Shape, in scene: inout Scene, _ box: Rect) {
    let (left, right) = (Point(box.x + 1, box.center.y), Point(box.right - 1, box.center.y))
    switch shape {
    case .line(_, let style), .lines(_, let style):
      scene.stroke(.line(left, right), style.paint, width: style.width, dash: style.dash, cap: .butt)
    case .band(_, _, let paint):
      scene.fill(.rectangle(Rect(box.x + 1, box.y, box.width - 2, box.height)), paint)
    case .markers(_, let marker):
      var large = marker
      large.radius = min(5, max(4, marker.radius))
      large.draw(at: box.center, in: &scene)
    case .raster, .note, .callout: break
    }
  }
}
