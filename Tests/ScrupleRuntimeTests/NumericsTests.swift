import Foundation
import Testing

@testable import ScrupleRuntime

@Suite struct RequantizeTests {
  /// Round half up, restated: floor(x + 1/2) by exact comparison of twice the remainder.
  static func restated(_ accumulator: Int32, _ shift: Int, _ multiplier: Int32) -> Int32 {
    let shifted = Int64(Int32(truncatingIfNeeded: Int64(accumulator) << Int64(shift)))
    let product = shifted * Int64(multiplier)
    let unit: Int64 = 1 << 32
    var quotient = product / unit
    var remainder = product % unit
    if remainder < 0 {
      quotient -= 1
      remainder += unit
    }
    return Int32(quotient + (2 * remainder >= unit ? 1 : 0))
  }

  @Test(arguments: [(-3, -1), (-1, 0), (1, 1), (3, 2), (5, 3), (-5, -2)])
  func `ties go up`(halves: Int32, expected: Int32) {
    // accumulator · 2³¹ / 2³² = accumulator / 2
    #expect(requantize(halves, shift: 1, multiplier: 1 << 30) == expected)
  }

  @Test func `every small accumulator, shift and multiplier near a power of two rounds as restated`() {
    for accumulator in Int32(-300)...300 {
      for shift in 0...31 {
        for power in 0...30 {
          for offset in Int32(-1)...1 {
            let multiplier = (Int32(1) << power) &+ offset
            guard multiplier > 0 else { continue }
            let result = requantize(accumulator, shift: Int32(shift), multiplier: multiplier)
            if result != Self.restated(accumulator, shift, multiplier) {
              Issue.record("\(accumulator) · 2^\(shift) · \(multiplier): \(result)")
              return
            }
          }
        }
      }
    }
  }

  @Test func `corners and random operands round as restated`() {
    var generator = SeededGenerator(1)
    let corners: [Int32] = [.min, .min + 1, -1, 0, 1, .max - 1, .max, 1 << 30, -(1 << 30)]
    for accumulator in corners + (0..<100_000).map({ _ in .random(in: .min ... .max, using: &generator) }) {
      for shift in [0, 1, 7, 31] {
        for multiplier in [1, 2, 1 << 30, .max, Int32.random(in: 1 ... .max, using: &generator)] {
          let result = requantize(accumulator, shift: Int32(shift), multiplier: multiplier)
          #expect(result == Self.restated(accumulator, shift, multiplier))
        }
      }
    }
  }

  @Test func `the result never falls when the accumulator rises`() {
    var previous = requantize(-100_000, shift: 3, multiplier: 123_456_789)
    for accumulator in Int32(-99_999)...100_000 {
      let next = requantize(accumulator, shift: 3, multiplier: 123_456_789)
      #expect(next >= previous)
      previous = next
    }
  }
}

@Suite struct Exp2Tests {
  @Test func `2^-x errs by less than 2^-29 on a dense sweep of one octave`() {
    var worst = 0.0
    for distance in stride(from: UInt32(0), through: 1 << 26, by: 3) {
      let exact = Foundation.exp2(-Double(distance) / 0x1p26)
      worst = max(worst, abs(Double(exp2(minus: distance)) / 0x1p32 - exact))
    }
    #expect(worst < 0x1p-29)
  }

  @Test func `over the whole domain the error is relative, but for the last bit`() {
    for distance in stride(from: UInt64(0), to: 1 << 32, by: 1021) {
      let exact = Foundation.exp2(-Double(distance) / 0x1p26)
      let error = abs(Double(exp2(minus: UInt32(distance))) / 0x1p32 - exact)
      #expect(error <= exact * 0x1.26p-29 + 0x1p-33)
    }
    #expect(exp2(minus: .max) == 0)
    #expect(exp2(minus: 33 << 26 | 1) == 0)
  }

  @Test func `whole distances give powers of two, at most 2 too small`() {
    for n in UInt64(2)...32 { #expect(exp2(minus: UInt32(n << 26)) == UInt32((UInt64(1) << 32) >> n)) }
    #expect(exp2(minus: 1 << 26) == (UInt32(1) << 31) - 1)
    #expect(exp2(minus: 0) == UInt32.max - 1)
  }

  @Test func `the function never rises`() {
    var previous = exp2(minus: 0)
    for distance in stride(from: UInt32(1), to: 35 << 26, by: 997) {
      let next = exp2(minus: distance)
      #expect(next <= previous)
      previous = next
    }
  }
}

@Suite struct ReciprocalTests {
  @Test func `the mantissa is below the exact quotient by less than 5`() {
    for s in (UInt64(1 << 31)..<(1 << 32)).striding(by: 1009) + [0x8000_0000, 0x8000_0001, 0xFFFF_FFFF] {
      let x = UInt64(Reciprocal(of: s << 1).mantissa)
      let exact = (UInt64(1) << 63) / s
      #expect(x <= exact && x + 5 > exact)
    }
  }

  /// About 15 seconds.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SCRUPLE_EXHAUSTIVE"] != nil))
  func `every mantissa is below the exact quotient by less than 5`() {
    var s: UInt64 = 1 << 31
    var wrong = 0
    while s < 1 << 32 {
      let x = UInt64(Reciprocal(of: s << 1).mantissa)
      let exact = (1 << 63) / s
      if x > exact || x + 5 <= exact { wrong += 1 }
      s += 1
    }
    #expect(wrong == 0)
  }

  @Test func `bounds enclose the quotient and are close`() {
    var generator = SeededGenerator(2)
    for bits in 33...62 {
      for offset in [UInt64(0), 1, 2, .random(in: 0..<(1 << 32), using: &generator)] {
        for sign in [true, false] where sign || offset < 1 << 31 {
          var d = UInt64(1) << UInt64(bits)
          d = sign ? d + offset : d - offset
          guard d >= 1 << 32 else { continue }
          let (quotient, remainder) = (UInt64(1) << 63).quotientAndRemainder(dividingBy: d)
          let reciprocal = Reciprocal(of: d)
          #expect(UInt64(reciprocal.lowerBound) <= quotient)
          #expect(UInt64(reciprocal.upperBound) >= quotient + (remainder > 0 ? 1 : 0))
          #expect(UInt64(reciprocal.upperBound) - UInt64(reciprocal.lowerBound) <= 7)
          #expect(reciprocal.upperBound <= 1 << 31)
        }
      }
    }
    #expect(Reciprocal(of: 1 << 32).upperBound == 1 << 31)
  }
}

@Suite struct Log2Tests {
  @Test func `log2 is too small by less than 2^-25`() {
    var generator = SeededGenerator(3)
    for value in [1, 2, 3, 1 << 31, .max, .max - 1]
      + (0..<100_000).map({ _ in UInt32.random(in: 1 ... .max, using: &generator) })
    {
      let error = Foundation.log2(Double(value)) - Double(ScrupleRuntime.log2(value)) / 0x1p26
      #expect(error >= -1e-15 && error < 0x1p-25)
    }
  }
}

@Suite struct CRC32Tests {
  @Test func `the check value of the polynomial's catalogue`() {
    let bytes = Array("123456789".utf8)
    #expect(crc32(bytes.span.bytes) == 0xCBF4_3926)
  }

  @Test func `all lengths and alignments equal the bit-by-bit remainder, in one piece or two`() {
    var generator = SeededGenerator(4)
    let bytes = (0..<600).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let span = bytes.span.bytes
    for start in 0..<8 {
      // Short ones, and those around which folding begins.
      for end in Array(start...80) + Array(250...bytes.count) {
        let expected = referenceCRC(bytes[start..<end])
        #expect(crc32(span.extracting(start..<end)) == expected)
        let middle = (start + end) / 2
        let first = crc32(span.extracting(start..<middle))
        #expect(crc32(span.extracting(middle..<end), after: first) == expected)
      }
    }
  }
}

@Suite struct WeightLayoutTests {
  @Test func `every pair of weights survives packing`() {
    for a in Int8(-127)...127 {
      for b in Int8(-127)...127 {
        let (c, d) = WeightLayout.unpack(WeightLayout.pack(a, b))
        #expect(a == c && b == d)
      }
    }
  }

  @Test(arguments: [(1, 1), (3, 2), (4, 8), (5, 9), (9, 17), (8, 7), (13, 6)])
  func `positions are those of the specification's tables`(inputs: Int, outputs: Int) {
    var generator = SeededGenerator(5)
    let layer = SmallProgram.Layer.random(inputs: inputs, outputs: outputs, using: &generator)
    let packed = layer.packed()
    #expect(packed.count == WeightLayout.byteCount(inputs: inputs, outputs: outputs))
    var seen = Set<Int>()
    for pair in 0..<WeightLayout.pairCount(outputs: outputs) {
      for input in 0..<FileLayout.align4(inputs) {
        let index = WeightLayout.index(input: input, pair: pair, inputs: inputs, outputs: outputs)
        seen.insert(index)
        let (a, b) = WeightLayout.unpack(
          Int16(bitPattern: UInt16(packed[2 * index]) | UInt16(packed[2 * index + 1]) << 8))
        func weight(_ k: Int) -> Int8 { k < outputs && input < inputs ? layer.weights[k][input] : 0 }
        #expect(a == weight(2 * pair) && b == weight(2 * pair + 1))
      }
    }
    #expect(seen == Set(0..<packed.count / 2))
  }
}

extension Range where Bound == UInt64 {
  fileprivate func striding(by step: UInt64) -> [UInt64] {
    Array(Swift.stride(from: lowerBound, to: upperBound, by: UInt64.Stride(step)))
  }
}
