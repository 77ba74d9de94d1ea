import CScrupleIntrinsics
import Foundation
import Testing

@testable import ScrupleRuntime

/// The confidence head on given accumulators, against Double arithmetic on the exact products.
@Suite struct HeadTests {
  struct Head {
    var accumulators: [Int32]
    var multipliers: [Int32]
    var fractionBits: Int
    var gapFactor: UInt32 = 0
    var threshold: UInt32 = 0

    var count: Int { accumulators.count }

    func run() throws -> (
      verdict: Verdict, probabilities: [UInt32], margin: UInt32, entropy: UInt32, energy: Int32
    ) {
      let layer = SmallProgram.Layer(
        inputs: 1, outputs: count, weights: .init(repeating: [0], count: count),
        bias: accumulators, multiplier: multipliers, fractionBits: UInt8(fractionBits), isLogits: true)
      let file = SmallProgram(layers: [layer], threshold: threshold, gapFactor: gapFactor).encoded()
      let model = try Model(validating: file.span.bytes)
      var words = [UInt32](repeating: 0xDEAD_BEEF, count: model.arenaSize / 4)
      var span = words.mutableSpan
      var arena = span.mutableBytes
      let verdict = try model.run(arena: &arena)
      let probabilities = (0..<count).map { model.probability(of: $0, arena: arena) }
      return (
        verdict, probabilities, model.margin(of: verdict, arena: arena), model.entropy(arena: arena),
        model.energy(of: verdict)
      )
    }

    /// d_k = max t − t_k in base 2; the difference of products is exact before it is rounded to Double.
    var distances: [Double] {
      let products = zip(accumulators, multipliers).map { Int64($0) * Int64($1) }
      let top = products.max()!
      return products.map { Double(UInt64(top - $0)) * Foundation.exp2(-Double(fractionBits)) }
    }

    var exact: [Double] {
      let terms = distances.map { Foundation.exp2(-$0) }
      let sum = terms.sorted().reduce(0, +)
      return terms.map { $0 / sum }
    }
  }

  static let heads: [Head] = {
    var heads: [Head] = []
    var generator = SeededGenerator(11)
    let top = Int32.max
    // Random logits over several ranges, all legal fraction bits.
    for count in [2, 3, 4, 5, 10, 16, 17, 100, 255, 256] {
      for bits in [26, 27, 30, 31, 32, 40, 48, 57] {
        for spread in [0.01, 1, 8, 40, 200] {
          let multipliers = (0..<count).map { _ in Int32.random(in: 1 << 29...top, using: &generator) }
          let reach = min(spread * Foundation.exp2(Double(bits - 30)), 2_147_000_000)
          heads.append(
            Head(
              accumulators: (0..<count).map { _ in Int32(Double.random(in: -reach...reach, using: &generator))
              },
              multipliers: multipliers, fractionBits: bits))
        }
      }
    }
    // All equal, two equal, extreme products.
    for count in [2, 3, 10, 256] {
      heads.append(
        Head(
          accumulators: .init(repeating: 5, count: count), multipliers: .init(repeating: top, count: count),
          fractionBits: 40))
      heads.append(
        Head(
          accumulators: (0..<count).map { $0 < 2 ? 100 : -1_000_000 },
          multipliers: .init(repeating: top, count: count), fractionBits: 30))
      for bits in [26, 57] {
        heads.append(
          Head(
            accumulators: (0..<count).map { $0 == 1 ? .max : .min },
            multipliers: .init(repeating: top, count: count), fractionBits: bits))
      }
    }
    // One winner, all others at a distance where the last bit of e counts: t in steps of 2⁻⁸.
    for eighths in stride(from: 28 * 256, through: 34 * 256, by: 37) {
      for count in [2, 10, 255, 256] {
        heads.append(
          Head(
            accumulators: (0..<count).map { $0 == 0 ? Int32(eighths) : 0 },
            multipliers: .init(repeating: 1 << 30, count: count), fractionBits: 38))
      }
    }
    // Half of the classes at the top, the rest far below.
    for count in [10, 256] {
      for distance in [1, 100, 255, 256, 257, 8000, 8400] {
        heads.append(
          Head(
            accumulators: (0..<count).map { $0 % 2 == 0 ? Int32(distance) : 0 },
            multipliers: .init(repeating: 1 << 30, count: count), fractionBits: 38))
      }
    }
    return heads
  }()

  @Test func `probabilities are within 2^-24 of the exact softmax`() throws {
    var worst = 0.0
    for head in Self.heads {
      let result = try head.run()
      for (p, exact) in zip(result.probabilities, head.exact) {
        worst = max(worst, abs(Double(p) * 0x1p-31 - exact))
      }
      #expect(result.probabilities.allSatisfy { $0 <= 1 << 31 })
    }
    #expect(worst <= 0x1.52p-25, "worst error 2^\(Foundation.log2(worst))")
  }

  @Test func `the winner is the first class with the largest exact logit`() throws {
    for head in Self.heads {
      let products = zip(head.accumulators, head.multipliers).map { Int64($0) * Int64($1) }
      let result = try head.run()
      #expect(result.verdict.classIndex == products.firstIndex(of: products.max()!)!)
      #expect(result.verdict.confidence == result.probabilities[result.verdict.classIndex])
      #expect(result.probabilities.max()! <= result.verdict.confidence)
    }
  }

  @Test(arguments: [1, 1 + 0x1p-24, 1.01, 1.24, 2, 10, 255.9])
  func `the bracket contains the exact bounds and is hardly wider`(factor: Double) throws {
    for var head in Self.heads {
      head.gapFactor = UInt32((factor * 0x1p24).rounded(.up))
      let e = Double(head.gapFactor) * 0x1p-24
      let result = try head.run()
      var distances = head.distances
      distances.remove(at: result.verdict.classIndex)
      let rest = distances.map { Foundation.exp2(-$0) }.sorted().reduce(0, +)
      // Double errs by some 2⁻⁵²; a millionth of the bracket's last bit.
      let lower = 1 / (1 + rest * e)
      let upper = 1 / (1 + rest / e)
      #expect(Double(result.verdict.lower) * 0x1p-31 <= lower + 0x1p-50)
      #expect(Double(result.verdict.upper) * 0x1p-31 >= upper - 0x1p-50)
      #expect(result.verdict.upper <= 1 << 31)
      let slack = Double(head.count + 3) * 0x1p-32
      #expect(lower - Double(result.verdict.lower) * 0x1p-31 < 0x1p-26 + e * slack)
      #expect(Double(result.verdict.upper) * 0x1p-31 - upper < 0x1p-26 + slack)
      #expect(result.verdict.lower <= result.verdict.confidence)
      #expect(result.verdict.confidence <= result.verdict.upper)
    }
  }

  @Test(.enabled(if: scr_instruction_set() == SCR_AVX512_VNNI))
  func `the wide head gives the same bits as the portable one`() {
    var generator = SeededGenerator(12)
    var heads = Self.heads
    for count in 2...70 {
      heads.append(
        Head(
          accumulators: (0..<count).map { _ in .random(in: .min ... .max, using: &generator) },
          multipliers: (0..<count).map { _ in .random(in: 1 ... .max, using: &generator) },
          fractionBits: .random(in: 26...57, using: &generator)))
    }
    for head in heads {
      var portable = head.accumulators.map { UInt32(bitPattern: $0) }
      var wide = portable
      head.multipliers.withUnsafeBufferPointer { multipliers in
        portable.withUnsafeMutableBufferPointer { portable in
          wide.withUnsafeMutableBufferPointer { wide in
            func make(_ words: UnsafeMutableBufferPointer<UInt32>) -> ScrupleRuntime.Head {
              ScrupleRuntime.Head(
                words: words.baseAddress!, multipliers: multipliers.baseAddress!, count: head.count,
                shift: UInt32(head.fractionBits - 26))
            }
            let expected = make(portable).portableTerms()
            let terms = make(wide).wideTerms()
            #expect(
              terms.best == expected.best && terms.winner == expected.winner && terms.sum == expected.sum)
            #expect(portable.elementsEqual(wide))
            make(portable).scale(Reciprocal(of: expected.sum))
            make(wide).normalize(terms.sum)
          }
        }
      }
      #expect(portable == wide)
    }
  }

  @Test func `a rest within its own error leaves room for no rest at all`() {
    // R = 30·2⁻³² of 256 classes, of which each may be off by half of 2⁻³².
    #expect(Bracket(rest: 30, factor: 1 << 24, classes: 256).upper == 1 << 31)
    #expect(Bracket(rest: 129, factor: 1 << 24, classes: 256).upper == 1 << 31)
    #expect(Bracket(rest: 1000, factor: 1 << 24, classes: 256).upper < 1 << 31)
  }

  @Test func `without a certificate the bracket is 0 to 1, and the confidence has to reach the threshold`()
    throws
  {
    var head = Head(accumulators: [1000, 0], multipliers: [.max, .max], fractionBits: 32)
    let verdict = try head.run().verdict
    #expect(verdict.lower == 0 && verdict.upper == 1 << 31 && !verdict.accepted)
    head.threshold = verdict.confidence
    #expect(try head.run().verdict.accepted)
    head.threshold += 1
    #expect(try !head.run().verdict.accepted)
  }

  @Test func `a verdict is accepted exactly from the threshold on`() throws {
    var head = Head(
      accumulators: [3, 0, 1], multipliers: [.max, .max, .max], fractionBits: 31, gapFactor: 1 << 24)
    #expect(try !head.run().verdict.accepted)
    let lower = try head.run().verdict.lower
    head.threshold = lower
    #expect(try head.run().verdict.accepted)
    head.threshold = lower + 1
    #expect(try !head.run().verdict.accepted)
  }

  @Test func `margin, entropy and energy agree with their definitions`() throws {
    for head in Self.heads {
      let result = try head.run()
      let sorted = result.probabilities.sorted(by: >)
      var others = result.probabilities
      others.remove(at: result.verdict.classIndex)
      #expect(result.margin == result.verdict.confidence - others.max()!)
      #expect(result.margin <= sorted[0])
      let entropy = head.exact.map { $0 > 0 ? -$0 * Foundation.log2($0) : 0 }.reduce(0, +)
      #expect(abs(Double(result.entropy) * 0x1p-24 - entropy) < (head.count > 17 ? 0x1p-14 : 0x1p-18))
      let top = zip(head.accumulators, head.multipliers).map { Int64($0) * Int64($1) }.max()!
      let energy =
        Double(top) * Foundation.exp2(-Double(head.fractionBits))
        + Foundation.log2(head.distances.map { Foundation.exp2(-$0) }.reduce(0, +))
      let difference = min(max(energy, -32768), 32768) - Double(result.energy) * 0x1p-16
      #expect(difference > -0x1p-40 && difference < 0x1p-15)
    }
  }
}
