import ScrupleNetwork
import Testing

@testable import ScrupleQuantization

struct BoundTests {
  @Test(arguments: Random.shapes)
  func `the range of an accumulator is reached at both ends and never left`(shape: [Int]) throws {
    let program = Random.quantized(shape, seed: 41).program
    for layer in program.layers {
      guard case .dense(let dense) = layer else { continue }
      let ranges = dense.accumulatorRanges
      for channel in 0..<dense.outputs {
        let row = dense.weights[channel * dense.inputs..<(channel + 1) * dense.inputs]
        let highest = dense.accumulators(of: row.map { $0 > 0 ? 255 : 0 })[channel]
        let lowest = dense.accumulators(of: row.map { $0 < 0 ? 255 : 0 })[channel]
        #expect(ranges[channel] == lowest...highest)
        #expect(max(abs(lowest), abs(highest)) <= dense.accumulatorBounds[channel])
      }
      for input in Random.bytes(20, inputs: dense.inputs, seed: 42) {
        for (accumulator, range) in zip(dense.accumulators(of: input), ranges) {
          #expect(range.contains(accumulator))
        }
      }
    }
  }

  @Test func `the batch loop computes what the definition says`() {
    let program = Random.quantized([12, 9, 3], seed: 44).program
    let inputs = Random.bytes(30, inputs: 12, seed: 45)
    guard case .dense(let first) = program.layers[0], case .dense(let head) = program.layers[1] else {
      return
    }
    let hidden = first.outputBatch(inputs.flatMap { $0 }, count: 30).map { UInt8($0) }
    let logits = head.outputBatch(hidden, count: 30)
    for (sample, input) in inputs.enumerated() {
      let expected = program.evaluate(input: input)
      #expect(Array(hidden[sample * 9..<sample * 9 + 9]) == expected.activations[0])
      #expect(Array(logits[sample * 3..<sample * 3 + 3]) == expected.accumulators)
    }
  }

  @Test func `an accumulator that can overflow is refused with its layer and channel`() {
    let dense = IntegerDense(
      inputs: 2, outputs: 2, weights: [1, 1, 127, -127], bias: [0, .max - 64_769], multipliers: [1, 1],
      preShift: 0, output: .logits(fractionBits: 0))
    #expect(throws: QuantizationError.accumulatorOverflow(layer: 3, channel: 1, bound: 1 << 31)) {
      try dense.proveBounds(layer: 3)
    }
    var fits = dense
    fits.bias[1] -= 1
    #expect(throws: Never.self) { try fits.proveBounds(layer: 3) }
    fits.preShift = 1
    #expect(throws: QuantizationError.self) { try fits.proveBounds(layer: 3) }
  }

  @Test func `shifted accumulators of a random program stay below 2^31`() throws {
    for seed in 50..<70 as Range<UInt64> {
      try Random.quantized([9, 30, 12, 5], seed: seed).program.proveBounds()
    }
  }
}
