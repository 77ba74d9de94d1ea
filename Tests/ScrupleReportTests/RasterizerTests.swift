import Foundation
import ScrupleData
import Testing

@testable import ScrupleReport

/// The sum of all coverages: the area that was filled.
func area(of outlines: [[Point]], clip: (x: Range<Int>, y: Range<Int>) = (0..<200, 0..<200)) -> Double {
  var rasterizer = CoverageRasterizer()
  for outline in outlines { rasterizer.add(outline) }
  var sum = 0.0
  rasterizer.render(clip: clip) { _, _, coverages in
    for c in coverages {
      #expect(c >= 0 && c <= 1)
      sum += Double(c)
    }
  }
  return sum
}

func polygonArea(_ points: [Point]) -> Double {
  var twice = 0.0
  for (a, b) in zip(points, points.dropFirst() + points.prefix(1)) { twice += a.x * b.y - b.x * a.y }
  return abs(twice) / 2
}

func rectangle(_ x: Double, _ y: Double, _ w: Double, _ h: Double) -> [Point] {
  [Point(x, y), Point(x + w, y), Point(x + w, y + h), Point(x, y + h)]
}

@Suite struct RasterizerTests {
  @Test func `a rectangle on the slices covers its area exactly`() {
    var random = Random(1)
    for _ in 0..<200 {
      let x = random.unit() * 50
      let w = random.unit() * 90
      let y = Double(Int(random.unit() * 800)) / 16
      let h = Double(Int(random.unit() * 1200)) / 16
      #expect(abs(area(of: [rectangle(x, y, w, h)]) - w * h) < 1e-3)
    }
  }

  @Test func `a triangle covers its area, up to a slice at its corners`() {
    var random = Random(2)
    for _ in 0..<300 {
      let p = (0..<3).map { _ in Point(random.unit() * 150 + 10, random.unit() * 150 + 10) }
      #expect(abs(area(of: [p]) - polygonArea(p)) < 0.05 + polygonArea(p) * 1e-4 + 0.02 * 150 / 16)
    }
  }

  @Test func `a circle covers π r²`() {
    for r in [0.6, 3.0, 17.2, 60] {
      let outlines = Path.circle(Point(80.3, 80.7), r).flattened(tolerance: 0.01).map(\.points)
      // The polygon lies up to 0.01 inside the circle.
      #expect(abs(area(of: outlines) / (.pi * r * r) - 1) < 0.02 / r + 0.002)
    }
  }

  @Test func `overlapping outlines are filled once, and opposite ones leave a hole`() {
    let a = rectangle(10, 10, 40, 40)
    let b = rectangle(30, 30, 40, 40)
    let inner = rectangle(20, 20, 10, 10)
    #expect(abs(area(of: [a, b]) - (1600 + 1600 - 400)) < 1e-3)
    #expect(abs(area(of: [a, inner]) - 1600) < 1e-3)
    #expect(abs(area(of: [a, inner.reversed()]) - 1500) < 1e-3)
  }

  @Test func `only the part inside the clip is filled`() {
    #expect(abs(area(of: [rectangle(-20, -20, 60, 60)], clip: (0..<30, 0..<25)) - 750) < 1e-3)
    #expect(area(of: [rectangle(50, 50, 10, 10)], clip: (0..<30, 0..<25)) == 0)
  }

  @Test func `a stroke covers length times width, and its caps`() {
    let line = [Path.Polyline(points: [Point(20, 30), Point(110, 95)], isClosed: false)]
    let length = (Point(110, 95) - Point(20, 30)).length
    let butt = area(of: Stroker.outlines(of: line, width: 6, cap: .butt))
    #expect(abs(butt - 6 * length) < 0.5)
    let round = area(of: Stroker.outlines(of: line, width: 6, cap: .round))
    #expect(abs(round - 6 * length - .pi * 9) < 0.7)
  }

  @Test func `dashes cover their share of a line`() {
    let line = [Path.Polyline(points: [Point(10, 50), Point(70, 50), Point(130, 50)], isClosed: false)]
    let dashed = area(of: Stroker.outlines(of: line, width: 4, dash: [9, 3], cap: .butt))
    #expect(abs(dashed - 4 * 120 * 0.75) < 0.1)
  }

  @Test func `a translucent line is as dark at its joins as elsewhere`() {
    var scene = Scene(width: 60, height: 60, title: "")
    scene.stroke(
      .polyline([Point(10, 50), Point(30, 10), Point(50, 50)]), Paint.ink.opacity(0.5), width: 8)
    let canvas = scene.rasterized(scale: 1)
    let darkest = canvas.bytes.min() ?? 0
    let ink = Double(Paint.ink.light.red)
    #expect(abs(Double(darkest) - (255 + ink) / 2) <= 1)
  }

  @Test func `rasters land on their rectangle, row 0 on top`() {
    let raster = Raster(width: 2, height: 2, isSmooth: false) { x, y in
      (Color(UInt32(x == 0 && y == 0 ? 0xff0000 : x == 1 && y == 1 ? 0x0000ff : 0x00ff00)), 1)
    }
    var scene = Scene(width: 40, height: 40, title: "")
    scene.image(raster, in: Rect(10, 10, 20, 20))
    let bytes = scene.rasterized(scale: 1).bytes
    func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(bytes[(y * 40 + x) * 3..<(y * 40 + x) * 3 + 3]) }
    #expect(pixel(10, 10) == [255, 0, 0] && pixel(19, 19) == [255, 0, 0])
    #expect(pixel(20, 19) == [0, 255, 0] && pixel(29, 29) == [0, 0, 255])
    #expect(pixel(9, 15) == [255, 255, 255] && pixel(30, 15) == [255, 255, 255])
  }

  @Test func `the PNG file holds the canvas`() throws {
    var scene = Scene(width: 50, height: 30, title: "t")
    scene.fill(.circle(Point(20, 15), 9), .series(1))
    let image = try PNGImage(decoding: scene.png(scale: 2), file: "t")
    let canvas = scene.rasterized(scale: 2)
    #expect(image.width == 100 && image.height == 60)
    #expect(image.converted(toChannels: 3).pixels == canvas.bytes)
  }
}
