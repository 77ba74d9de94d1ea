extension Plot {
  /// Draws a layer inside the axes.
  func draw(_ shape: Shape, in scene: inout Scene, _ area: Rect) {
    switch shape {
    case .line(let points, let style):
      draw([points], style, in: &scene, area)
    case .lines(let lines, let style):
      draw(lines, style, in: &scene, area)
    case .band(let lower, let upper, let paint):
      let outline = (lower + upper.reversed()).map { place($0, area) }
      scene.fill(.polyline(outline, closed: true), paint)
    case .markers(let points, let marker):
      for p in points {
        let at = place(p, area)
        if area.contains(at, slack: 6) { marker.draw(at: at, in: &scene) }
      }
    case .raster(let raster, let a, let b):
      let (p, q) = (place(a, area), place(b, area))
      scene.image(
        raster, in: Rect(min(p.x, q.x), min(p.y, q.y), abs(q.x - p.x), abs(q.y - p.y)))
    case .note(let text, let p, let align):
      let at = place(p, area)
      scene.text(text, at: Point(at.x, at.y - 4), size: 11, .muted, align: align)
    case .callout(let text, let p):
      drawCallout(text, place(p, area), in: &scene, area)
    }
  }

  /// The box stands to the right of the point, or to the left where there is no room.
  private func drawCallout(_ text: String, _ at: Point, in scene: inout Scene, _ area: Rect) {
    let size = 11.0
    let width = StrokeFont.width(of: text, size: size) + 8
    let left = at.x + 9 + width < area.right ? at.x + 9 : at.x - 9 - width
    let top = max(area.y + 2, min(area.bottom - 18, at.y - 8))
    scene.fill(.rectangle(Rect(left, top, width, 16)), .color(Color(0xffffff)).opacity(0.88))
    scene.text(
      text, at: Point(left + 4, top + 8 + size * StrokeFont.capHeight / 2), size: size,
      .color(Color(0x1d2129)))
  }

  private func draw(_ lines: [[Point]], _ style: LineStyle, in scene: inout Scene, _ area: Rect) {
    var path = Path()
    for line in lines {
      let placed = Simplifier.simplified(line.map { place($0, area) }, tolerance: 0.15)
      path.elements += Path.polyline(placed).elements
    }
    guard !path.elements.isEmpty else { return }
    scene.stroke(
      path, style.paint, width: style.width, dash: style.dash, cap: style.dash.isEmpty ? .round : .butt)
  }
}

/// Leaves out points of a line that don't show (Ramer 1972; Douglas & Peucker 1973).
enum Simplifier {
  /// A line through some of the points, from which none of the others is farther than `tolerance`.
  static func simplified(_ points: [Point], tolerance: Double) -> [Point] {
    guard points.count > 2 else { return points }
    var keep = [Bool](repeating: false, count: points.count)
    keep[0] = true
    keep[points.count - 1] = true
    var open = [(0, points.count - 1)]
    while let (first, last) = open.popLast() {
      var worst = (index: -1, distance: tolerance)
      for i in first + 1..<max(last, first + 1) {
        let d = distance(points[i], points[first], points[last])
        if d > worst.distance { worst = (i, d) }
      }
      if worst.index >= 0 {
        keep[worst.index] = true
        open.append((first, worst.index))
        open.append((worst.index, last))
      }
    }
    return points.indices.filter { keep[$0] }.map { points[$0] }
  }

  /// Distance of `p` from the segment from `a` to `b`.
  private static func distance(_ p: Point, _ a: Point, _ b: Point) -> Double {
    let d = b - a
    let square = d.x * d.x + d.y * d.y
    guard square > 0 else { return (p - a).length }
    let t = max(0, min(1, ((p.x - a.x) * d.x + (p.y - a.y) * d.y) / square))
    return (p - (a + d * t)).length
  }
}
