import Foundation
import Testing

@testable import ScrupleReport

@Suite struct TickTests {
  @Test func `ticks are nice, inside the range, evenly spaced and few`() throws {
    var random = Random(5)
    for _ in 0..<2000 {
      let scale = pow(10, random.unit() * 12 - 6)
      let low = random.normal() * scale
      let high = low + (random.unit() + 0.01) * scale
      let limit = Int.random(in: 3...12, using: &random)
      let ticks = Ticks.linear(low...high, limit: limit)
      #expect(ticks.count <= limit)
      #expect(ticks.count >= 1)
      for tick in ticks {
        #expect(tick.value >= low - (high - low) * 1e-6 && tick.value <= high + (high - low) * 1e-6)
      }
      guard ticks.count > 1 else { continue }
      let step = ticks[1].value - ticks[0].value
      let mantissa = step / pow(10, floor(log10(step) + 1e-9))
      #expect([1.0, 2, 5].contains { abs($0 - mantissa) < 1e-6 * max(1, abs(low) / step) }, "step \(step)")
      // The range is covered: no further tick would fit.
      #expect(ticks[0].value - step < low && ticks[ticks.count - 1].value + step > high)
      #expect(Set(ticks.map(\.label)).count == ticks.count, "labels differ")
      for tick in ticks {
        let read = try #require(Double(tick.label.replacingOccurrences(of: "−", with: "-")))
        #expect(abs(read - tick.value) <= abs(step) * 1e-6 + abs(tick.value) * 1e-9)
      }
    }
  }

  @Test func `ticks on whole ranges are what one expects`() {
    #expect(Ticks.linear(0...1, limit: 6).map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(Ticks.linear(-4...12, limit: 10).map(\.label).first == "−4")
    #expect(Ticks.linear(0...0, limit: 5).isEmpty)
  }

  @Test func `logarithmic ticks are powers of ten`() {
    let labels = Ticks.logarithmic(1...1e6, limit: 7).map(\.label).filter { !$0.isEmpty }
    #expect(labels == ["1", "10", "100", "1000", "10⁴", "10⁵", "10⁶"])
    let few = Ticks.logarithmic(1e-9...1e9, limit: 5).filter { !$0.label.isEmpty }
    #expect(few.count <= 5 && few.count >= 3)
    let short = Ticks.logarithmic(0.2...3, limit: 6).filter { !$0.label.isEmpty }
    #expect(short.map(\.label).sorted() == ["0.2", "0.5", "1", "2"])
  }

  @Test func `square-root ticks reach from 0 to the range's end`() {
    #expect(Ticks.squareRoot(0...0.5).map(\.label) == ["0", "0.01", "0.05", "0.1", "0.2", "0.4"])
    #expect(Ticks.squareRoot(0...1).map(\.label).last == "1")
    #expect(Ticks.squareRoot(0...0.08).map(\.label).last == "0.08")
  }

  @Test func `an axis maps its ends to 0 and 1 and is increasing`() {
    for axis in [
      Axis(label: "", range: -3...5), Axis(label: "", range: 1e-3...1e6, scale: .logarithmic),
      Axis(label: "", range: 0.1...0.9999, scale: .nines),
      Axis(label: "", range: 0...0.4, scale: .squareRoot),
    ] {
      #expect(abs(axis.fraction(axis.range.lowerBound)) < 1e-12)
      #expect(abs(axis.fraction(axis.range.upperBound) - 1) < 1e-12)
      let span = axis.range.upperBound - axis.range.lowerBound
      let samples = (0...50).map { axis.fraction(axis.range.lowerBound + span * Double($0) / 50) }
      #expect(zip(samples, samples.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1"), (-0.5, "−0.5"), (0.01234, "0.0123"), (99.96, "100"), (0.00009999, "0.0001"),
    (0.000012345, "1.23·10⁻⁵"), (123456, "123456"), (1.5e9, "1.50·10⁹"), (.infinity, "∞"), (.nan, "–"),
  ])
  func `numbers are brief`(value: Double, text: String) {
    #expect(Numbers.brief(value) == text)
  }

  @Test func `no number is minus zero`() {
    #expect(Numbers.fixed(-0.0001, decimals: 2) == "0.00")
    #expect(Numbers.fixed(-0.0, decimals: 0) == "0")
    #expect(Numbers.grouped(1_234_567) == "1\u{2009}234\u{2009}567")
  }
}
