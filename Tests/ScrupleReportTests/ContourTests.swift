import Foundation
import Testing

@testable import ScrupleReport

@Suite struct ContourTests {
  static func grid(_ w: Int, _ h: Int, _ f: (Double, Double) -> Double) -> [Double] {
    (0..<w * h).map { f(Double($0 % w), Double($0 / w)) }
  }

  @Test(arguments: 0..<40) func `the contour of a plane is a straight line`(seed: UInt64) throws {
    var random = Random(seed)
    let (a, b) = (random.normal(), random.normal())
    let values = Self.grid(23, 17) { a * $0 + b * $1 }
    let level = a * 11.3 + b * 8.2
    let lines = Contours.lines(values, width: 23, height: 17, level: level)
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    for p in line { #expect(abs(a * p.x + b * p.y - level) < 1e-9) }
    for p in [line[0], line[line.count - 1]] {
      let onBorder = p.x < 1e-9 || p.y < 1e-9 || p.x > 22 - 1e-9 || p.y > 16 - 1e-9
      #expect(onBorder, "it ends on the border")
    }
  }

  @Test func `the contour of a cone is one closed circle`() throws {
    let values = Self.grid(60, 60) { (Point($0, $1) - Point(29.4, 30.1)).length }
    let lines = Contours.lines(values, width: 60, height: 60, level: 20)
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    #expect(line.first == line.last)
    for p in line { #expect(abs((p - Point(29.4, 30.1)).length - 20) < 0.02) }
  }

  @Test(arguments: 0..<30) func `every grid edge that crosses the level is met once`(seed: UInt64) {
    var random = Random(seed)
    let (w, h) = (12, 9)
    let values = (0..<w * h).map { _ in random.unit() }
    let lines = Contours.lines(values, width: w, height: h, level: 0.5)
    var edges = 0
    for y in 0..<h {
      for x in 0..<w {
        let v = values[y * w + x] >= 0.5
        if x + 1 < w, v != (values[y * w + x + 1] >= 0.5) { edges += 1 }
        if y + 1 < h, v != (values[(y + 1) * w + x] >= 0.5) { edges += 1 }
      }
    }
    let met = lines.reduce(0) { $0 + ($1.first == $1.last ? $1.count - 1 : $1.count) }
    #expect(met == edges)
  }

  @Test(arguments: 0..<10) func `noise about the level is no contour, a slope is`(seed: UInt64) {
    var random = Random(seed)
    let noise = (0..<400).map { _ in 0.5 + 0.02 * (random.unit() - 0.5) }
    let flat = Contours.withoutPlateaus(noise, width: 20, height: 20, level: 0.5, tolerance: 0.015)
    #expect(!flat.contains { !$0.isNaN })
    #expect(Contours.lines(flat, width: 20, height: 20, level: 0.5).isEmpty)
    let slope = Self.grid(20, 20) { 0.02 * $0 + 0.01 * $1 }
    #expect(
      Contours.withoutPlateaus(slope, width: 20, height: 20, level: 0.25, tolerance: 0.015) == slope)
  }

  @Test func `a flat grid has no contour`() {
    #expect(Contours.lines(Self.grid(5, 5) { _, _ in 1 }, width: 5, height: 5, level: 1).isEmpty)
    #expect(Contours.lines([1], width: 1, height: 1, level: 0).isEmpty)
  }

  @Test(arguments: 0..<20) func `a simplified line stays within its tolerance`(seed: UInt64) {
    var random = Random(seed)
    var y = 0.0
    let line = (0..<200).map { x -> Point in
      y += random.normal()
      return Point(Double(x), y)
    }
    let short = Simplifier.simplified(line, tolerance: 1.5)
    #expect(short.first == line.first && short.last == line.last && short.count < line.count)
    for p in line {
      let near = zip(short, short.dropFirst()).map { a, b -> Double in
        let d = b - a
        let t = max(0, min(1, ((p.x - a.x) * d.x + (p.y - a.y) * d.y) / (d.x * d.x + d.y * d.y)))
        return (p - (a + d * t)).length
      }
      #expect((near.min() ?? .infinity) <= 1.5 + 1e-9)
    }
  }
}
