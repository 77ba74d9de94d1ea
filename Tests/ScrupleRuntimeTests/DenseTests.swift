import ScrupleRuntime
import Testing

@Suite struct DenseTests {
  /// Shapes around the borders of groups, pairs, blocks and flushes.
  static let shapes: [(Int, Int)] = {
    var shapes: [(Int, Int)] = []
    for inputs in [1, 2, 3, 4, 5, 7, 8, 9, 31, 255, 256, 257, 260, 511, 512, 513, 784, 897] {
      for outputs in [1, 2, 3, 6, 7, 8, 9, 10, 15, 16, 17] { shapes.append((inputs, outputs)) }
    }
    var generator = SeededGenerator(7)
    for _ in 0..<60 {
      shapes.append((.random(in: 1...900, using: &generator), .random(in: 1...130, using: &generator)))
    }
    return shapes
  }()

  @Test func `activations and logits equal a naive reference for all shapes`() throws {
    for (index, (inputs, outputs)) in Self.shapes.enumerated() {
      var generator = SeededGenerator(UInt64(index))
      let hidden = SmallProgram.Layer.random(inputs: inputs, outputs: outputs, using: &generator)
      let last = SmallProgram.Layer.random(inputs: outputs, outputs: 3, isLogits: true, using: &generator)
      let file = SmallProgram(layers: [hidden, last]).encoded()
      let input = (0..<inputs).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let expected = last.accumulators(hidden.activations(input))
      #expect(try accumulators(file, input) == expected, "\(inputs) → \(outputs)")
    }
  }

  @Test(arguments: [(-127, 255), (127, 255), (-127, 0), (127, 1)])
  func `extreme weights and inputs are exact across flushes`(weight: Int, value: Int) throws {
    for inputs in [1, 255, 256, 257, 1024, 1025, 2000, 32768] {
      for outputs in [2, 5, 8, 11] {
        let layer = SmallProgram.Layer(
          inputs: inputs, outputs: outputs,
          weights: (0..<outputs).map {
            [Int8](repeating: Int8($0 % 3 == 0 ? -weight : weight), count: inputs)
          },
          bias: (0..<outputs).map { Int32($0 * 1000) }, multiplier: .init(repeating: 1, count: outputs),
          fractionBits: 30, isLogits: true)
        let input = [UInt8](repeating: UInt8(value), count: inputs)
        let file = SmallProgram(layers: [layer]).encoded()
        #expect(try accumulators(file, input) == layer.accumulators(input), "\(inputs) → \(outputs)")
      }
    }
  }
}
