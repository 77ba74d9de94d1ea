import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

struct ExhaustiveTests {
  @Test func `the maximum over all inputs is what the definition gives, one by one`() throws {
    let pair = try TestModels.pair([2, 5, 3], seed: 41)
    let certificate = try Certifier.exhaustive(pair, box: InputBox([10...60, 200...240]))
    #expect(certificate.inputs == 51 * 41)
    var (gap, change, confidence) = (0.0, 0.0, 0.0)
    for x in 10...60 {
      for y in 200...240 {
        let input = [UInt8(x), UInt8(y)]
        let device = pair.program.evaluate(input: input)
        let reference = twinLogits(pair, input)
        let logits = device.logits.map { Double($0) * exp2(-Double(pair.program.fractionBits)) * log(2) }
        let moves = zip(logits, reference).map { $0 - $1 }
        gap = max(gap, moves.max()! - moves.min()!)
        for (p, q) in zip(device.probabilities, softmax(reference)) { change = max(change, abs(p - q)) }
        confidence = max(confidence, device.probabilities.max()!)
      }
    }
    #expect(abs(certificate.gap.value - gap) < 1e-12)
    #expect(abs(certificate.probabilityChange.value - change) < 1e-12)
    #expect(abs(certificate.confidence.value - confidence) < 1e-12)
    #expect(certificate.slack > 0 && certificate.slack < 1e-12)
    let input = certificate.gap.input
    let moves = zip(
      pair.program.evaluate(input: input).logits.map {
        Double($0) * exp2(-Double(pair.program.fractionBits)) * log(2)
      }, twinLogits(pair, input)
    ).map { $0 - $1 }
    #expect(abs(moves.max()! - moves.min()! - gap) < 1e-12)
  }

  /// The twin in Double, straight from its definition.
  private func twinLogits(_ pair: ModelPair, _ input: [UInt8]) -> [Double] {
    var values = input.map { Double($0) / 255 }
    for layer in pair.twin.denseLayers {
      values = (0..<layer.outputs).map { channel in
        var z = Double(layer.bias[channel])
        for (index, value) in values.enumerated() {
          z += Double(layer.weight[channel * layer.inputs + index]) * value
        }
        if case .clippedReLU(let limit) = layer.activation { z = min(max(z, 0), Double(limit)) }
        return z
      }
    }
    return values.map { $0 / Double(pair.twin.temperature) }
  }

  @Test func `65,536 inputs are below the whole domain's bound`() throws {
    let pair = try TestModels.pair([2, 16, 16, 3], seed: 42)
    let clock = ContinuousClock()
    var certificate: ExhaustiveCertificate?
    let time = try clock.measure { certificate = try Certifier.exhaustive(pair) }
    print("exhaustive 2-16-16-3:", time)
    #expect(certificate?.inputs == 65_536)
    #expect(try #require(certificate).gapBound <= Certifier.wholeDomain(pair).gap)
  }

  @Test func `what cannot be enumerated is refused`() throws {
    let pair = try TestModels.pair([4, 5, 3], seed: 43)
    #expect(throws: CertificationError.tooManyInputs(count: 1 << 32, limit: Certifier.exhaustiveLimit)) {
      try Certifier.exhaustive(pair)
    }
    #expect(throws: CertificationError.self) { try Certifier.exhaustive(pair, box: InputBox([0...1])) }
  }
}
