import Foundation
import Testing

@testable import ScrupleRuntime

@Suite struct ValidationTests {
  @Test func `a good file is a model with the written numbers`() throws {
    let model = try Model(validating: sample.span.bytes)
    #expect(model.inputCount == 3 && model.classCount == 3 && model.operationCount == 2)
    #expect(model.threshold == 1 << 30 && model.gapFactor == 1 << 25)
    #expect(model.name.withUnsafeBytes { Array($0) } == Array("sample".utf8))
    for (i, label) in ["a", "bc", "d"].enumerated() {
      #expect(model.label(i).withUnsafeBytes { Array($0) } == Array(label.utf8))
    }
    #expect(model.metadata(99).byteCount == 0)
    let hidden = model.operation(0)
    #expect(hidden.inputCount == 3 && hidden.outputCount == 5 && hidden.outputByteCount == 5)
    #expect(hidden.output == .activations(preShift: 1, zeroPoint: 0, low: 0, high: 255))
    #expect(hidden.multiplyAccumulates == 15 && hidden.inputZeroPoint == 0)
    #expect(model.operation(1).output == .logits(fractionBits: 50))
    #expect(model.operation(1).outputByteCount == 12)
    #expect(model.operation(1).outputOffset == model.logitsOffset)
    #expect(Model.fileSize((sample + [0xFF, 0xFF]).span.bytes) == sample.count)
    #expect(Model.fileSize(sample.span.bytes.extracting(first: sample.count - 1)) == nil)
    #expect(Model.fileSize(sample.span.bytes.extracting(first: 47)) == nil)
  }

  @Test func `every flipped bit and every truncation is refused`() {
    #expect(acceptedDamages(of: sample).isEmpty)
  }

  @Test(arguments: committedModels)
  func `every flipped bit and every truncation of a committed model is refused`(_ url: URL) throws {
    #expect(acceptedDamages(of: Array(try Data(contentsOf: url))).isEmpty)
  }

  @Test func `a file at an odd address is refused`() {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: sample.count + 4, alignment: 16)
    defer { memory.deallocate() }
    for shift in 1...3 {
      UnsafeMutableRawBufferPointer(rebasing: memory[shift..<shift + sample.count]).copyBytes(from: sample)
      #expect(throws: ModelError.misaligned(remainder: shift)) {
        _ = try Model(
          validating: UnsafeRawBufferPointer(rebasing: memory[shift..<shift + sample.count]).bytes)
      }
    }
  }

  @Test func `damage is told from another version, another kind of file and a cut`() {
    var file = sample
    file[200] ^= 1
    guard case .checksumMismatch = verdictOfValidation(file) else {

      Issue.record("not a checksum error")
      return

    }
    file = sample
    file[4] = 2
    seal(&file)
    #expect(verdictOfValidation(file) == .unsupportedVersion(2))
    #expect(verdictOfValidation(Array("PK".utf8) + sample.dropFirst(2)) == .notAModel(magic: 0x5552_4B50))
    #expect(verdictOfValidation([]) == .truncated(byteCount: 0, expected: 52))
    #expect(
      verdictOfValidation(Array(sample.dropLast()))
        == .truncated(byteCount: sample.count - 1, expected: sample.count)
    )
    #expect(
      verdictOfValidation(sample + [0]) == .trailingBytes(byteCount: sample.count + 1, expected: sample.count)
    )
    file = sample
    patch(&file, 8, 0xFFFF_FFFF)
    #expect(verdictOfValidation(file) == .fieldOutOfRange(offset: 8, value: 0xFFFF_FFFF, bound: 1 << 30))
  }

  @Test(arguments: Forgery.all)
  func `a forged file with a right checksum is refused by name`(_ forgery: Forgery) {
    var file = sample
    forgery.edit(&file)
    seal(&file)
    let error = verdictOfValidation(file)
    #expect(error == forgery.expected)
  }

  @Test func `sections of unknown kinds are refused below 128 and skipped from there on`() {
    func withExtraSection(_ kind: UInt32) -> [UInt8] {
      // The table of four still fits its 48 bytes, so nothing moves but the end.
      var file = Array(sample.dropLast(4))
      while file.count % 16 != 0 { file.append(0) }
      file[6] = 4
      patch(&file, 84, kind)
      patch(&file, 88, UInt32(file.count))
      patch(&file, 92, 5)
      file += [9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0]
      patch(&file, 8, UInt32(file.count))
      seal(&file)
      return file
    }
    #expect(verdictOfValidation(withExtraSection(128)) == nil)
    #expect(verdictOfValidation(withExtraSection(.max)) == nil)
    for kind in [UInt32(0), 3, 4, 127] {
      #expect(verdictOfValidation(withExtraSection(kind)) == .unknownSection(offset: 84, kind: kind))
    }
  }

  @Test func `a model runs only in an arena that holds it`() throws {
    let model = try Model(validating: sample.span.bytes)
    var words = [UInt32](repeating: 0, count: 6)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    #expect(throws: Never.self) { _ = try model.run(arena: &arena) }
    var short = arena._mutatingExtracting(0..<16)
    #expect(throws: RunError.arenaTooSmall(byteCount: 16, needed: 20)) { _ = try model.run(arena: &short) }
    var odd = arena._mutatingExtracting(1..<23)
    #expect(throws: RunError.misalignedArena(remainder: 1)) { _ = try model.run(arena: &odd) }
  }

  @Test func `what validation accepts of random forgeries runs without reading or writing outside`() throws {
    var generator = SeededGenerator(99)
    var accepted = 0
    for _ in 0..<4_000 {
      var file = sample
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        // Not the arena's size, which may be up to a gigabyte.
        let offset = Int.random(in: 16..<file.count - 4, using: &generator)
        file[offset] =
          Bool.random(using: &generator)
          ? .random(in: 0...255, using: &generator) : [0, 1, 255].randomElement(using: &generator)!
      }
      seal(&file)
      guard verdictOfValidation(file) == nil else { continue }
      accepted += 1
      let first = try run(file, [1, 2, 3], poison: 0)
      let second = try run(file, [1, 2, 3], poison: 0xFF)
      #expect(first.verdict == second.verdict && first.probabilities == second.probabilities)
    }
    #expect(accepted > 50)
  }
}

@Suite struct ErrorDescriptionTests {
  @Test func `descriptions name the place and the values`() {
    #expect(
      ModelError.fieldMismatch(offset: 24, value: 4, expected: 3).description
        == "byte 24: 4 where other fields determine 3")
    #expect(
      ModelError.notAModel(magic: 0x5552_4B50).description
        == #"not a .scruple file: it starts with 0x504b5255, not with "SCRU""#)
    #expect(
      ModelError.outsideArena(offset: 104, start: 16, byteCount: 8, arenaSize: 20).description
        == "byte 104: 8 bytes at 16 don't fit an arena of 20 bytes")
    #expect(
      RunError.arenaTooSmall(byteCount: 16, needed: 20).description
        == "an arena of 16 bytes where the model needs 20")
  }
}
