import ScrupleNetwork
import ScrupleRuntime
import Testing

@testable import ScrupleQuantization

struct FileTests {
  private func decorated(_ shape: [Int], seed: UInt64) throws -> IntegerProgram {
    var program = Random.quantized(shape, seed: seed, temperature: 1.25).program
    program.metadata.name = "Iris, größer"
    program.metadata.checksum = (0..<32).map { UInt8($0 * 7) }
    try program.metadata.setThreshold(0.9)
    try program.metadata.setGap(0.2)
    return program
  }

  @Test(arguments: Random.shapes)
  func `decoding gives back the program that was encoded`(shape: [Int]) throws {
    let program = try decorated(shape, seed: 61)
    let bytes = try program.encoded()
    let decoded = try IntegerProgram(decoding: bytes)
    #expect(decoded == program)
    #expect(try decoded.encoded() == bytes)
  }

  @Test func `images and unknown checksums survive the way through a file`() throws {
    var program = Random.quantized([12, 5, 3], seed: 62).program
    program.metadata.input = InputDescription(.image(height: 2, width: 2, channels: 3))
    #expect(try IntegerProgram(decoding: program.encoded()) == program)
  }

  @Test func `784-100-10 takes at most its parameters and one kilobyte`() throws {
    var program = Random.quantized([784, 100, 10], seed: 63).program
    program.metadata.name = "fashion-certified"
    program.metadata.input = InputDescription(.image(height: 28, width: 28, channels: 1))
    program.metadata.checksum = Array(repeating: 1, count: 32)
    program.metadata.labels = [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot",
    ]
    #expect(try program.encoded().count <= 79_400 + 440 + 1024)
  }

  @Test func `every truncation and every flipped bit is refused`() throws {
    let bytes = try decorated([2, 5, 3], seed: 64).encoded()
    for count in 0..<bytes.count {
      #expect(throws: ProgramFileError.self) { try IntegerProgram(decoding: Array(bytes[..<count])) }
    }
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: ProgramFileError.self) { try IntegerProgram(decoding: damaged) }
    }
  }

  @Test func `names with zero bytes are refused`() throws {
    var program = try decorated([2, 5, 3], seed: 65)
    program.metadata.labels[1] = "a\0b"
    #expect(throws: QuantizationError.self) { try program.encoded() }
  }
}

struct ModelSummaryTests {
  @Test func `a summary says what the program is`() throws {
    var program = Random.quantized([784, 128, 10], seed: 66).program
    try program.metadata.setThreshold(0.9)
    let bytes = try program.encoded()
    let summary = try ModelSummary(of: bytes)
    #expect(summary.version == 1)
    #expect(summary.bytes == bytes.count)
    #expect(summary.arena == 912 && summary.arenaLowerBound == 912)
    #expect(summary.buffers == program.arenaPlan.buffers)
    #expect(summary.sections.map(\.name) == ["operations", "constants", "metadata"])
    #expect(summary.operations.map(\.weightBytes) == [784 * 128, 128 * 10])
    #expect(summary.operations.map(\.output) == ["activations", "logits"])
    #expect(summary.operations.allSatisfy { ($0.accumulatorBits ?? 0) <= 32 })
    #expect(summary.labels == program.metadata.labels)
    #expect(summary.floatModel?.count == 64)
    #expect(abs(try #require(summary.threshold) - 0.9) < 1e-9)
    #expect(summary.gap == nil)
  }

  @Test func `a file whose accumulators can overflow is not passed over in silence`() throws {
    var program = Random.quantized([4, 3, 2], seed: 67).program
    guard case .dense(var dense) = program.layers[0] else { return }
    let bytes = try program.encoded()
    dense.bias[1] = .max
    program.layers[0] = .dense(dense)
    #expect(throws: QuantizationError.self) { try program.encoded() }
    // The same file by hand, its checksum repaired: the runtime may run it, `inspect` must not call it
    // proven.
    var forged = bytes
    let offset = try #require(
      (0..<bytes.count - 4).first {
        bytes.load(Int32.self, at: $0) == Random.quantized([4, 3, 2], seed: 67).program.bias(layer: 0)[1]
      })
    forged.store(Int32.max, at: offset)
    forged.store(crc32(Array(forged.dropLast(4)).span.bytes), at: forged.count - 4)
    #expect(throws: ProgramFileError.self) { try ModelSummary(of: forged) }
  }
}

extension IntegerProgram {
  fileprivate func bias(layer: Int) -> [Int32] {
    if case .dense(let dense) = layers[layer] { dense.bias } else { [] }
  }
}
