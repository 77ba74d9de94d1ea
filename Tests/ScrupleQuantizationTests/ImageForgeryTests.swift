import ScrupleNetwork
import ScrupleRuntime
import Testing

@testable import ScrupleQuantization

/// Files of operations on images that were changed and given a right checksum again.
@Suite struct ImageForgeryTests {
  /// Every operation once: convolution, depthwise, convolution with patches in the arena, addition, maximum,
  /// average, dense.
  static let sample: [UInt8] = {
    var network = RandomProgram(input: ImageShape(height: 6, width: 6, channels: 4), seed: 3)
    func same(_ kernel: Int, _ value: RandomProgram.Value) -> Window {
      .same(kernelHeight: kernel, kernelWidth: kernel, of: value.shape)
    }
    let first = network.convolution(network.input, channels: 8, window: same(3, network.input))
    let second = network.depthwise(first, window: same(3, first))
    let third = network.convolution(second, channels: 8, window: same(5, second), output: .signed)
    let sum = network.addition(third, second)
    let largest = network.pooling(
      sum, .maximum, window: Window(kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2))
    let mean = network.pooling(largest, .average)
    return try! network.program("sample", classes: 3, from: mean).encoded()
  }()

  /// The file offset of a field of an operation.
  static func at(_ operation: Int, _ field: Int) -> Int { 96 + 48 * operation + field }

  static func word(_ operation: Int, _ field: Int) -> UInt32 {
    sample.load(UInt32.self, at: at(operation, field))
  }

  static let arenaSize = sample.load(UInt32.self, at: 12)

  static func verdict(_ file: [UInt8]) -> ModelError? {
    do throws(ModelError) {
      _ = try Model(validating: file.span.bytes)
      return nil
    } catch { return error }
  }

  static func sealed(_ edit: (inout [UInt8]) -> Void) -> [UInt8] {
    var file = sample
    edit(&file)
    let checksum = crc32(file.span.bytes.extracting(droppingLast: 4))
    file.store(checksum, at: file.count - 4)
    return file
  }

  struct Forgery: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var expected: ModelError
    var edit: @Sendable (inout [UInt8]) -> Void

    init(_ name: String, byte value: UInt8, _ operation: Int, _ field: Int, _ expected: (Int) -> ModelError) {
      let offset = at(operation, field)
      (testDescription, self.expected) = (name, expected(offset))
      edit = { $0[offset] = value }
    }

    init(_ name: String, half value: UInt16, _ operation: Int, _ field: Int, _ expected: (Int) -> ModelError)
    {
      let offset = at(operation, field)
      (testDescription, self.expected) = (name, expected(offset))
      edit = { $0.store(value, at: offset) }
    }

    init(_ name: String, word value: UInt32, _ operation: Int, _ field: Int, _ expected: (Int) -> ModelError)
    {
      let offset = at(operation, field)
      (testDescription, self.expected) = (name, expected(offset))
      edit = { $0.store(value, at: offset) }
    }

    init(_ name: String, _ expected: ModelError, _ edit: @escaping @Sendable (inout [UInt8]) -> Void) {
      (testDescription, self.expected, self.edit) = (name, expected, edit)
    }
  }

  private static func range(_ value: UInt32, _ bound: UInt32) -> (Int) -> ModelError {
    { .fieldOutOfRange(offset: $0, value: value, bound: bound) }
  }

  private static func mismatch(_ value: UInt32, _ expected: UInt32) -> (Int) -> ModelError {
    { .fieldMismatch(offset: $0, value: value, expected: expected) }
  }

  static let forgeries: [Forgery] = [
    .init("quads for a convolution", byte: 2, 0, 1) { .unknownWeightLayout(offset: $0, code: 2) },
    .init("pairs for a depthwise convolution", byte: 1, 1, 1) { .unknownWeightLayout(offset: $0, code: 1) },
    .init("weights for a pooling", byte: 1, 4, 1) { .unknownWeightLayout(offset: $0, code: 1) },
    .init("logits of a convolution", byte: 1, 0, 2, mismatch(1, 0)),
    .init("a convolution at the end", byte: 2, 6, 0, mismatch(2, 1)),
    .init("no rows", half: 0, 0, 12, range(0, 1)),
    .init("too many rows", half: 65535, 0, 12, range(65535, 32768)),
    .init("fewer rows than the caller writes", half: 5, 0, 12, mismatch(120, 144)),
    .init("no columns", half: 0, 0, 14, range(0, 1)),
    .init("no channels", half: 0, 0, 16, range(0, 1)),
    .init("no channels out", half: 0, 0, 18, range(0, 1)),
    .init("a depthwise convolution that changes channels", half: 9, 1, 18, mismatch(9, 8)),
    .init("a pooling that changes channels", half: 4, 4, 18, mismatch(4, 8)),
    .init("a kernel without rows", byte: 0, 0, 36, range(0, 1)),
    .init("a kernel higher than its image", byte: 200, 0, 36, range(200, 8)),
    .init("a kernel wider than its image", byte: 7, 4, 37, range(7, 6)),
    .init("no step down", byte: 0, 0, 38, range(0, 1)),
    .init("no step to the right", byte: 0, 1, 39, range(0, 1)),
    .init("a window in the padding above", byte: 3, 0, 40, range(3, 2)),
    .init("a window in the padding on the right", byte: 3, 1, 43, range(3, 2)),
    .init("an average of padding", byte: 1, 5, 40, range(1, 0)),
    .init("patches that need no place", word: 4, 0, 44, mismatch(4, 0)),
    .init("a shift of 32", byte: 32, 0, 3, range(32, 31)),
    .init("a shift of a maximum", byte: 1, 4, 3, range(1, 0)),
    .init("a factor of a maximum", word: 9, 4, 28, mismatch(9, 0)),
    .init("an average's factor of 0", word: 0, 5, 28, range(0, 1)),
    .init("an average's negative factor", word: 1 << 31, 5, 28, range(1 << 31, 0x7FFF_FFFF)),
    .init("weights of a pooling", word: 64, 4, 20) { .notZero(offset: $0, value: 64) },
    .init("a clamp of a pooling", byte: 3, 4, 35) { .notZero(offset: $0, value: 3) },
    .init("a pooling that moves zero", byte: 7, 4, 33, mismatch(7, 0)),
    .init("an input with another zero", byte: 1, 0, 32, mismatch(1, 0)),
    .init("a summand with another zero", byte: 127, 3, 32, mismatch(127, 128)),
    .init("a second summand with another zero", byte: 1, 3, 36, mismatch(1, 0)),
    .init("an addition's shift of 0", byte: 0, 3, 3, range(0, 1)),
    .init("an addition's shift of 23", byte: 23, 3, 3, range(23, 22)),
    .init("an addition's factor of 0", word: 0, 3, 20, range(0, 1)),
    .init("an addition's factor of 2²²", word: 1 << 22, 3, 24, range(1 << 22, (1 << 22) - 1)),
    .init("an addition of nothing", word: 0, 3, 12, range(0, 1)),
    .init("an addition of less than was written", word: 284, 3, 12, mismatch(284, 288)),
    .init("a reserved word of an addition", word: 1, 3, 28, mismatch(1, 0)),
    .init("a reserved byte of an addition", byte: 1, 3, 47) { .notZero(offset: $0, value: 1) },
    .init(
      "an input beside what was written", word: word(1, 4) - 4, 1, 4, mismatch(word(1, 4) - 4, word(1, 4))),
    .init("an input at an odd place", word: word(1, 4) + 2, 1, 4, mismatch(word(1, 4) + 2, word(1, 4))),
    .init("an output over its input", word: word(1, 4), 1, 8) {
      .overlappingRegions(offset: $0, input: word(1, 4), output: word(1, 4))
    },
    .init("an addition that is nearly in place", word: word(3, 4) + 4, 3, 8) {
      word(3, 4) + 4 + 288 > arenaSize
        ? .outsideArena(offset: $0, start: word(3, 4) + 4, byteCount: 288, arenaSize: arenaSize)
        : .overlappingRegions(offset: $0, input: word(3, 4), output: word(3, 4) + 4)
    },
    .init("patches over the input", word: word(2, 4), 2, 44) {
      word(2, 4) + 800 > arenaSize
        ? .outsideArena(offset: $0, start: word(2, 4), byteCount: 800, arenaSize: arenaSize)
        : .overlappingRegions(offset: $0, input: word(2, 4), output: word(2, 4))
    },
    .init("patches outside of the arena", word: arenaSize, 2, 44) {
      .outsideArena(offset: $0, start: arenaSize, byteCount: 800, arenaSize: arenaSize)
    },
    .init(
      "a patch of too many values",
      .fieldOutOfRange(offset: at(0, 16), value: 9 * 32768, bound: 32768)
    ) {
      $0.store(UInt16(1), at: at(0, 12))
      $0.store(UInt16(1), at: at(0, 14))
      $0.store(UInt16(32768), at: at(0, 16))
    },
    .init(
      "extents whose product is beyond everything",
      .outsideArena(offset: at(0, 4), start: word(0, 4), byteCount: 1 << 31, arenaSize: arenaSize)
    ) {
      $0.store(UInt16(32768), at: at(0, 12))
      $0.store(UInt16(32768), at: at(0, 14))
      $0.store(UInt16(3000), at: at(0, 16))
    },
  ]

  @Test func `the sample is accepted`() {
    #expect(Self.verdict(Self.sample) == nil)
    #expect(Self.word(2, 44) != 0 || Self.arenaSize >= 800)
  }

  @Test(arguments: forgeries)
  func `a forged file with a right checksum is refused by name`(_ forgery: Forgery) {
    #expect(Self.verdict(Self.sealed(forgery.edit)) == forgery.expected)
  }

  @Test
  func `what validation accepts of random forgeries writes nothing outside and doesn't depend on old bytes`()
    throws
  {
    var generator = SeededGenerator(seed: 5)
    var accepted = 0
    for _ in 0..<6_000 {
      let file = Self.sealed { file in
        for _ in 0..<1 + generator.next(below: 3) {
          // Not the arena's size, which may be up to a gigabyte; mostly descriptors.
          let end = generator.next(below: 2) == 0 ? 96 + 48 * 7 : file.count - 4
          let offset = 16 + generator.next(below: end - 16)
          file[offset] =
            generator.next(below: 2) == 0
            ? UInt8(generator.next(below: 256)) : [0, 1, 2, 255][generator.next(below: 4)]
        }
      }
      guard Self.verdict(file) == nil else { continue }
      accepted += 1
      let results = try [UInt8(0), 0xFF].map { try run(file, poison: $0) }
      #expect(results[0] == results[1])
    }
    #expect(accepted > 100)
  }

  /// Runs a model in an arena of exactly its size between guards.
  private func run(_ file: [UInt8], poison: UInt8) throws -> Verdict {
    let model = try Model(validating: file.span.bytes)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: model.arenaSize + 128, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: poison)
    let arena = UnsafeMutableRawBufferPointer(rebasing: memory[64..<64 + model.arenaSize])
    for index in 0..<model.inputCount {
      arena[model.inputOffset + index] = UInt8(truncatingIfNeeded: 37 &* index)
    }
    var span = arena.mutableBytes
    let verdict = try model.run(arena: &span)
    #expect(
      memory[..<64].allSatisfy { $0 == poison }
        && memory[(64 + model.arenaSize)...].allSatisfy { $0 == poison })
    return verdict
  }
}
