import ScrupleNetwork
import ScrupleQuantization
import ScrupleRuntime
import Testing

@testable import ScrupleDevice

/// The kernels for vectors, which only a Cortex-M55 has: against the host's, in QEMU.
@Suite(.serialized) struct VectorFirmwareTests {
  /// Random shapes: channels that fill vectors and that don't, odd ones, padding on any side, steps, patches in place, on
  /// the stack and in the arena, more inputs than between two flushes, numbers of outputs that leave patches alone.
  static func program(seed: UInt64, isEven: Bool = false) -> IntegerProgram {
    var random = SeededGenerator(seed: seed)
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func channels(_ range: ClosedRange<Int>) -> Int { isEven ? number(range) / 4 * 4 + 4 : number(range) }
    func window(_ image: ImageShape, steps: ClosedRange<Int> = 1...2) -> Window {
      let (rows, columns) = (number(1...min(5, image.height)), number(1...min(5, image.width)))
      return Window(
        kernelHeight: rows, kernelWidth: columns, strideHeight: number(steps), strideWidth: number(steps),
        padding: Padding(
          top: number(0...rows - 1), left: number(0...columns - 1), bottom: number(0...rows - 1),
          right: number(0...columns - 1)))
    }
    func output() -> IntegerOutput {
      [.relu, .signed, .activation(zeroPoint: 0, low: 20, high: 200)][number(0...2)]
    }
    var network = RandomProgram(
      input: ImageShape(height: number(5...11), width: number(5...11), channels: channels(1...8)), seed: seed)
    let first = network.convolution(
      network.input, channels: channels(1...24), window: window(network.input.shape, steps: 1...1))
    let second = network.depthwise(first, window: window(first.shape, steps: 1...1), output: output())
    let third = network.depthwise(second, window: window(second.shape), output: output())
    let large = network.pooling(third, .maximum, window: window(third.shape))
    let point = network.convolution(
      large, channels: channels(1...40), window: Window(kernelHeight: 1, kernelWidth: 1), output: output())
    let wide = network.convolution(
      point, channels: channels(1...40),
      window: .same(
        kernelHeight: 3, kernelWidth: 5, strideHeight: 1, strideWidth: 1, of: point.shape))
    let sum = network.addition(wide, wide, output: .activation(zeroPoint: 100, low: 9, high: 240))
    let mean = network.pooling(sum, .average, window: Window(kernelHeight: 1, kernelWidth: 1))
    let hidden = network.dense(mean, outputs: channels(1...30), output: output())
    return network.program("vectors \(seed)", classes: isEven ? 10 : number(2...17), from: hidden)
  }

  private static func expectHostsBits(_ file: [UInt8], _ name: String) throws {
    let engine = try Engine(file)
    let (run, report) = try QEMUDevice(Board.named("mps3-an547")).simulate(
      engine, Fixture.inputs(6, for: engine))
    #expect(
      report.identicalToHost && run.restarts == 0, "\(name): \(String(describing: report.firstDifference))")
    #expect(try #require(report.instructions).dataIndependent, "\(name)")
  }

  @Test func `random shapes of every operation give the host's bits`() throws {
    for seed in 0..<24 {
      let program = Self.program(seed: UInt64(seed))
      try Self.expectHostsBits(program.encoded(), program.metadata.name)
    }
  }

  @Test func `dense layers of random shapes give the host's bits`() throws {
    var random = SeededGenerator(seed: 5)
    for inputs in [1, 3, 4, 5, 8, 12, 252, 255, 256, 257, 260, 511, 512, 516, 1025] {
      let sizes = [inputs] + (0..<3).map { _ in Int.random(in: 2...26, using: &random) }
      try Self.expectHostsBits(Fixture.file(sizes), "\(sizes)")
    }
  }

  @Test func `weights, biases, multipliers and shifts that no exporter writes give the host's bits`() throws {
    for seed in 100..<112 {
      let program = Self.program(seed: UInt64(seed), isEven: true)
      var file = try program.encoded()
      Self.forge(&file, try Engine(file).operations, seed: UInt64(seed))
      try Self.expectHostsBits(file, program.metadata.name)
    }
  }

  /// Fills the constants of all operations with whatever a file may have.
  ///
  /// - Parameter operations: with inputs and outputs that need no zeros to fill up.
  private static func forge(_ file: inout [UInt8], _ operations: [Operation], seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func store(_ value: UInt32, _ bytes: Int, _ offset: Int) {
      for byte in 0..<bytes { file[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte))) }
    }
    let descriptors = Int(file[52]) | Int(file[53]) << 8
    let extremes: [UInt32] = [0x7FFF, 0x8000, 0x7F80, 0x8080, 0xFF80, 0x0080, 0x007F, 0x8001]
    for (index, operation) in operations.enumerated() where operation.kernelOutputs > 0 {
      for halfword in 0..<operation.kernelInputs * operation.kernelOutputs
        / (operation.kind == .depthwise ? 1 : 2)
      {
        let weight =
          Bool.random(using: &random)
          ? extremes.randomElement(using: &random) ?? 0 : UInt32.random(in: 0...0xFFFF, using: &random)
        store(weight, 2, operation.weightsOffset + 2 * halfword)
      }
      for channel in 0..<operation.kernelOutputs {
        store(.random(in: 0 ... .max, using: &random), 4, operation.biasOffset + 4 * channel)
        store(.random(in: 1...0x7FFF_FFFF, using: &random), 4, operation.multiplierOffset + 4 * channel)
      }
      if index < operations.count - 1 {
        file[descriptors + 48 * index + 3] = .random(in: 0...31, using: &random)
      }
    }
    store(crc32(file.span.bytes.extracting(droppingLast: 4)), 4, file.count - 4)
  }
}
