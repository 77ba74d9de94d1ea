import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

struct WholeDomainTests {
  @Test func `with one hidden layer the gap is the closed form`() throws {
    let pair = try TestModels.pair([20, 15, 4], seed: 1)
    let certificate = Certifier.wholeDomain(pair)
    let (head, step) = (pair.layers[1].twin, Double(pair.layers[0].limit ?? 0) / 255)
    for gap in certificate.pairs {
      var sum = 0.0
      for hidden in 0..<15 {
        sum += abs(
          Double(head.weight[gap.first * 15 + hidden]) - Double(head.weight[gap.second * 15 + hidden]))
      }
      #expect(gap.bound >= sum * step / 2)
      #expect(gap.bound <= sum * step / 2 * 1.0001)
      #expect(gap.weights == nil)
    }
    #expect(certificate.gap == certificate.pairs.map(\.bound).max())
  }

  @Test func `with two hidden layers the entrywise gap is the closed form`() throws {
    let pair = try TestModels.pair([10, 12, 9, 3], seed: 2)
    let certificate = Certifier.wholeDomain(pair)
    let (middle, head) = (pair.layers[1].twin, pair.layers[2].twin)
    let steps = pair.layers.compactMap { $0.limit.map { Double($0) / 255 } }
    let ranges = pair.ranges(over: .whole(inputs: 10))
    try #require(ranges.dropLast().allSatisfy { $0.states.allSatisfy { $0 == .unstable } })
    for gap in certificate.pairs {
      let v = (0..<9).map {
        Double(head.weight[gap.first * 9 + $0]) - Double(head.weight[gap.second * 9 + $0])
      }
      var (through, alone) = (0.0, 0.0)
      for i in 0..<12 {
        let column = (0..<9).map { v[$0] * Double(middle.weight[$0 * 12 + i]) }
        through += abs(column.reduce(0, +))
        alone += column.reduce(0) { $0 + abs($1) }
      }
      let closed =
        (through + alone) / 2 * steps[0] / 2 + v.reduce(0) { $0 + abs($1) } * steps[1] / 2
      #expect(gap.entrywise >= closed)
      #expect(gap.entrywise <= closed * 1.0001)
      #expect(gap.bound <= gap.entrywise)
    }
  }

  @Test(arguments: [[2, 3], [2, 8, 3], [2, 16, 16, 3], [1, 6, 6, 6, 2], [2, 6, 5, 4, 4, 3]])
  func `no input of a small domain exceeds the gap`(widths: [Int]) throws {
    for seed in 10..<14 as Range<UInt64> {
      let pair = try TestModels.pair(widths, seed: seed, temperature: seed % 2 == 0 ? 1 : 0.5)
      let certificate = Certifier.wholeDomain(pair)
      let evaluator = PairEvaluator(pair)
      var (gap, change) = (0.0, 0.0)
      for x in 0..<256 {
        for y in 0..<(widths[0] == 2 ? 256 : 1) {
          evaluator.evaluate(widths[0] == 2 ? [UInt8(x), UInt8(y)] : [UInt8(x)])
          gap = max(gap, evaluator.largestGap.gap)
          change = max(change, evaluator.largestProbabilityChange.change)
        }
      }
      #expect(gap <= certificate.gap)
      #expect(change <= certificate.probabilityBound)
    }
  }

  @Test func `float inputs between the bytes are covered when they are asked for`() throws {
    for seed in 20..<26 as Range<UInt64> {
      let pair = try TestModels.pair([2, 9, 7, 3], seed: seed)
      let exact = Certifier.wholeDomain(pair)
      let rounded = Certifier.wholeDomain(pair, inputRounding: true)
      #expect(rounded.gap > exact.gap)
      let evaluator = PairEvaluator(pair)
      var generator = SeededGenerator(seed: seed)
      for _ in 0..<20_000 {
        let reals = (0..<2).map { _ in Double(generator.uniform()) }
        let bytes = reals.map { UInt8(($0 * 255 + 0.5).rounded(.down)) }
        evaluator.evaluate(bytes, twin: reals)
        #expect(evaluator.largestGap.gap <= rounded.gap)
      }
    }
  }

  @Test func `a semidefinite proof lowers the gap of deep networks and stays sound`() throws {
    let pair = try TestModels.pair([30, 40, 30, 5], seed: 3)
    let plain = Certifier.wholeDomain(pair, refine: false)
    let refined = Certifier.wholeDomain(pair)
    #expect(refined.gap < 0.8 * plain.gap)
    let evaluator = PairEvaluator(pair)
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<5_000 {
      evaluator.evaluate(TestModels.input(30, &generator))
      #expect(evaluator.largestGap.gap <= refined.gap)
    }
  }

  @Test func `the change of a probability is the theorem's and its transfer its inverse`() {
    for gap in [0.01, 0.1, 0.5, 2.0] {
      let bound = ProbabilityBound.change(gap: gap)
      var largest = 0.0
      for odds in stride(from: -8.0, through: 8.0, by: 0.001) {
        largest = max(largest, 1 / (1 + exp(-odds - gap)) - 1 / (1 + exp(-odds)))
      }
      #expect(largest <= bound && bound < largest + 1e-6)
      let guaranteed = ProbabilityBound.guaranteed(by: 0.9, gap: gap)
      #expect(abs(log(guaranteed / (1 - guaranteed)) - (log(0.9 / 0.1) - gap)) < 1e-5)
      #expect(log(guaranteed / (1 - guaranteed)) <= log(0.9 / 0.1) - gap)
    }
  }

  @Test func `a program that is not the twin's is refused`() throws {
    let quantized = try TestModels.quantized([3, 4, 2], seed: 5)
    var program = quantized.program
    guard case .dense(var dense) = program.layers[0] else { return }
    dense.weights[5] = dense.weights[5] == 0 ? 1 : 0
    program.layers[0] = .dense(dense)
    #expect(throws: CertificationError.self) { try ModelPair(twin: quantized.twin, program: program) }
    var clipped = quantized.program
    clipped.metadata.limits[0] = 1.5
    #expect(throws: CertificationError.self) { try ModelPair(twin: quantized.twin, program: clipped) }
  }

  @Test func `a wrong bias or multiplier widens the gap instead of being overlooked`() throws {
    let quantized = try TestModels.quantized([3, 4, 2], seed: 5)
    let gap = try Certifier.wholeDomain(twin: quantized.twin, program: quantized.program).gap
    var program = quantized.program
    guard case .dense(var dense) = program.layers[0] else { return }
    dense.bias[1] += 500
    dense.multipliers[2] += dense.multipliers[2] / 50
    program.layers[0] = .dense(dense)
    let pair = try ModelPair(twin: quantized.twin, program: program)
    let wider = Certifier.wholeDomain(pair).gap
    #expect(wider > gap)
    let evaluator = PairEvaluator(pair)
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<5_000 {
      evaluator.evaluate(TestModels.input(3, &generator))
      #expect(evaluator.largestGap.gap <= wider)
    }
  }
}
