import Testing

@testable import ScrupleReport

@Suite struct FontTests {
  static let printable = (33...126).compactMap { Unicode.Scalar($0) }.map(String.init)
  static let further = "αβγδελμστΔΣ–—−±×·•‖≤≥≈…°→∞∈√✓✗½⁰¹²³⁴⁵⁶⁷⁸⁹⁻ß’".map(String.init)

  @Test func `every printable character has a glyph of its own`() {
    let unknown = StrokeFont.path(of: "\u{4e00}", size: 10)
    for character in Self.printable + Self.further {
      let path = StrokeFont.path(of: character, size: 10)
      #expect(!path.elements.isEmpty, "\(character)")
      #expect(path != unknown, "\(character)")
    }
  }

  @Test func `glyphs keep inside their box`() {
    for character in Self.printable + Self.further {
      let width = StrokeFont.width(of: character, size: 1000)
      for p in StrokeFont.path(of: character, size: 1000).flattened(tolerance: 1).flatMap(\.points) {
        #expect(p.x > -10 && p.x < width + 10, "\(character): \(p.x) of \(width)")
        #expect(p.y > -780 && p.y < 260, "\(character): \(p.y)")
      }
    }
  }

  @Test func `widths add up and grow with the size`() {
    let whole = StrokeFont.width(of: "confidence 0.99", size: 12)
    let parts = "confidence 0.99".map { StrokeFont.width(of: String($0), size: 12) }.reduce(0, +)
    #expect(abs(whole - parts) < 1e-9)
    #expect(abs(StrokeFont.width(of: "abc", size: 24) - 2 * StrokeFont.width(of: "abc", size: 12)) < 1e-9)
    #expect(StrokeFont.width(of: "é", size: 12) == StrokeFont.width(of: "e", size: 12), "accents are free")
    #expect(StrokeFont.width(of: "", size: 12) == 0)
  }

  @Test func `lines break at spaces and fit`() {
    let text = "the quick brown fox jumps over the lazy dog again and again"
    let lines = TextLayout.lines(text, size: 12, width: 100)
    #expect(lines.joined(separator: " ") == text)
    #expect(lines.allSatisfy { StrokeFont.width(of: $0, size: 12) <= 100 })
    let cut = TextLayout.fitted(text, size: 12, width: 100)
    #expect(cut.hasSuffix("…") && StrokeFont.width(of: cut, size: 12) <= 100)
    #expect(TextLayout.fitted("short", size: 12, width: 100) == "short")
  }

  @Test func `the sequential map gets lighter all the way`() {
    func luminance(_ c: Color) -> Double {
      0.2126 * Double(c.red) + 0.7152 * Double(c.green) + 0.0722 * Double(c.blue)
    }
    let values = (0...64).map { luminance(Palette.sequential(Double($0) / 64)) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
    #expect(Palette.sequential(-1) == Palette.sequential(0) && Palette.sequential(2) == Palette.sequential(1))
  }

  @Test func `categorical colours differ from each other and from the paper, light and dark`() {
    for (palette, paper) in [
      (Palette.categorical, Paint.Role.paper.light), (Palette.categoricalDark, Paint.Role.paper.dark),
    ] {
      #expect(Set(palette).count == palette.count)
      for (i, a) in palette.enumerated() {
        for b in palette[(i + 1)...] + [paper] {
          let d = [
            Int(a.red) - Int(b.red), Int(a.green) - Int(b.green), Int(a.blue) - Int(b.blue),
          ]
          #expect(d.reduce(0) { $0 + $1 * $1 } > 40 * 40, "\(a.hex) \(b.hex)")
        }
      }
    }
  }
}
