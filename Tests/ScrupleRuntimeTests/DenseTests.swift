import CScrupleIntrinsics
import Testing

@testable import ScrupleRuntime

@Suite struct DenseTests {
  typealias Layer = SmallProgram.Layer

  /// Shapes around the borders of groups, pairs, blocks, vectors and flushes, and random ones.
  static let shapes: [(Int, Int)] = {
    var shapes: [(Int, Int)] = []
    for inputs in [
      1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 65, 255, 256, 257, 260, 511, 512, 513, 784, 897, 1025, 1029,
    ] {
      for outputs in [1, 2, 3, 5, 6, 7, 8, 9, 10, 15, 16, 17, 31, 49, 55] { shapes.append((inputs, outputs)) }
    }
    var generator = SeededGenerator(7)
    for _ in 0..<60 {
      shapes.append((.random(in: 1...900, using: &generator), .random(in: 1...130, using: &generator)))
    }
    return shapes
  }()

  /// The instruction sets of this processor, the portable loop among them.
  static let instructionSets = (0...scr_instruction_set()).map { $0 }

  /// Runs a layer on memory of exactly its size, with the bytes behind the input and the output set to `poison`.
  static func run(_ layer: Layer, _ input: [UInt8], _ instructions: Int32, poison: UInt8 = 0xA5) -> [UInt8] {
    let packed = layer.packed()
    let channels = WeightLayout.channelCount(outputs: layer.outputs)
    let bias = layer.bias + [Int32](repeating: 0, count: channels - layer.outputs)
    let multiplier = layer.multiplier + [Int32](repeating: 0, count: channels - layer.outputs)
    let outputSize = layer.isLogits ? 4 * layer.outputs : layer.outputs
    func memory(_ count: Int) -> UnsafeMutableRawBufferPointer {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 4)
      memory.initializeMemory(as: UInt8.self, repeating: poison)
      return memory
    }
    let weights = memory(packed.count)
    let x = memory(FileLayout.align4(layer.inputs))
    let output = memory(FileLayout.align4(outputSize) + 4)
    defer { for m in [weights, x, output] { m.deallocate() } }
    weights.copyBytes(from: packed)
    x.copyBytes(from: input)
    bias.withUnsafeBufferPointer { bias in
      multiplier.withUnsafeBufferPointer { multiplier in
        let dense = Dense(
          weights: UnsafePointer(weights.baseAddress!.assumingMemoryBound(to: UInt32.self)),
          bias: bias.baseAddress!, multiplier: multiplier.baseAddress!,
          input: UnsafePointer(x.baseAddress!.assumingMemoryBound(to: UInt32.self)),
          output: output.baseAddress!,
          groups: (layer.inputs + 3) / 4, outputs: layer.outputs, isLogits: layer.isLogits,
          scaling: Scaling(
            shift: Int32(layer.preShift), zeroPoint: Int32(layer.zeroPoint), low: Int32(layer.low),
            high: Int32(layer.high)))
        if instructions == SCR_PORTABLE { dense.runPortably() } else { dense.run(instructions) }
      }
    }
    #expect(output[outputSize...].allSatisfy { $0 == poison }, "wrote behind the output")
    return Array(output[..<outputSize])
  }

  static func bytes(_ values: [Int32]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

  @Test(arguments: instructionSets)
  func `activations and logits equal a naive reference for all shapes`(instructions: Int32) {
    for (index, (inputs, outputs)) in Self.shapes.enumerated() {
      var generator = SeededGenerator(UInt64(index))
      var layer = Layer.random(inputs: inputs, outputs: outputs, using: &generator)
      layer.preShift = UInt8.random(in: 0...2, using: &generator)
      layer.zeroPoint = UInt8.random(in: 0...255, using: &generator)
      layer.low = UInt8.random(in: 0...100, using: &generator)
      layer.high = UInt8.random(in: 150...255, using: &generator)
      let isSparse = index % 2 == 0
      let input = (0..<inputs).map { i in
        isSparse && (i / 8) % 3 != 0 ? 0 : UInt8.random(in: 0...255, using: &generator)
      }
      #expect(Self.run(layer, input, instructions) == layer.activations(input), "\(inputs) → \(outputs)")
      layer.isLogits = true
      #expect(
        Self.run(layer, input, instructions) == Self.bytes(layer.accumulators(input)),
        "\(inputs) → \(outputs)")
    }
  }

  @Test(arguments: instructionSets)
  func `extreme weights and inputs are exact across flushes`(instructions: Int32) {
    for (weight, value) in [(-127, 255), (127, 255), (-127, 0), (127, 1)] {
      for inputs in [1, 255, 256, 257, 1023, 1024, 1025, 2000, 4096, 4100, 32768] {
        for outputs in [2, 5, 8, 11] {
          let layer = Layer(
            inputs: inputs, outputs: outputs,
            weights: (0..<outputs).map {
              [Int8](repeating: Int8($0 % 3 == 0 ? -weight : weight), count: inputs)
            },
            bias: (0..<outputs).map { $0 % 2 == 0 ? .max : .min + 5 },
            multiplier: .init(repeating: 1, count: outputs),
            isLogits: true)
          let input = [UInt8](repeating: UInt8(value), count: inputs)
          #expect(
            Self.run(layer, input, instructions) == Self.bytes(layer.accumulators(input)),
            "\(inputs) → \(outputs)")
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func `halfwords that no exporter writes mean what the specification says`(instructions: Int32) throws {
    var generator = SeededGenerator(31)
    for (inputs, outputs) in [(4, 2), (300, 8), (1500, 9), (257, 16)] {
      var layer = Layer.random(inputs: inputs, outputs: outputs, isLogits: true, using: &generator)
      // A = 128 and B = −128 are what the halfwords 0x7F80 and 0x0080 − 256 hold.
      for k in 0..<outputs { layer.weights[k] = .init(repeating: k % 2 == 0 ? 127 : -128, count: inputs) }
      let input = [UInt8](repeating: 255, count: inputs)
      #expect(Self.run(layer, input, instructions) == Self.bytes(layer.accumulators(input)))
    }
  }

  @Test func `whole programs equal a chain of naive layers`() throws {
    var generator = SeededGenerator(41)
    for sizes in [
      [2, 16, 16, 3], [5, 3, 2], [784, 100, 10], [100, 33, 257 - 128, 2], [9, 8, 7, 6, 5, 4, 3],
    ] {
      var layers = (1..<sizes.count).map {
        Layer.random(
          inputs: sizes[$0 - 1], outputs: sizes[$0], isLogits: $0 == sizes.count - 1, using: &generator)
      }
      if layers.count > 2 { layers[0].zeroPoint = 7 }
      let input = (0..<sizes[0]).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let expected = layers.last!.accumulators(layers.dropLast().reduce(input) { $1.activations($0) })
      let file = SmallProgram(layers: layers).encoded()
      #expect(try accumulators(file, input, poison: 0) == expected)
      #expect(try accumulators(file, input, poison: 0xFF) == expected)
    }
  }
}
