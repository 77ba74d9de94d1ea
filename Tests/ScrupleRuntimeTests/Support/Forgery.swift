import Testing

@testable import ScrupleRuntime

/// A file of two operations, 3 → 5 → 3, with every part that a file can have.
let sample: [UInt8] = {
  var generator = SeededGenerator(21)
  var hidden = SmallProgram.Layer.random(inputs: 3, outputs: 5, using: &generator)
  hidden.preShift = 1
  let last = SmallProgram.Layer.random(inputs: 5, outputs: 3, isLogits: true, using: &generator)
  return SmallProgram(
    layers: [hidden, last], threshold: 1 << 30, gapFactor: 1 << 25, name: "sample", labels: ["a", "bc", "d"]
  ).encoded()
}()

/// Where the parts of ``sample`` are.
enum At {
  static let operation0 = 96
  static let operation1 = 144
  static let constants = 192
  static let metadata = Int(word(sample, 48 + 24 + 4))
  static let weights0 = Int(word(sample, operation0 + 20))
  static let bias0 = Int(word(sample, operation0 + 24))
  static let multipliers0 = Int(word(sample, operation0 + 28))
  static let weights1 = Int(word(sample, operation1 + 20))
}

/// A change of ``sample`` that validation must name.
struct Forgery: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var expected: ModelError
  var edit: @Sendable (inout [UInt8]) -> Void

  init(_ name: String, _ expected: ModelError, _ edit: @escaping @Sendable (inout [UInt8]) -> Void) {
    (testDescription, self.expected, self.edit) = (name, expected, edit)
  }

  /// Puts a word somewhere.
  init(_ name: String, word value: UInt32, at offset: Int, _ expected: ModelError) {
    self.init(name, expected) { patch(&$0, offset, value) }
  }

  /// Puts a byte somewhere.
  init(_ name: String, byte value: UInt8, at offset: Int, _ expected: ModelError) {
    self.init(name, expected) { $0[offset] = value }
  }
}

extension Forgery {
  static let all: [Forgery] = header + descriptors + constants + metadata

  private static let header: [Forgery] = [
    .init("no sections", byte: 0, at: 6, .fieldOutOfRange(offset: 6, value: 0, bound: 3)),
    .init("two sections", byte: 2, at: 6, .fieldOutOfRange(offset: 6, value: 2, bound: 3)),
    .init("too many sections", byte: 17, at: 6, .fieldOutOfRange(offset: 6, value: 17, bound: 16)),
    .init("a section table over the operations", byte: 4, at: 6, .unknownSection(offset: 84, kind: 0)),
    .init("no arena", word: 0, at: 12, .fieldOutOfRange(offset: 12, value: 0, bound: 4)),
    .init(
      "a huge arena", word: 1 << 31, at: 12, .fieldOutOfRange(offset: 12, value: 1 << 31, bound: 1 << 30)),
    .init("an odd arena", word: 22, at: 12, .fieldMismatch(offset: 12, value: 22, expected: 20)),
    .init(
      "an input count unlike operation 0's", word: 4, at: 16,
      .fieldMismatch(offset: 108, value: 3, expected: 4)),
    .init("an input elsewhere", word: 4, at: 20, .fieldMismatch(offset: 100, value: 0, expected: 4)),
    .init("one class", word: 1, at: 24, .fieldOutOfRange(offset: 24, value: 1, bound: 2)),
    .init("257 classes", word: 257, at: 24, .fieldOutOfRange(offset: 24, value: 257, bound: 256)),
    .init("more classes than outputs", word: 4, at: 24, .fieldMismatch(offset: 24, value: 4, expected: 3)),
    .init("logits elsewhere", word: 4, at: 28, .fieldMismatch(offset: 28, value: 4, expected: 0)),
    .init("no operations", word: 0, at: 32, .fieldOutOfRange(offset: 32, value: 0, bound: 1)),
    .init("too many operations", word: 1025, at: 32, .fieldOutOfRange(offset: 32, value: 1025, bound: 1024)),
    .init(
      "more operations than descriptors", word: 3, at: 32,
      .fieldMismatch(offset: 56, value: 96, expected: 144)),
    .init(
      "a threshold above 1", word: (1 << 31) + 1, at: 36,
      .fieldOutOfRange(offset: 36, value: (1 << 31) + 1, bound: 1 << 31)),
    .init("a gap factor below 1", word: 1, at: 40, .fieldOutOfRange(offset: 40, value: 1, bound: 1 << 24)),
    .init("a reserved byte", byte: 7, at: 47, .notZero(offset: 47, value: 7)),
    .init("sections out of order", word: 2, at: 48, .fieldMismatch(offset: 48, value: 2, expected: 1)),
    .init("no metadata", word: 200, at: 72, .fieldMismatch(offset: 72, value: 200, expected: 3)),
    .init(
      "a section inside the header", word: 16, at: 52, .fieldMismatch(offset: 52, value: 16, expected: 96)),
    .init(
      "a section past the end", word: 1 << 20, at: 52,
      .fieldMismatch(offset: 52, value: 1 << 20, expected: 96)),
    .init(
      "a section longer than the file", word: 0xFFFF_FFF0, at: 56,
      .fieldOutOfRange(offset: 56, value: 0xFFFF_FFF0, bound: UInt32(sample.count - 4 - 96))),
    .init("sections that overlap", word: 80, at: 56, .fieldMismatch(offset: 64, value: 192, expected: 176)),
    .init(
      "a hole between sections", word: 128, at: 56, .fieldMismatch(offset: 64, value: 192, expected: 224)),
    .init("padding of the section table", byte: 1, at: 85, .notZero(offset: 85, value: 1)),
    .init(
      "a file size beyond the sections",
      .fieldMismatch(offset: 8, value: UInt32(sample.count + 4), expected: UInt32(sample.count))
    ) {
      $0 += [0, 0, 0, 0]
      patch(&$0, 8, UInt32($0.count))
    },
    .init(
      "a file size that isn't a multiple of 4",
      .fieldMismatch(offset: 8, value: UInt32(sample.count + 1), expected: UInt32(sample.count))
    ) {
      $0 += [0]
      patch(&$0, 8, UInt32($0.count))
    },
  ]

  private static let descriptors: [Forgery] = [
    .init("an unknown operation", byte: 7, at: 96, .unknownOperation(offset: 96, code: 7)),
    .init("an unknown operation later", byte: 255, at: 144, .unknownOperation(offset: 144, code: 255)),
    .init("an unknown weight layout", byte: 0, at: 97, .unknownWeightLayout(offset: 97, code: 0)),
    .init("logits in the middle", byte: 1, at: 98, .fieldMismatch(offset: 98, value: 1, expected: 0)),
    .init("activations at the end", byte: 0, at: 146, .fieldMismatch(offset: 146, value: 0, expected: 1)),
    .init("an unknown output kind", byte: 9, at: 98, .fieldMismatch(offset: 98, value: 9, expected: 0)),
    .init("a shift of 32", byte: 32, at: 99, .fieldOutOfRange(offset: 99, value: 32, bound: 31)),
    .init("a shift of logits", byte: 1, at: 147, .fieldOutOfRange(offset: 147, value: 1, bound: 0)),
    .init(
      "an input that nobody wrote", word: 4, at: 148, .fieldMismatch(offset: 148, value: 4, expected: 12)),
    .init("an output at an odd offset", word: 5, at: 104, .fieldMismatch(offset: 104, value: 5, expected: 4)),
    .init(
      "an output past the arena", word: 16, at: 104,
      .outsideArena(offset: 104, start: 16, byteCount: 8, arenaSize: 20)),
    .init(
      "an output whose end wraps", word: 0xFFFF_FFFC, at: 104,
      .outsideArena(offset: 104, start: 0xFFFF_FFFC, byteCount: 8, arenaSize: 20)),
    .init(
      "an output over the input", word: 0, at: 104, .overlappingRegions(offset: 104, input: 0, output: 0)),
    .init(
      "logits over their input", word: 8, at: 152, .overlappingRegions(offset: 152, input: 12, output: 8)),
    .init("no inputs", word: 0, at: 16, .fieldOutOfRange(offset: 16, value: 0, bound: 1)),
    .init("an operation without inputs", word: 0, at: 108, .fieldOutOfRange(offset: 108, value: 0, bound: 1)),
    .init("too many inputs", .fieldOutOfRange(offset: 108, value: 32769, bound: 32768)) {
      patch(&$0, 12, 1 << 16)
      patch(&$0, 16, 32769)
      patch(&$0, 108, 32769)
    },
    .init(
      "an input beyond the arena", word: 21, at: 16,
      .outsideArena(offset: 20, start: 0, byteCount: 24, arenaSize: 20)),
    .init(
      "an operation's input beyond the arena", word: 21, at: 108,
      .outsideArena(offset: 100, start: 0, byteCount: 24, arenaSize: 20)),
    .init(
      "the input of a caller that an operation has overwritten", word: 0, at: 148,
      .fieldMismatch(offset: 156, value: 5, expected: 3)),
    .init("no outputs", word: 0, at: 112, .fieldOutOfRange(offset: 112, value: 0, bound: 1)),
    .init(
      "too many outputs", word: 0x4000_0000, at: 112,
      .fieldOutOfRange(offset: 112, value: 0x4000_0000, bound: 32768)),
    .init(
      "a product of counts beyond the file",
      .fieldOutOfRange(offset: 68, value: word(sample, 68), bound: (1 << 30) + (1 << 18))
    ) {
      patch(&$0, 12, 1 << 20)
      patch(&$0, 16, 32768)
      patch(&$0, 108, 32768)
      patch(&$0, 112, 32768)
      patch(&$0, 104, 1 << 16)
    },
    .init(
      "a zero point that the producer doesn't have", byte: 1, at: 176,
      .fieldMismatch(offset: 176, value: 1, expected: 0)),
    .init("an input with a zero point", byte: 1, at: 128, .fieldMismatch(offset: 128, value: 1, expected: 0)),
    .init("a clamp upside down", .fieldOutOfRange(offset: 130, value: 9, bound: 8)) {
      $0[130] = 9
      $0[131] = 8
    },
    .init(
      "fraction bits of activations", byte: 26, at: 132, .fieldMismatch(offset: 132, value: 26, expected: 0)),
    .init("a clamp of logits", byte: 255, at: 179, .notZero(offset: 179, value: 255)),
    .init("25 fraction bits", byte: 25, at: 180, .fieldOutOfRange(offset: 180, value: 25, bound: 26)),
    .init("58 fraction bits", byte: 58, at: 180, .fieldOutOfRange(offset: 180, value: 58, bound: 57)),
    .init("a reserved byte of a descriptor", byte: 1, at: 143, .notZero(offset: 143, value: 1)),
  ]

  private static let constants: [Forgery] = [
    .init(
      "weights at another place", word: UInt32(At.weights0 + 16), at: 116,
      .fieldMismatch(offset: 116, value: UInt32(At.weights0 + 16), expected: UInt32(At.weights0))),
    .init(
      "weights that aren't aligned", word: UInt32(At.weights0 + 1), at: 116,
      .fieldMismatch(offset: 116, value: UInt32(At.weights0 + 1), expected: UInt32(At.weights0))),
    .init(
      "weights beyond the file", word: 0x7FFF_FFF0, at: 116,
      .fieldMismatch(offset: 116, value: 0x7FFF_FFF0, expected: UInt32(At.weights0))),
    .init(
      "biases over the weights", word: UInt32(At.weights0), at: 120,
      .fieldMismatch(offset: 120, value: UInt32(At.weights0), expected: UInt32(At.bias0))),
    .init(
      "multipliers shared by two operations", word: UInt32(At.multipliers0), at: 172,
      .fieldMismatch(
        offset: 172, value: UInt32(At.multipliers0), expected: word(sample, 172))),
    .init(
      "a constants section that's too short", word: word(sample, 68) - 4, at: 68,
      .fieldOutOfRange(offset: 68, value: word(sample, 68) - 4, bound: word(sample, 68))),
    .init(
      "a constants section that's too long",
      .fieldMismatch(offset: 68, value: word(sample, 68) + 16, expected: word(sample, 68))
    ) {
      $0.insert(contentsOf: [UInt8](repeating: 0, count: 16), at: At.metadata)
      patch(&$0, 68, word($0, 68) + 16)
      patch(&$0, 76, word($0, 76) + 16)
      patch(&$0, 8, UInt32($0.count))
    },
    .init(
      "a multiplier of 0", word: 0, at: At.multipliers0,
      .fieldOutOfRange(offset: At.multipliers0, value: 0, bound: 1)),
    .init(
      "a negative multiplier", word: 1 << 31, at: At.multipliers0 + 16,
      .fieldOutOfRange(offset: At.multipliers0 + 16, value: 1 << 31, bound: 0x7FFF_FFFF)),
    .init(
      "a sixth multiplier of five", byte: 1, at: At.multipliers0 + 20,
      .notZero(offset: At.multipliers0 + 20, value: 1)),
    .init("a sixth bias of five", byte: 1, at: At.bias0 + 20, .notZero(offset: At.bias0 + 20, value: 1)),
    .init(
      "a weight of a fourth input of three", byte: 3, at: At.weights0 + 6,
      .notZero(offset: At.weights0 + 6, value: 3)),
    .init(
      "a weight of a sixth channel of five", byte: 3, at: At.weights0 + 16,
      .notZero(offset: At.weights0 + 16, value: 3)),
    .init(
      "padding between tensors", byte: 4, at: At.weights1 - 1, .notZero(offset: At.weights1 - 1, value: 4)),
  ]

  private static let metadata: [Forgery] = [
    .init(
      "tags out of order", word: 1, at: At.metadata + 16,
      .fieldOutOfRange(offset: At.metadata + 16, value: 1, bound: 2)),
    .init(
      "the last tag", word: .max, at: At.metadata + 16,
      .fieldOutOfRange(offset: At.metadata + 16, value: .max, bound: .max - 1)),
    .init(
      "a payload beyond the section", word: 200, at: At.metadata + 4,
      .fieldOutOfRange(offset: At.metadata + 4, value: 200, bound: 24)),
    .init(
      "a payload whose size wraps", word: .max, at: At.metadata + 4,
      .fieldOutOfRange(offset: At.metadata + 4, value: .max, bound: 24)),
    .init(
      "padding of a payload", byte: 1, at: At.metadata + 15, .notZero(offset: At.metadata + 15, value: 1)),
    .init(
      "a label too few", byte: 0x62, at: At.metadata + 25,
      .fieldMismatch(offset: At.metadata + 24, value: 2, expected: 3)),
    .init("a label without an end", .notZero(offset: At.metadata + 30, value: 0x64)) {
      for (i, byte) in [0x61, 0, 0x62, 0, 0x63, 0, 0x64].enumerated() {
        $0[At.metadata + 24 + i] = UInt8(byte)
      }
    },
    .init("half an entry", .fieldOutOfRange(offset: 80, value: 16 + 4, bound: 16 + 8)) {
      // The second entry is cut to its tag.
      $0.removeSubrange(At.metadata + 20..<$0.count - 4)
      patch(&$0, 80, 20)
      patch(&$0, 8, UInt32($0.count))
    },
    .init("half a padding", .fieldOutOfRange(offset: 80, value: 15, bound: 16)) {
      $0.removeSubrange(At.metadata + 16..<$0.count - 4)
      patch(&$0, 80, 15)
      patch(&$0, 8, UInt32($0.count))
    },
  ]
}
