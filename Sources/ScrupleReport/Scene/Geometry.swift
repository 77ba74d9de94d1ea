import Foundation

/// A position in scene units: x to the right, y down.
struct Point: Equatable, Sendable {
  var x: Double
  var y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  static func + (a: Point, b: Point) -> Point { Point(a.x + b.x, a.y + b.y) }
  static func - (a: Point, b: Point) -> Point { Point(a.x - b.x, a.y - b.y) }
  static func * (a: Point, s: Double) -> Point { Point(a.x * s, a.y * s) }
  var length: Double { (x * x + y * y).squareRoot() }
}

/// An upright rectangle.
struct Rect: Equatable, Sendable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  init(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  var right: Double { x + width }
  var bottom: Double { y + height }
  var center: Point { Point(x + width / 2, y + height / 2) }

  func inset(_ d: Double) -> Rect { Rect(x + d, y + d, width - 2 * d, height - 2 * d) }

  func contains(_ p: Point, slack: Double = 0) -> Bool {
    p.x >= x - slack && p.x <= right + slack && p.y >= y - slack && p.y <= bottom + slack
  }

  /// The common part; of zero size when there is none.
  func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(left, top, max(0, min(right, other.right) - left), max(0, min(bottom, other.bottom) - top))
  }
}

/// x' = a·x + c·y + e, y' = b·x + d·y + f.
struct Transform: Equatable, Sendable {
  var a = 1.0
  var b = 0.0
  var c = 0.0
  var d = 1.0
  var e = 0.0
  var f = 0.0

  static func scale(_ s: Double) -> Transform { Transform(a: s, d: s) }

  func callAsFunction(_ p: Point) -> Point { Point(a * p.x + c * p.y + e, b * p.x + d * p.y + f) }
}
