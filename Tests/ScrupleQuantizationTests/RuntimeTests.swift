import ScrupleNetwork
import ScrupleRuntime
import Testing

@testable import ScrupleQuantization

/// The runtime against the definition.
struct RuntimeTests {
  @Test(arguments: Random.shapes + [[784, 100, 10], [5, 257, 3], [1000, 3, 2]])
  func `the runtime computes what the definition says, byte for byte`(shape: [Int]) throws {
    for seed in 70..<73 as Range<UInt64> {
      try compare(Random.quantized(shape, seed: seed).program, seed: seed)
    }
  }

  @Test(arguments: GraphKind.allCases)
  func `so it does for quantized graphs, which survive their file`(kind: GraphKind) throws {
    for seed in 80..<83 as Range<UInt64> {
      let program = Random.quantizedGraph(kind, seed: seed).program
      try compare(program, seed: seed)
      #expect(try IntegerProgram(decoding: program.encoded()) == program)
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `so it does for arbitrary integers`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let widths = (0..<2 + generator.next(below: 4)).map { _ in 1 + generator.next(below: 70) }
    var program = Random.quantized(widths.dropLast() + [2 + generator.next(below: 30)], seed: seed).program
    for index in program.layers.indices {
      guard case .dense(var dense) = program.layers[index] else { continue }
      for position in dense.weights.indices {
        dense.weights[position] =
          generator.next(below: 3) == 0
          ? (generator.next(below: 2) == 0 ? 127 : -127) : Int8(generator.next(below: 255) - 127)
      }
      for channel in 0..<dense.outputs {
        dense.bias[channel] = Int32(generator.next(below: 1 << 25)) - 1 << 24
        dense.multipliers[channel] = Int32(1 + generator.next(below: (1 << 31) - 1))
      }
      if case .activation = dense.output {
        let (a, b) = (generator.next(below: 256), generator.next(below: 256))
        dense.preShift = generator.next(below: 5)
        dense.multipliers = dense.multipliers.map { max(1, $0 >> Int32(generator.next(below: 20))) }
        let zeroPoint = generator.next(below: 256)
        dense.output = .activation(zeroPoint: zeroPoint, low: min(a, b), high: max(a, b))
      } else {
        dense.output = .logits(
          fractionBits: FileLayout.Limit.fractionBits.upperBound - generator.next(below: 20))
      }
      program.layers[index] = .dense(dense)
    }
    try compare(program, seed: seed)
  }

  private func compare(_ program: IntegerProgram, seed: UInt64) throws {
    let plan = program.arenaPlan
    let bytes = try program.encoded()
    let model = try Model(validating: bytes.span.bytes)
    var storage = [UInt32](repeating: 0xDEAD_BEEF, count: plan.size / 4)
    for input in Random.bytes(20, inputs: program.inputCount, seed: seed) {
      let expected = program.evaluate(input: input)
      var contents: [[UInt8]] = []
      var span = storage.mutableSpan
      var arena = span.mutableBytes
      for index in input.indices {
        arena.storeBytes(of: input[index], toByteOffset: model.inputOffset + index, as: UInt8.self)
      }
      for index in 0..<model.operationCount {
        model.step(index, arena: &arena)
        let operation = model.operation(index)
        contents.append(
          (0..<operation.outputByteCount).map {
            arena.unsafeLoad(fromByteOffset: operation.outputOffset + $0, as: UInt8.self)
          })
      }
      let verdict = model.verdict(arena: &arena)
      #expect(Array(contents.dropLast()) == expected.activations)
      #expect(
        (0..<program.classCount).map { contents.last!.load(Int32.self, at: 4 * $0) } == expected.accumulators)
      #expect(verdict.classIndex == expected.classIndex)
      for k in 0..<program.classCount {
        let q31 = arena.unsafeLoad(fromByteOffset: model.logitsOffset + 4 * k, as: UInt32.self)
        #expect(abs(Double(q31) * 0x1p-31 - expected.probabilities[k]) <= 0x1p-24)
      }
    }
  }
}
