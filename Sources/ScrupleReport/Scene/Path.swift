import Foundation

/// Lines and cubic Bézier curves.
struct Path: Equatable, Sendable {
  enum Element: Equatable, Sendable {
    case move(Point)
    case line(Point)
    case cubic(Point, Point, Point)
    case close
  }

  var elements: [Element] = []

  /// A run of straight lines.
  struct Polyline: Equatable, Sendable {
    var points: [Point]
    var isClosed: Bool
  }

  mutating func move(_ p: Point) { elements.append(.move(p)) }
  mutating func line(_ p: Point) { elements.append(.line(p)) }
  mutating func cubic(_ c1: Point, _ c2: Point, _ p: Point) { elements.append(.cubic(c1, c2, p)) }
  mutating func close() { elements.append(.close) }

  static func polyline(_ points: [Point], closed: Bool = false) -> Path {
    var path = Path()
    guard let first = points.first else { return path }
    path.move(first)
    for p in points.dropFirst() { path.line(p) }
    if closed { path.close() }
    return path
  }

  static func line(_ a: Point, _ b: Point) -> Path { .polyline([a, b]) }

  static func rectangle(_ r: Rect) -> Path {
    .polyline(
      [Point(r.x, r.y), Point(r.right, r.y), Point(r.right, r.bottom), Point(r.x, r.bottom)], closed: true)
  }

  static func circle(_ center: Point, _ radius: Double) -> Path {
    var path = Path()
    path.arc(center, radius, radius, from: 0, to: 360, moving: true)
    path.close()
    return path
  }

  /// Part of an ellipse, angles in degrees from +x towards +y; begins with a move, or with a line.
  mutating func arc(
    _ center: Point, _ rx: Double, _ ry: Double, from: Double, to: Double, moving: Bool
  ) {
    let pieces = max(1, Int((abs(to - from) / 90).rounded(.up)))
    let step = (to - from) / Double(pieces) * .pi / 180
    let k = 4.0 / 3 * tan(step / 4)
    func at(_ t: Double) -> (Point, Point) {
      (
        Point(center.x + rx * cos(t), center.y + ry * sin(t)), Point(-rx * sin(t) * k, ry * cos(t) * k)
      )
    }
    var t = from * .pi / 180
    if moving { move(at(t).0) } else { line(at(t).0) }
    for _ in 0..<pieces {
      let (p0, d0) = at(t)
      t += step
      let (p1, d1) = at(t)
      cubic(p0 + d0, p1 - d1, p1)
    }
  }

  func applying(_ t: Transform) -> Path {
    Path(
      elements: elements.map {
        switch $0 {
        case .move(let p): .move(t(p))
        case .line(let p): .line(t(p))
        case .cubic(let a, let b, let p): .cubic(t(a), t(b), t(p))
        case .close: .close
        }
      })
  }

  /// Curves as straight lines that stay within about `tolerance` of them.
  func flattened(tolerance: Double) -> [Polyline] {
    var result: [Polyline] = []
    var current: [Point] = []
    func finish(closed: Bool) {
      if !current.isEmpty { result.append(Polyline(points: current, isClosed: closed)) }
      current = []
    }
    for element in elements {
      switch element {
      case .move(let p):
        finish(closed: false)
        current = [p]
      case .line(let p):
        current.append(p)
      case .cubic(let c1, let c2, let p):
        guard let from = current.last else { continue }
        // Uniform subdivision: the error is at most √3/18 of the second difference's length over n².
        let bend = max((from - c1 * 2 + c2).length, (c1 - c2 * 2 + p).length)
        let n = max(1, min(200, Int((bend * 0.58 / tolerance).squareRoot().rounded(.up))))
        for i in 1...n {
          let t = Double(i) / Double(n)
          let s = 1 - t
          current.append(
            from * (s * s * s) + c1 * (3 * s * s * t) + c2 * (3 * s * t * t) + p * (t * t * t))
        }
      case .close:
        finish(closed: true)
      }
    }
    finish(closed: false)
    return result
  }
}
