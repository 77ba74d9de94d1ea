import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

struct DifferentialCertifierTests {
  /// What Double evaluation of a small reference may be off by.
  let evaluation = 1e-11

  static let shapes: [[Int]] = [
    [2, 3], [1, 2], [2, 5, 3], [3, 8, 8, 4], [2, 16, 16, 3], [2, 7, 6, 5, 2],
  ]

  /// What any of the inputs does that the certificate rules out.
  func violations(
    _ reference: Network, _ program: IntegerProgram, _ box: InputBox, inputs: [[UInt8]]
  ) throws -> String {
    let certificate = try DifferentialCertifier(reference: reference, program: program).bound(box)
    var found: [String] = []
    func check(_ value: Double, atMost bound: Double, _ what: String, _ input: [UInt8]) {
      if !(value <= bound + evaluation) { found.append("\(input): \(what) \(value), bound \(bound)") }
    }
    for input in inputs {
      let real = BoxSamples.difference(reference, program, at: input)
      check(real.gap, atMost: certificate.gap, "gap", input)
      check(real.confidence, atMost: certificate.confidenceBound, "confidence", input)
      for (difference, bound) in zip(real.probabilities, certificate.classBounds) {
        check(difference, atMost: bound, "probability", input)
      }
      for (probabilities, range) in [
        (real.reference, certificate.referenceConfidence), (real.program, certificate.programConfidence),
      ] {
        let largest = probabilities.max()!
        check(largest, atMost: range.upperBound, "confidence itself", input)
        check(-largest, atMost: -range.lowerBound, "negative confidence", input)
        let answer = probabilities.firstIndex(of: largest)!
        if !certificate.possibleClasses.contains(answer) { found.append("\(input): class \(answer)") }
      }
    }
    return found.prefix(3).joined(separator: "\n")
  }

  @Test(arguments: shapes)
  func `Every input of a small box stays within its bounds`(shape: [Int]) throws {
    var generator = SeededGenerator(seed: 7)
    for seed in 0..<6 {
      let temperature: Float = seed % 2 == 0 ? 1 : 1.7
      let clip: ClipCalibration = seed % 3 == 0 ? .percentile(0.7) : .leastSquaredError
      let (original, quantized) = BoxSamples.quantized(
        shape, seed: UInt64(100 + seed), clip: clip, temperature: temperature)
      for radius in [0, 1, 3, 9] {
        let center = BoxSamples.bytes(inputs: shape[0], &generator)
        let box = InputBox.ball(around: center, radius: shape[0] > 2 ? radius / 2 : radius)
        var inputs: [[UInt8]] = []
        box.forEachInput { inputs.append($0) }
        #expect(try violations(quantized.twin, quantized.program, box, inputs: inputs) == "")
        #expect(try violations(original, quantized.program, box, inputs: inputs) == "")
      }
    }
  }

  @Test func `A reference that clips elsewhere than the program stays within the bounds`() throws {
    var generator = SeededGenerator(seed: 8)
    for (seed, limit) in [(1, 0.4), (2, 0.9), (3, 3)] as [(UInt64, Float)] {
      let (original, quantized) = BoxSamples.quantized(
        [2, 9, 7, 3], seed: seed, activation: .clippedReLU(limit: limit), clip: .percentile(0.8))
      for radius in [1, 4, 30] {
        let box = InputBox.ball(around: BoxSamples.bytes(inputs: 2, &generator), radius: radius)
        var inputs: [[UInt8]] = []
        box.forEachInput { inputs.append($0) }
        #expect(try violations(original, quantized.program, box, inputs: inputs) == "")
      }
    }
  }

  @Test func `Random inputs and corners of large boxes stay within the bounds`() throws {
    var generator = SeededGenerator(seed: 9)
    for (shape, seed) in [([300, 40, 10], 1), ([64, 32, 16, 5], 2)] as [([Int], UInt64)] {
      let (original, quantized) = BoxSamples.quantized(shape, seed: seed)
      for radius in [1, 8, 64, 255] {
        let box = InputBox.ball(around: BoxSamples.bytes(inputs: shape[0], &generator), radius: radius)
        let inputs = (0..<60).map { sample in
          box.ranges.map { range in
            sample % 2 == 0
              ? (generator.next(below: 2) == 0 ? range.lowerBound : range.upperBound)
              : range.lowerBound + UInt8(generator.next(below: range.count))
          }
        }
        #expect(try violations(quantized.twin, quantized.program, box, inputs: inputs) == "")
        #expect(try violations(original, quantized.program, box, inputs: inputs) == "")
      }
    }
  }

  @Test func `At a single input the bound is the difference itself`() throws {
    var generator = SeededGenerator(seed: 10)
    for seed in 0..<10 as Range<UInt64> {
      let (original, quantized) = BoxSamples.quantized([6, 12, 9, 4], seed: seed)
      for reference in [original, quantized.twin] {
        let input = BoxSamples.bytes(inputs: 6, &generator)
        let certificate = try DifferentialCertifier(reference: reference, program: quantized.program)
          .bound(.ball(around: input, radius: 0))
        let difference = BoxSamples.difference(reference, quantized.program, at: input)
        #expect(abs(certificate.gap - difference.gap) < 1e-6)
        for (bound, real) in zip(certificate.classBounds, difference.probabilities) {
          #expect(abs(bound - real) < 1e-6)
        }
      }
    }
  }

  @Test func `A larger ball has a larger bound`() throws {
    var generator = SeededGenerator(seed: 11)
    for seed in 0..<5 as Range<UInt64> {
      let (original, quantized) = BoxSamples.quantized([20, 16, 4], seed: seed)
      for reference in [original, quantized.twin] {
        let certifier = try DifferentialCertifier(reference: reference, program: quantized.program)
        let input = BoxSamples.bytes(inputs: 20, &generator)
        let gaps = [0, 1, 2, 4, 16, 64].map { certifier.bound(.ball(around: input, radius: $0)).gap }
        // Relaxations are chosen neuron by neuron, so that a choice may cost a little; hardly ever, and not much.
        for (small, large) in zip(gaps, gaps.dropFirst()) { #expect(small <= large * 1.02) }
      }
    }
  }

  @Test func `Models that do not fit together are refused with their shapes`() {
    let (_, a) = BoxSamples.quantized([3, 5, 2], seed: 1)
    let (b, _) = BoxSamples.quantized([3, 6, 2], seed: 1)
    let (c, _) = BoxSamples.quantized([3, 6, 6, 2], seed: 1)
    let tanh = BoxSamples.network([3, 5, 2], seed: 1, activation: .tanh)
    #expect(throws: CertificationError.shape(layer: 0, float: "3-6", int8: "3-5")) {
      try DifferentialCertifier(reference: b, program: a.program)
    }
    #expect(throws: CertificationError.layerCount(float: 3, int8: 2)) {
      try DifferentialCertifier(reference: c, program: a.program)
    }
    #expect(throws: CertificationError.activation(layer: 0, activation: "tanh")) {
      try DifferentialCertifier(reference: tanh, program: a.program)
    }
  }
}
