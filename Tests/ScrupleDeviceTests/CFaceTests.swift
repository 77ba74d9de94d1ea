import CScruple
import ScrupleC
import ScrupleRuntime
import Testing

@testable import ScrupleDevice

/// The functions of scruple.h, called as C calls them.
struct CFaceTests {
  @Test(arguments: [[2, 3], [2, 16, 16, 3], [13, 7, 5], [64, 32, 10]])
  func `a run gives the engine's verdict and probabilities`(sizes: [Int]) throws {
    let engine = try Fixture.engine(sizes)
    let inputs = Fixture.inputs(50, for: engine)
    let expected = try engine.run(inputs)
    try withModel(engine.file) { model in
      #expect(scruple_arena_size(&model) == UInt32(engine.arenaSize))
      #expect(scruple_input_count(&model) == UInt32(engine.inputCount))
      #expect(scruple_class_count(&model) == UInt32(engine.classCount))
      #expect(scruple_threshold(&model) == engine.threshold)
      let arena = AlignedMemory(byteCount: engine.arenaSize)
      defer { withExtendedLifetime(arena) {} }
      for index in 0..<50 {
        let destination = try #require(scruple_input(&model, arena.bytes.baseAddress))
        for (i, byte) in engine.input(index, of: inputs).enumerated() { destination[i] = byte }
        var verdict = scruple_verdict()
        #expect(scruple_run(&model, arena.bytes.baseAddress, UInt32(engine.arenaSize), &verdict) == 0)
        let wanted = expected.verdicts[index]
        #expect(verdict.class_index == UInt32(wanted.classIndex) && verdict.confidence == wanted.confidence)
        #expect(verdict.lower == wanted.lower && verdict.upper == wanted.upper)
        #expect(verdict.accepted == wanted.accepted)
        let probabilities = try #require(scruple_probabilities(&model, arena.bytes.baseAddress))
        #expect(
          Array(UnsafeBufferPointer(start: probabilities, count: engine.classCount))
            == Array(expected.probabilities(of: index)))
      }
      for k in 0..<engine.classCount {
        #expect(String(cString: try #require(scruple_label(&model, UInt32(k)))) == "c\(k)")
      }
      #expect(scruple_label(&model, UInt32(engine.classCount)) == nil)
    }
  }

  @Test func `every changed bit gives the status and the place that validation gives`() throws {
    let good = try Fixture.file([3, 5, 2])
    var seen: Set<UInt32> = []
    for bit in 0..<8 * good.count {
      var bad = good
      bad[bit / 8] ^= 1 << (bit % 8)
      for repaired in [false, true] {
        if repaired { repairChecksum(&bad) }
        let (status, fault) = open(bad)
        let memory = AlignedMemory(copying: bad)
        defer { withExtendedLifetime(memory) {} }
        do throws(ModelError) {
          _ = try Model(validating: UnsafeRawBufferPointer(rebasing: memory.bytes[..<bad.count]).bytes)
          #expect(status == 0 && fault == scruple_fault())
        } catch {
          #expect(status == number(of: error), "\(error)")
          #expect(fault.offset == offset(of: error), "\(error)")
        }
        seen.insert(status)
      }
    }
    for size in 0..<good.count { #expect(open(Array(good[..<size])).0 == 2) }
    #expect(open(good + [0]).0 == 3)
    // One bit makes neither a misaligned file nor a fourth section.
    #expect(seen == [0, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14])
  }

  @Test func `wrong calls are statuses`() throws {
    var model = scruple_model(), verdict = scruple_verdict()
    let memory = AlignedMemory(byteCount: 256)
    defer { withExtendedLifetime(memory) {} }
    let arena = memory.bytes
    #expect(scruple_run(&model, arena.baseAddress, 256, &verdict) == 35)
    #expect(scruple_run(nil, arena.baseAddress, 256, &verdict) == 34)
    #expect(scruple_open(nil, arena.baseAddress, 256, nil) == 34)
    #expect(scruple_open(&model, nil, 256, nil) == 34)
    #expect(scruple_arena_size(&model) == 0 && scruple_arena_size(nil) == 0)
    #expect(scruple_input(&model, arena.baseAddress) == nil && scruple_label(&model, 0) == nil)
    #expect(scruple_probabilities(&model, arena.baseAddress) == nil)
    #expect(scruple_file_size(nil, 100) == 0 && scruple_file_size(arena.baseAddress, 256) == 0)
    let engine = try Fixture.engine([3, 5, 2])
    try withModel(engine.file) { model in
      let size = UInt32(engine.arenaSize)
      #expect(scruple_run(&model, arena.baseAddress, size - 4, &verdict) == 32)
      let first = try #require(arena.baseAddress)
      #expect(scruple_run(&model, first + 1, size, &verdict) == 33)
      #expect(scruple_run(&model, nil, size, &verdict) == 34)
      #expect(scruple_run(&model, arena.baseAddress, size, nil) == 34)
      #expect(scruple_run(&model, arena.baseAddress, size, &verdict) == 0)
      // In a larger partition the header's size finds the file's end.
      #expect(scruple_file_size(model.bytes, 1 << 20) == UInt32(engine.file.count))
      #expect(scruple_file_size(model.bytes, model.size - 1) == 0)
    }
  }

  @Test func `every status has its own words`() {
    let known = Array(0...14) + Array(32...35)
    let texts = known.map { String(cString: scruple_status_text(UInt32($0))) }
    #expect(Set(texts).count == known.count)
    #expect(texts[0] == "done" && texts[6].contains("checksum") && texts[14].contains("overlap"))
    #expect(texts[15].contains("smaller") && texts[18].contains("not open"))
    for unknown in [15, 31, 36, UInt32.max] {
      #expect(String(cString: scruple_status_text(unknown)) == "an unknown status")
    }
  }

  // MARK: Helpers

  private func withModel(_ file: [UInt8], _ body: (inout scruple_model) throws -> Void) throws {
    let memory = AlignedMemory(copying: file)
    var model = scruple_model()
    try #require(scruple_open(&model, memory.bytes.baseAddress, UInt32(file.count), nil) == 0)
    try body(&model)
    withExtendedLifetime(memory) {}
  }

  private func open(_ file: [UInt8]) -> (UInt32, scruple_fault) {
    let memory = AlignedMemory(copying: file)
    var model = scruple_model(), fault = scruple_fault(offset: 1, value: 2, expected: 3)
    let status = scruple_open(&model, memory.bytes.baseAddress, UInt32(file.count), &fault)
    #expect((model.bytes == nil) == (status != 0))
    withExtendedLifetime(memory) {}
    return (status, fault)
  }

  private func repairChecksum(_ file: inout [UInt8]) {
    let sum = crc32(Array(file.dropLast(4)).span.bytes)
    for i in 0..<4 { file[file.count - 4 + i] = UInt8(truncatingIfNeeded: sum >> (8 * i)) }
  }

  /// The header's numbers, written down once more.
  private func number(of error: ModelError) -> UInt32 {
    switch error {
    case .misaligned: 1
    case .truncated: 2
    case .trailingBytes: 3
    case .notAModel: 4
    case .unsupportedVersion: 5
    case .checksumMismatch: 6
    case .fieldOutOfRange: 7
    case .fieldMismatch: 8
    case .notZero: 9
    case .unknownSection: 10
    case .unknownOperation: 11
    case .unknownWeightLayout: 12
    case .outsideArena: 13
    case .overlappingRegions: 14
    }
  }

  private func offset(of error: ModelError) -> UInt32 {
    switch error {
    case .misaligned, .truncated, .trailingBytes, .notAModel, .checksumMismatch: 0
    case .unsupportedVersion: 4
    case .fieldOutOfRange(let offset, _, _), .fieldMismatch(let offset, _, _), .notZero(let offset, _),
      .unknownSection(let offset, _), .unknownOperation(let offset, _), .unknownWeightLayout(let offset, _),
      .outsideArena(let offset, _, _, _), .overlappingRegions(let offset, _, _):
      UInt32(offset)
    }
  }
}

extension scruple_fault: @retroactive Equatable {
  /// Whether all three words are equal.
  public static func == (a: scruple_fault, b: scruple_fault) -> Bool {
    a.offset == b.offset && a.value == b.value && a.expected == b.expected
  }
}
