import Foundation

/// Turns lines of a width into outlines whose union, by the nonzero rule, is the stroke.
enum Stroker {
  /// Outlines of the stroke of `lines`, all wound the same way.
  ///
  /// - Parameters:
  ///   - width: of the pen, in the units of `lines`.
  ///   - dash: lengths of dashes and gaps in turn; none for a solid line.
  static func outlines(
    of lines: [Path.Polyline], width: Double, dash: [Double] = [], cap: Stroke.Cap
  ) -> [[Point]] {
    let pieces = dash.isEmpty ? lines : lines.flatMap { dashed($0, dash) }
    return pieces.flatMap { outline($0, radius: width / 2, cap: cap) }
  }

  private static func outline(_ line: Path.Polyline, radius: Double, cap: Stroke.Cap) -> [[Point]] {
    var points: [Point] = []
    for p in line.points where points.last.map({ ($0 - p).length > 1e-9 }) ?? true { points.append(p) }
    guard points.count > 1 else {
      return cap == .round && !points.isEmpty ? [disc(points[0], radius)] : []
    }
    if line.isClosed { points.append(points[0]) }
    var result: [[Point]] = []
    for (a, b) in zip(points, points.dropFirst()) {
      let d = b - a
      guard d.length > 1e-9 else { continue }
      let n = Point(d.y, -d.x) * (radius / d.length)
      result.append([a + n, b + n, b - n, a - n])
    }
    // Round joins; where the line bends little, the wedge is too thin to be seen.
    for i in points.indices.dropFirst().dropLast()
    where bends(points[i - 1], points[i], points[i + 1], radius) {
      result.append(disc(points[i], radius))
    }
    if line.isClosed {
      result.append(disc(points[0], radius))
    } else if cap == .round {
      result.append(disc(points[0], radius))
      result.append(disc(points[points.count - 1], radius))
    }
    return result
  }

  /// Whether the gap between two segments' outlines at their join is wider than 0.02.
  private static func bends(_ a: Point, _ b: Point, _ c: Point, _ radius: Double) -> Bool {
    let u = b - a
    let v = c - b
    let dot = (u.x * v.x + u.y * v.y) / max(u.length * v.length, 1e-18)
    return radius * (1 - dot) > 0.02
  }

  private static func disc(_ center: Point, _ radius: Double) -> [Point] {
    // A polygon of the circle's area, wound like the segments' outlines.
    let n = max(8, min(64, Int((6 * radius.squareRoot() * 2).rounded(.up))))
    let step = 2 * Double.pi / Double(n)
    let r = radius * (step / sin(step)).squareRoot()
    return (0..<n).map {
      Point(center.x + r * cos(Double($0) * step), center.y + r * sin(Double($0) * step))
    }
  }

  private static func dashed(_ line: Path.Polyline, _ dash: [Double]) -> [Path.Polyline] {
    guard dash.reduce(0, +) > 0, dash.allSatisfy({ $0 >= 0 }) else { return [line] }
    let points = line.isClosed ? line.points + line.points.prefix(1) : line.points
    var result: [Path.Polyline] = []
    var index = 0
    var left = dash[0]
    var current: [Point] = Array(points.prefix(1))
    for (a, b) in zip(points, points.dropFirst()) {
      let length = (b - a).length
      var done = 0.0
      while length - done > left {
        done += left
        let p = a + (b - a) * (done / length)
        if index % 2 == 0 {
          current.append(p)
          result.append(Path.Polyline(points: current, isClosed: false))
        }
        current = [p]
        index += 1
        left = dash[index % dash.count]
      }
      left -= length - done
      if index % 2 == 0 { current.append(b) }
    }
    if index % 2 == 0, current.count > 1 {
      result.append(Path.Polyline(points: current, isClosed: false))
    }
    return result
  }
}
