import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

struct ConfidenceCapTests {
  /// The inputs at which a class is likelier than its cap allows.
  func violations(_ program: IntegerProgram, _ box: InputBox, inputs: [[UInt8]]) throws -> String {
    let caps = try ConfidenceCap(program: program).classCaps(over: box)
    var found: [String] = []
    for input in inputs {
      for (probability, cap) in zip(program.evaluate(input: input).probabilities, caps)
      where probability > cap { found.append("\(input): \(probability), cap \(cap)") }
    }
    return found.prefix(3).joined(separator: "\n")
  }

  @Test(arguments: [[2, 3], [1, 2], [2, 5, 3], [3, 8, 8, 4], [2, 16, 16, 3], [2, 7, 6, 5, 2]])
  func `No input of a small box is more confident than its cap`(shape: [Int]) throws {
    var generator = SeededGenerator(seed: 21)
    for seed in 0..<6 as Range<UInt64> {
      let program = BoxSamples.quantized(shape, seed: seed).quantized.program
      for radius in [0, 1, 3, 9] {
        let center = BoxSamples.bytes(inputs: shape[0], &generator)
        let box = InputBox.ball(around: center, radius: shape[0] > 2 ? radius / 2 : radius)
        var inputs: [[UInt8]] = []
        box.forEachInput { inputs.append($0) }
        #expect(try violations(program, box, inputs: inputs) == "")
      }
    }
  }

  @Test func `Random inputs and corners of noise boxes stay below the cap`() throws {
    var generator = SeededGenerator(seed: 22)
    for (shape, seed) in [([300, 40, 10], 1), ([64, 32, 16, 5], 2)] as [([Int], UInt64)] {
      let program = BoxSamples.quantized(shape, seed: seed).quantized.program
      for range in [100...104, 96...160, 0...255] as [ClosedRange<UInt8>] {
        let box = InputBox.noise(range, inputs: shape[0])
        let inputs = (0..<200).map { sample in
          box.ranges.map { range in
            sample % 2 == 0
              ? (generator.next(below: 2) == 0 ? range.lowerBound : range.upperBound)
              : range.lowerBound + UInt8(generator.next(below: range.count))
          }
        }
        #expect(try violations(program, box, inputs: inputs) == "")
      }
    }
  }

  @Test func `The cap of a single input is its confidence`() throws {
    var generator = SeededGenerator(seed: 23)
    for seed in 0..<10 as Range<UInt64> {
      let program = BoxSamples.quantized([6, 12, 9, 4], seed: seed).quantized.program
      let cap = try ConfidenceCap(program: program)
      let input = BoxSamples.bytes(inputs: 6, &generator)
      let probabilities = program.evaluate(input: input).probabilities
      for (bound, probability) in zip(cap.classCaps(over: .ball(around: input, radius: 0)), probabilities) {
        #expect(bound >= probability && bound - probability < 1e-6)
      }
    }
  }

  @Test(arguments: [FarRegion.Metric.maximum, .euclidean])
  func `Far from the data, the search meets what enumeration finds`(metric: FarRegion.Metric) throws {
    var generator = SeededGenerator(seed: 24)
    for seed in 0..<3 as Range<UInt64> {
      let program = BoxSamples.quantized([2, 8, 3], seed: seed).quantized.program
      let domain = InputBox.noise(0...63, inputs: 2)
      let data = (0..<5).map { _ in (0..<2).map { _ in UInt8(generator.next(below: 64)) } }
      let region = try FarRegion(fartherThan: 13.5, from: data, metric: metric, domain: domain)
      var largest = 0.0
      domain.forEachInput { input in
        let isFar = data.allSatisfy { datum in
          let distances = zip(datum, input).map { abs(Double($0) - Double($1)) }
          return metric == .maximum
            ? distances.max()! > 13.5 : distances.reduce(0) { $0 + $1 * $1 }.squareRoot() > 13.5
        }
        #expect(isFar == region.contains(input))
        if isFar { largest = max(largest, program.evaluate(input: input).probabilities.max()!) }
      }
      let cap = try ConfidenceCap(program: program)
      let result = cap.largestConfidence(in: region, budget: SearchBudget())
      #expect(result.bound >= largest && result.bound - largest < 1e-6)
      #expect(abs(result.found - largest) < 1e-6 && region.contains(result.input))
      // Cut short, the bound is looser, and still one.
      let short = cap.largestConfidence(in: region, budget: SearchBudget(boxes: 20))
      #expect(short.bound >= largest && short.found <= largest)
    }
  }

  @Test func `A region that the data cover has nothing in it`() throws {
    let program = BoxSamples.quantized([2, 8, 3], seed: 1).quantized.program
    let region = try FarRegion(fartherThan: 255, from: [[3, 4]])
    let result = try ConfidenceCap(program: program).largestConfidence(in: region, budget: SearchBudget())
    #expect(result.bound == 0 && result.input == [])
  }

  @Test func `Regions without data or of another size are refused`() {
    #expect(throws: CertificationError.self) { try FarRegion(fartherThan: 3, from: []) }
    #expect(throws: CertificationError.self) { try FarRegion(fartherThan: -1, from: [[3, 4]]) }
    #expect(throws: CertificationError.self) { try FarRegion(fartherThan: 3, from: [[3, 4], [1]]) }
  }

  @Test func `Guaranteed detection counts pairs and ties against itself`() {
    var generator = SeededGenerator(seed: 25)
    for _ in 0..<50 {
      let inside = (0..<40).map { _ in Double(generator.next(below: 20)) / 20 }
      let outside = (0..<30).map { _ in Double(generator.next(below: 20)) / 20 }
      let detection = GuaranteedDetection(confidences: inside, caps: outside)
      let wins = inside.reduce(0) { sum, p in sum + outside.count { $0 < p } }
      #expect(detection.auroc == Double(wins) / 1200)
      #expect(Double(inside.count { $0 >= detection.threshold95 }) >= 0.95 * 40)
      #expect(Double(inside.count { $0 > detection.threshold95 }) < 0.95 * 40)
      #expect(detection.fpr95 == Double(outside.count { $0 >= detection.threshold95 }) / 30)
    }
  }

  @Test func `A batch gives what single calls give, in order, and stops when told`() throws {
    var generator = SeededGenerator(seed: 26)
    let (original, quantized) = BoxSamples.quantized([20, 9, 4], seed: 5)
    let certifier = try DifferentialCertifier(reference: original, program: quantized.program)
    let cap = try ConfidenceCap(program: quantized.program)
    let boxes = (0..<40).map { _ in
      InputBox.ball(around: BoxSamples.bytes(inputs: 20, &generator), radius: 2)
    }
    for threads in [1, 2, 5] {
      #expect(certifier.bounds(boxes, threads: threads) == boxes.map(certifier.bound))
      #expect(cap.caps(over: boxes, threads: threads) == boxes.map(cap.cap))
    }
    let some = cap.caps(over: boxes, threads: 1) { index, _ in index < 9 }
    #expect(some.prefix(10).allSatisfy { $0 != nil } && some.dropFirst(10).allSatisfy { $0 == nil })
  }
}
