import Foundation
import Testing

@testable import ScrupleReport

/// All numbers of a string, in order.
func numbers(in text: some StringProtocol) -> [Double] {
  text.split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
}

/// The value of the first attribute of that name.
func attribute(_ name: String, in text: String) -> String? {
  guard let start = text.range(of: " \(name)=\"") else { return nil }
  return text[start.upperBound...].split(separator: "\"", maxSplits: 1).first.map(String.init)
}

@Suite struct SVGTests {
  @Test func `PNG and SVG show the same triangle`() throws {
    var random = Random(3)
    for _ in 0..<20 {
      let corners = (0..<3).map { _ in Point(random.unit() * 90 + 5, random.unit() * 90 + 5) }
      var scene = Scene(width: 100, height: 100, title: "")
      scene.fill(.polyline(corners, closed: true), .color(Color(0x000000)))
      let d = try #require(attribute("d", in: try scene.svg()))
      let n = numbers(in: d)
      let inSVG = stride(from: 0, to: 6, by: 2).map { Point(n[$0], n[$0 + 1]) }
      let scale = 2.0
      let dark = scene.rasterized(scale: scale).bytes.reduce(0.0) { $0 + (255 - Double($1)) / 255 }
      let inPNG = dark / 3 / (scale * scale)
      #expect(abs(polygonArea(inSVG) - inPNG) < 1 + 0.01 * inPNG)
    }
  }

  @Test(arguments: [Text.Alignment.start, .middle, .end]) func `text is as wide in PNG as SVG says`(
    align: Text.Alignment
  ) throws {
    for string in ["confidence", "WWW 0.999", "α → 10⁻³"] {
      var scene = Scene(width: 300, height: 60, title: "")
      scene.text(string, at: Point(150, 40), size: 20, align: align)
      let length = try #require(attribute("textLength", in: try scene.svg()).flatMap { Double($0) })
      let start = 150 - (align == .start ? 0 : align == .middle ? length / 2 : length)
      let canvas = scene.rasterized(scale: 1)
      let bytes = canvas.bytes
      let dark = (0..<300).filter { x in (0..<60).contains { y in bytes[(y * 300 + x) * 3] < 200 } }
      let first = try #require(dark.first)
      let last = try #require(dark.last)
      #expect(Double(first) >= start - 1 && Double(first) < start + 5)
      #expect(Double(last) <= start + length + 1 && Double(last) > start + length - 5)
    }
  }

  @Test func `a clip holds in both`() throws {
    var scene = Scene(width: 100, height: 100, title: "")
    scene.clipped(to: Rect(20, 30, 40, 10)) { inner in
      inner.fill(.rectangle(Rect(0, 0, 100, 100)), .color(Color(0)))
    }
    let dark = scene.rasterized(scale: 1).bytes.count { $0 == 0 } / 3
    #expect(dark == 400)
    let svg = try scene.svg()
    #expect(svg.contains("<rect x=\"20\" y=\"30\" width=\"40\" height=\"10\"/></clipPath>"))
  }

  @Test func `what stands in a page follows its theme and what stands alone does not`() throws {
    var scene = Scene(width: 10, height: 10, title: "")
    scene.fill(.rectangle(Rect(0, 0, 5, 5)), .ink)
    var inline = SVGWriter(mode: .inline)
    #expect(try inline.write(scene).contains("fill=\"var(--ink)\""))
    #expect(try scene.svg().contains("fill=\"\(Paint.ink.light.hex)\""))
    #expect(!(try scene.svg().contains("var(")))
  }

  @Test func `clips of two pictures on a page don't share names`() throws {
    var scene = Scene(width: 10, height: 10, title: "")
    scene.clipped(to: Rect(0, 0, 5, 5)) { $0.fill(.rectangle(Rect(0, 0, 9, 9)), .ink) }
    var a = SVGWriter(mode: .inline, prefix: "f1p0")
    var b = SVGWriter(mode: .inline, prefix: "f1p1")
    let ids = [try a.write(scene), try b.write(scene)].map { attribute("id", in: $0) }
    #expect(ids[0] != nil && ids[0] != ids[1])
  }

  @Test func `hostile text is escaped`() throws {
    var scene = Scene(width: 10, height: 10, title: "<b>&\"'\u{1}")
    scene.text("</text><script>", at: Point(0, 0))
    let svg = try scene.svg()
    #expect(svg.contains("&lt;b&gt;&amp;&quot;&#39;</title>"))
    #expect(!svg.contains("<script>"))
  }
}
