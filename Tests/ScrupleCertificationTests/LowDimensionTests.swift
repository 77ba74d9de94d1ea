import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleCertification

struct LowDimensionTests {
  @Test(arguments: [
    ([2, 8, 3], 1.0), ([2, 7, 6, 3], 1.0), ([2, 9, 4], 1.1), ([2, 3], 1.0), ([1, 5, 2], 1.0),
  ])
  func `the search finds the maximum that enumeration finds`(widths: [Int], goal: Double) throws {
    for seed in 61..<65 as Range<UInt64> {
      let pair = try TestModels.pair(widths, seed: seed)
      let exact = try Certifier.exhaustive(pair).probabilityChange
      let certificate = try LowDimensionSearch(pair, goal: goal).run()
      #expect(certificate.bound >= exact.value)
      #expect(certificate.bound <= goal * exact.value + 1e-9)
      #expect(certificate.found.value <= exact.value)
      if goal == 1 { #expect(certificate.found.value == exact.value) }
    }
  }

  @Test func `three features in a box are searched as enumeration does`() throws {
    let pair = try TestModels.pair([3, 12, 8, 3], seed: 66)
    let box = InputBox([20...83, 100...163, 190...253])
    let exact = try Certifier.exhaustive(pair, box: box).probabilityChange
    let certificate = try LowDimensionSearch(pair, box: box).run()
    #expect(certificate.found.value == exact.value)
    #expect(certificate.bound >= exact.value && certificate.bound < exact.value + 1e-9)
    #expect(certificate.scanned <= 1 << 18)
  }

  @Test func `bounds of small boxes hold at every input of them`() throws {
    var generator = SeededGenerator(seed: 67)
    for (seed, widths) in [(1, [2, 6, 3]), (2, [3, 8, 7, 4]), (3, [4, 6, 5, 4, 2])] as [(UInt64, [Int])] {
      let pair = try TestModels.pair(widths, seed: seed, temperature: 0.5)
      let bounder = SmallBoxBounder(pair)
      let evaluator = PairEvaluator(pair)
      for _ in 0..<400 {
        let low = TestModels.input(widths[0], &generator)
        let high = low.map { UInt8(min(255, Int($0) + generator.next(below: 1 << generator.next(below: 8)))) }
        bounder.bound(low: low, high: high)
        let changes = (0..<bounder.classes).map { ProbabilityChange(class: $0, bounder.pairs) }
        for _ in 0..<20 {
          evaluator.evaluate(
            zip(low, high).map { UInt8(Int($0) + generator.next(below: Int($1) - Int($0) + 1)) })
          for pair in bounder.pairs {
            let z = evaluator.twin[pair.first] - evaluator.twin[pair.second]
            let moved = evaluator.device[pair.first] - evaluator.device[pair.second] - z
            #expect(pair.low <= z && z <= pair.high)
            #expect(abs(moved) <= pair.bound)
          }
          let (p, q) = (softmax(evaluator.device), softmax(evaluator.twin))
          for k in p.indices { #expect(abs(p[k] - q[k]) <= changes[k].bound()) }
        }
      }
    }
  }

  @Test func `a share of the bounds keeps a change below its target`() throws {
    let pair = try TestModels.pair([3, 8, 4], seed: 68)
    let bounder = SmallBoxBounder(pair)
    bounder.bound(low: [100, 100, 100], high: [120, 120, 120])
    for k in 0..<4 {
      let change = ProbabilityChange(class: k, bounder.pairs)
      let target = change.bound() * 0.6
      let share = change.share(below: target)
      #expect(share > 0 && share < 1)
      #expect(change.bound(share: share) <= target)
      #expect(change.bound(share: share + 0.01) > target)
      #expect(change.share(below: 1) == 1)
    }
  }

  @Test func `a scan picks every input whose roundings add up to the threshold`() throws {
    let pair = try TestModels.pair([3, 11, 4], seed: 69)
    let layer = pair.layers[0].program
    let (low, high): ([UInt8], [UInt8]) = ([10, 200, 77], [25, 203, 96])
    let coefficients = UnsafeMutablePointer<Double>.allocate(capacity: 11)
    defer { coefficients.deallocate() }
    var generator = SeededGenerator(seed: 70)
    for neuron in 0..<11 { coefficients[neuron] = Double(generator.normal()) }
    let threshold = LeafScan.Threshold(coefficients: coefficients, value: 2)
    var picked: Set<[UInt8]> = []
    LeafScan(pair, largestBox: 4096).scan(low: low, high: high, thresholds: [threshold]) { picked.insert($0) }
    var (expected, close) = (0, 0)
    InputBox(zip(low, high).map { $0...$1 }).forEachInput { input in
      var sum = 0.0
      for (neuron, accumulator) in layer.accumulators(of: input).enumerated() {
        let product = (accumulator << Int64(layer.preShift)) * Int64(layer.multipliers[neuron])
        let rounded = (product + 1 << 31) >> 32
        sum += coefficients[neuron] * 2 * (Double(rounded) - Double(product) * 0x1p-32)
      }
      if abs(sum) > 2 {
        expected += 1
        #expect(picked.contains(input))
      } else if abs(sum) > 1.95 {
        close += 1
      }
    }
    #expect(expected > 20)
    #expect(picked.count <= expected + close)
  }

  @Test func `a search that is stopped early still proves its bound`() throws {
    let pair = try TestModels.pair([4, 12, 12, 3], seed: 71)
    var states: [LowDimensionSearch.State] = []
    let certificate = try LowDimensionSearch(pair).run(seconds: 0.3) {
      states.append($0)
      return true
    }
    #expect(certificate.bound > certificate.found.value)
    #expect(zip(states, states.dropFirst()).allSatisfy { $0.bound >= $1.bound && $0.found <= $1.found })
    let evaluator = PairEvaluator(pair)
    var generator = SeededGenerator(seed: 72)
    for _ in 0..<20_000 {
      evaluator.evaluate(TestModels.input(4, &generator))
      #expect(evaluator.largestProbabilityChange.change <= certificate.bound)
    }
  }

  @Test func `a document of a search is checked by searching again`() throws {
    let pair = try TestModels.pair([2, 7, 6, 3], seed: 73)
    let certificate = try LowDimensionSearch(pair, goal: 1.05).run()
    let document = CertificateDocument(certificate, of: pair)
    #expect(try CertificateDocument(json: document.json) == document)
    #expect(try document.problems(for: pair) == [])
    var other = certificate
    other.bound *= 0.9
    #expect(try CertificateDocument(other, of: pair).problems(for: pair) != [])
    other = certificate
    other.found.value *= 1.01
    #expect(try CertificateDocument(other, of: pair).problems(for: pair) != [])
  }

  @Test func `more than four features are refused`() throws {
    let pair = try TestModels.pair([5, 4, 3], seed: 74)
    #expect(throws: CertificationError.tooManyInputs(count: 5, limit: 4)) { try LowDimensionSearch(pair) }
  }
}
