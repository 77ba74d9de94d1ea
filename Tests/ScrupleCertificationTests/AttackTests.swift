import ScrupleNetwork
import Testing

@testable import ScrupleCertification

struct AttackTests {
  @Test(arguments: Attack.allCases)
  func `no attack exceeds the proved gap, and its finding is reproducible`(attack: Attack) throws {
    for (seed, widths) in [(1, [30, 12, 3]), (2, [16, 10, 8, 4])] as [(UInt64, [Int])] {
      let pair = try TestModels.pair(widths, seed: seed)
      let certificate = Certifier.wholeDomain(pair)
      var attacker = Attacker(pair, seed: 9)
      let result = attacker.run(attack, evaluations: attack == .rounding ? 60_000 : 1500)
      #expect(result.gap > 0)
      #expect(result.gap <= certificate.gap)
      #expect(result.probabilityChange <= certificate.probabilityBound)
      let evaluator = PairEvaluator(pair)
      evaluator.evaluate(result.gapInput)
      #expect(evaluator.largestGap.gap == result.gap)
      var again = Attacker(pair, seed: 9)
      #expect(again.run(attack, evaluations: attack == .rounding ? 60_000 : 1500) == result)
    }
  }

  @Test func `aligned rounding comes close to the bound of one hidden layer`() throws {
    let pair = try TestModels.pair([200, 24, 3], seed: 3)
    let certificate = Certifier.wholeDomain(pair)
    var attacker = Attacker(pair, seed: 1)
    let result = attacker.run(.rounding, evaluations: 400_000)
    #expect(certificate.gap <= 1.3 * result.gap)
  }

  @Test func `attacks stay inside their box`() throws {
    let pair = try TestModels.pair([30, 12, 3], seed: 4)
    var generator = SeededGenerator(seed: 5)
    let box = InputBox.ball(around: TestModels.input(30, &generator), radius: 2)
    let certificate = Certifier.certificate(pair, box: box, inputRounding: false, refine: true)
    for attack in Attack.allCases {
      var attacker = Attacker(pair, box: box, seed: 6)
      let result = attacker.run(attack, evaluations: 3000)
      for (byte, range) in zip(result.gapInput, box.ranges) { #expect(range.contains(byte)) }
      #expect(result.gap <= certificate.gap)
    }
  }
}
