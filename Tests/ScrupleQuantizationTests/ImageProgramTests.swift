import ScrupleNetwork
import Testing

@testable import ScrupleQuantization
@testable import ScrupleRuntime

/// Programs on images: the runtime against the naive evaluation, and what files keep.
@Suite struct ImageProgramTests {
  /// A random window that fits, and meets padding only as deep as the format allows.
  private static func window(
    on image: ImageShape, isAverage: Bool = false, _ generator: inout SeededGenerator
  ) -> Window {
    let kernel = (
      1 + generator.next(below: min(image.height, 5)), 1 + generator.next(below: min(image.width, 5))
    )
    func pad(_ size: Int) -> Int { isAverage ? 0 : generator.next(below: size) }
    return Window(
      kernelHeight: kernel.0, kernelWidth: kernel.1, strideHeight: 1 + generator.next(below: 3),
      strideWidth: 1 + generator.next(below: 3),
      padding: Padding(
        top: pad(kernel.0), left: pad(kernel.1), bottom: pad(kernel.0), right: pad(kernel.1)))
  }

  private static func output(_ generator: inout SeededGenerator) -> IntegerOutput {
    let (a, b) = (generator.next(below: 100), 150 + generator.next(below: 106))
    let all: [IntegerOutput] = [
      .relu, .signed, .activation(zeroPoint: generator.next(below: 256), low: a, high: b),
    ]
    return all[generator.next(below: 3)]
  }

  /// A graph of a few random operations with an addition.
  static func graph(seed: UInt64) -> IntegerProgram {
    var generator = SeededGenerator(seed: seed)
    let channels = [1, 2, 3, 4, 5, 8, 12, 16][generator.next(below: 8)]
    let shape = ImageShape(
      height: 1 + generator.next(below: 9), width: 1 + generator.next(below: 9), channels: channels)
    var network = RandomProgram(input: shape, seed: seed &+ 1)
    var value = network.input
    for _ in 0..<2 + generator.next(below: 3) {
      switch generator.next(below: 5) {
      case 0, 1:
        let outputs = [1, 2, 3, 4, 6, 7, 8, 10, 12, 15, 16, 24][generator.next(below: 12)]
        value = network.convolution(
          value, channels: outputs, window: window(on: value.shape, &generator), output: output(&generator))
      case 2:
        value = network.depthwise(
          value, window: window(on: value.shape, &generator), output: output(&generator))
      case 3:
        let isAverage = generator.next(below: 2) == 0
        value = network.pooling(
          value, isAverage ? .average : .maximum,
          window: window(on: value.shape, isAverage: isAverage, &generator))
      default:
        let point = Window(kernelHeight: 1, kernelWidth: 1)
        let other = network.convolution(
          value, channels: value.shape.channels, window: point, output: output(&generator))
        value = network.addition(value, other, output: output(&generator))
      }
    }
    return network.program("graph", classes: 2 + generator.next(below: 9), from: value)
  }

  /// Runs the file operation by operation and compares every tensor with the definition.
  static func compare(_ program: IntegerProgram, inputs: [[UInt8]]) throws {
    let bytes = try program.encoded()
    let model = try Model(validating: bytes.span.bytes)
    var storage = [UInt32](repeating: 0xDEAD_BEEF, count: model.arenaSize / 4)
    for input in inputs {
      let expected = program.evaluate(input: input)
      var span = storage.mutableSpan
      var arena = span.mutableBytes
      for (index, byte) in input.enumerated() {
        arena.storeBytes(of: byte, toByteOffset: model.inputOffset + index, as: UInt8.self)
      }
      for index in 0..<model.operationCount - 1 {
        model.step(index, arena: &arena)
        let operation = model.operation(index)
        let written = (0..<operation.outputByteCount).map {
          arena.unsafeLoad(fromByteOffset: operation.outputOffset + $0, as: UInt8.self)
        }
        #expect(written == expected.activations[index], "operation \(index), \(program.layers[index].kind)")
      }
      model.step(model.operationCount - 1, arena: &arena)
      #expect(model.verdict(arena: &arena).classIndex == expected.classIndex)
    }
  }

  @Test func `random graphs run as they are defined`() throws {
    for seed in 0..<150 as Range<UInt64> {
      let program = Self.graph(seed: seed)
      try Self.compare(program, inputs: Random.bytes(3, inputs: program.inputCount, seed: seed))
    }
  }

  @Test func `files keep every integer of a graph`() throws {
    for seed in 0..<60 as Range<UInt64> {
      let program = Self.graph(seed: seed)
      let decoded = try IntegerProgram(decoding: try program.encoded())
      #expect(decoded.layers == program.layers)
      #expect(decoded.sources == program.sources)
    }
  }

  @Test func `expanded patches give the bytes of single ones`() throws {
    for seed in 0..<200 as Range<UInt64> {
      let program = Self.graph(seed: seed)
      guard case .convolution(let layer) = program.layers[0] else { continue }
      try compareExpanded(program, layer, inputs: Random.bytes(3, inputs: program.inputCount, seed: seed))
    }
  }

  @Test func `extreme weights and inputs are exact in patches of any length`() throws {
    for (weight, value) in [(127, 255), (-127, 255), (-127, 0)] as [(Int8, UInt8)] {
      for channels in [1, 63, 64, 65, 256, 260, 1025] {
        for outputs in [2, 5, 8, 11] {
          let inputs = 2 * channels
          let image = ImageShape(height: 2, width: 1, channels: channels)
          let kernel = IntegerDense(
            inputs: inputs, outputs: outputs,
            weights: (0..<inputs * outputs).map { $0 / inputs % 3 == 0 ? -weight : weight },
            bias: (0..<outputs).map { $0 % 2 == 0 ? 1_000_000 : -1_000_000 },
            multipliers: (0..<outputs).map { Int32(1 << 31 / (inputs * 100) + $0) }, preShift: 0,
            output: .signed)
          let layer = IntegerConvolution(
            kernel: kernel, image: image, window: Window(kernelHeight: 2, kernelWidth: 1), inputZeroPoint: 0)
          var network = RandomProgram(input: image, seed: 1)
          let first = network.convolution(
            network.input, channels: outputs, window: layer.window, output: .signed)
          var program = network.program("extreme", classes: 2, from: first)
          program.layers[0] = .convolution(layer)
          let input = [[UInt8](repeating: value, count: image.count)]
          try Self.compare(program, inputs: input)
          try compareExpanded(program, layer, inputs: input)
        }
      }
    }
  }

  /// Runs operation 0, a convolution, two patches at a time, as cores with DSP instructions do.
  private func compareExpanded(
    _ program: IntegerProgram, _ layer: IntegerConvolution, inputs: [[UInt8]]
  ) throws {
    let bytes = try program.encoded()
    let model = try Model(validating: bytes.span.bytes)
    let operation = model.operation(0)
    let arena = UnsafeMutableRawBufferPointer.allocate(byteCount: model.arenaSize, alignment: 16)
    let patches = UnsafeMutableRawBufferPointer.allocate(
      byteCount: PatchLayout.byteCount(inputs: layer.kernel.inputs), alignment: 16)
    defer {
      arena.deallocate()
      patches.deallocate()
    }
    for input in inputs {
      arena.initializeMemory(as: UInt8.self, repeating: 0xA5)
      patches.initializeMemory(as: UInt8.self, repeating: 0xA5)
      UnsafeMutableRawBufferPointer(rebasing: arena[model.inputOffset...]).copyBytes(from: input)
      bytes.withUnsafeBytes { file in
        let step = Step(
          model: model, base: model.descriptorOffset(0), file: file.baseAddress!, memory: arena.baseAddress!)
        step.convolution.runPairs(patches.baseAddress!)
      }
      let written = Array(arena[operation.outputOffset..<operation.outputOffset + operation.outputCount])
      #expect(written == layer.bytes(of: input), "\(layer.image), \(layer.window), \(layer.kernel.outputs)")
    }
  }

  @Test(arguments: BenchmarkNetwork.allCases)
  func `the benchmark networks run as they are defined`(network: BenchmarkNetwork) throws {
    let program = network.program(seed: 1)
    try Self.compare(program, inputs: Random.bytes(1, inputs: program.inputCount, seed: 5))
  }

  @Test func `arenas are as small as what lives in them`() {
    let expected: [(BenchmarkNetwork, Int)] = [
      (.keywords, 16_000), (.residual, 49_728), (.mobile, 55_296), (.imagePerceptron, 912),
    ]
    for (network, size) in expected {
      let plan = network.program(seed: 1).arenaPlan
      #expect(plan.size == size && plan.lowerBound == size, "\(network): \(plan.size), \(plan.lowerBound)")
    }
  }

  @Test func `tensors that live at one time share no byte, but for an addition in place`() {
    for seed in 0..<100 as Range<UInt64> {
      let program = Self.graph(seed: seed)
      let plan = program.arenaPlan
      #expect(plan.size >= plan.lowerBound)
      for (index, a) in plan.buffers.enumerated() {
        #expect(a.offset % 4 == 0 && a.range.upperBound <= plan.size)
        for (other, b) in plan.buffers.enumerated().prefix(index)
        where a.firstOperation <= b.lastOperation && b.firstOperation <= a.lastOperation {
          guard a.range.overlaps(b.range) else { continue }
          let operation = index - 1
          guard program.layers.indices.contains(operation), case .addition = program.layers[operation] else {
            Issue.record("\(a) and \(b)")
            continue
          }
          #expect(program.sources[operation].contains(other - 1) && a.range == b.range)
          #expect(b.lastOperation == a.firstOperation)
        }
      }
    }
  }
}
