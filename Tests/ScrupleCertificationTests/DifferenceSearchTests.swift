import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

struct DifferenceSearchTests {
  @Test(arguments: DifferenceObjective.allCases)
  func `Branch and bound over few inputs meets what enumeration finds`(objective: DifferenceObjective) throws
  {
    for seed in 0..<3 as Range<UInt64> {
      let (original, quantized) = BoxSamples.quantized([2, 6, 5, 3], seed: seed)
      for reference in [quantized.twin, original] {
        let box = InputBox.noise(20...83, inputs: 2)
        var largest = 0.0
        box.forEachInput { input in
          let difference = BoxSamples.difference(reference, quantized.program, at: input)
          switch objective {
          case .gap: largest = max(largest, difference.gap)
          case .probability: largest = max(largest, difference.probabilities.max()!)
          case .confidence: largest = max(largest, difference.confidence)
          }
        }
        let certifier = try DifferentialCertifier(reference: reference, program: quantized.program)
        let short = certifier.largestDifference(objective, over: box, budget: SearchBudget(boxes: 50))
        #expect(short.bound >= largest && short.found <= largest + 1e-11)
        let result = certifier.largestDifference(objective, over: box, budget: SearchBudget(ratio: 1.01))
        #expect(result.bound >= largest - 1e-11 && result.bound <= 1.01 * largest + 1e-6)
        #expect(result.found <= largest + 1e-11 && result.found >= largest / 1.011 - 1e-6)
      }
    }
  }

  @Test func `Both sides of a kink together cover the box`() throws {
    var generator = SeededGenerator(seed: 31)
    for seed in 0..<8 as Range<UInt64> {
      let (original, quantized) = BoxSamples.quantized([3, 8, 7, 3], seed: seed)
      let certifier = try DifferentialCertifier(reference: original, program: quantized.program)
      let box = InputBox.ball(around: BoxSamples.bytes(inputs: 3, &generator), radius: 5)
      let phases = [false, true].map { NeuronPhase(layer: 1, neuron: 2, kink: 0, isAbove: $0) }
      let workspace = DifferentialCertifier.Workspace(certifier)
      let sides = phases.map { workspace.logitBounds(box, phases: [$0]).map { BoxCertificate($0) } }
      box.forEachInput { input in
        let z = BoxSamples.preActivations(original, input)[1][2]
        let gap = BoxSamples.difference(original, quantized.program, at: input).gap
        if abs(z) > 1e-9 {
          #expect(gap <= (sides[z > 0 ? 1 : 0]?.gap ?? -1) + 1e-11)
        }
      }
    }
  }

  @Test func `With hundreds of inputs the bound falls and stays above what is found`() throws {
    let (original, quantized) = BoxSamples.quantized([100, 20, 5], seed: 3)
    let certifier = try DifferentialCertifier(reference: original, program: quantized.program)
    var generator = SeededGenerator(seed: 32)
    let box = InputBox.ball(around: BoxSamples.bytes(inputs: 100, &generator), radius: 4)
    let whole = certifier.bound(box)
    let result = certifier.largestDifference(.probability, over: box, budget: SearchBudget(boxes: 400))
    #expect(result.bound <= whole.probabilityBound && result.bound >= result.found)
    #expect(result.boxes >= 400 && result.boxes <= 402)
  }
}
