import Foundation
import Testing

@testable import ScrupleDevice

/// What a firmware answers to what it should never get: a status each, and then the next request works.
@Suite(.serialized) struct BadInputTests {
  static let boards = ["microbit", "mps2-an386", "virt"]

  @Test(arguments: boards)
  func `every bad model is refused with its own status, and the good one after them runs`(name: String) throws
  {
    let board = try Board.named(name)
    let good = try Fixture.file([13, 7, 5])
    var flash: [UInt8] = []
    var places: [(what: String, offset: Int, size: Int, words: String)] = []
    func place(_ what: String, _ file: [UInt8], size: Int? = nil, misaligned: Int = 0, _ words: String) {
      flash += [UInt8](repeating: 0xFF, count: (16 - flash.count % 16) % 16 + misaligned)
      places.append((what, flash.count, size ?? file.count, words))
      flash += file
    }
    var corrupt = good, version = good, magic = good
    corrupt[good.count / 2] ^= 0x10
    version[4] = 2
    magic[0] = 0
    place("corrupt", corrupt, "its checksum differs, so it was damaged")
    place("truncated", Array(good.dropLast(4)), "it ends too early")
    place("empty", [], "it ends too early")
    place("a byte too long", good + [0], "bytes follow its end")
    place("misaligned", good, misaligned: 2, "its address is not a multiple of 4")
    place("version 2", version, "its version is another one")
    place("no model", magic, "it does not start with SCRU")
    place("good", good, "")
    let session = try FirmwareTests.session(board, flash: flash)
    for place in places.dropLast() {
      let error = #expect(throws: DeviceError.self) { try Self.load(session, place.offset, place.size) }
      guard case .refused(name, let refusal) = error, case .invalidModel = refusal else {
        Issue.record("\(place.what): \(String(describing: error))")
        continue
      }
      #expect("\(refusal)".contains(place.words), "\(place.what): \(refusal)")
      // After a refusal there is no model.
      #expect(throws: DeviceError.refused(board: name, .noModel)) {
        try session.ask(.infer, payload: [UInt8](repeating: 0, count: 13))
      }
    }
    let engine = try Engine(good)
    try Self.load(session, places[places.count - 1].offset, good.count)
    let inputs = Fixture.inputs(1, for: engine)
    let answer = try session.ask(.infer, payload: inputs)
    #expect(answer[WireInference.count...] == (try engine.run(inputs)).probabilities[...])
    session.end()
  }

  @Test func `a model too large for the arena says both numbers`() throws {
    let file = try Fixture.file([6400, 2, 3])
    let session = try FirmwareTests.session(try Board.named("stm32vldiscovery"), flash: file)
    let engine = try Engine(file)
    #expect(
      throws: DeviceError.refused(
        board: "stm32vldiscovery",
        .arenaTooSmall(needed: engine.arenaSize, available: 8192 - Board.programRAM))
    ) { try Self.load(session, 0, file.count) }
    session.end()
  }

  @Test func `a place outside of the partition is refused`() throws {
    let session = try FirmwareTests.session(try Board.named("microbit"))
    let partition = (256 - 16) * 1024
    for (offset, size) in [(0, partition + 1), (partition, 4), (-4, 8), (0, -1)] {
      let error = #expect(throws: DeviceError.self) { try Self.load(session, offset, size) }
      guard case .refused(_, .outsidePartition) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    session.end()
  }

  @Test(arguments: boards)
  func `an input of wrong length is refused, and the next one runs`(name: String) throws {
    let file = try Fixture.file([13, 7, 5])
    let session = try FirmwareTests.session(try Board.named(name), flash: file)
    try Self.load(session, 0, file.count)
    // One longer than all memory.
    for length in [0, 12, 14, 100_000] {
      #expect(throws: DeviceError.refused(board: name, .inputLength(received: length, expected: 13))) {
        try session.ask(.infer, payload: [UInt8](repeating: 1, count: length))
      }
    }
    #expect(
      try session.ask(.infer, payload: [UInt8](repeating: 1, count: 13)).count == WireInference.count + 5)
    session.end()
  }

  @Test func `an unknown request and one of wrong length are refused, and the next one runs`() throws {
    let session = try FirmwareTests.session(try Board.named("mps2-an386"))
    session.send(1) { _ in
      var message = FirmwareSession.message(.hello, payload: [1, 2, 3])
      message[0] = 99
      return message
    }
    #expect(throws: DeviceError.refused(board: "mps2-an386", .unknownRequest(99))) {
      try session.receive(.hello)
    }
    #expect(throws: DeviceError.refused(board: "mps2-an386", .payloadLength(received: 3, expected: 0))) {
      try session.ask(.hello, payload: [1, 2, 3])
    }
    #expect(throws: DeviceError.refused(board: "mps2-an386", .payloadLength(received: 0, expected: 4))) {
      try session.ask(.load)
    }
    #expect(try session.ask(.hello).count == 5)
    session.end()
  }

  @Test(arguments: boards)
  func `a stream that is cut in a message ends the program, saying how much came`(name: String) throws {
    let file = try Fixture.file([13, 7, 5])
    for (sent, received, announced) in [(12 + 5, 5, 13), (7, 7, 12)] {
      let session = try FirmwareTests.session(try Board.named(name), flash: file)
      try Self.load(session, 0, file.count)
      session.send(1) { _ in
        Array(FirmwareSession.message(.infer, payload: [UInt8](repeating: 1, count: 13)).prefix(sent))
      }
      session.process.closeInput()
      #expect(throws: DeviceError.refused(board: name, .streamCut(received: received, announced: announced)))
      {
        try session.receive(.infer)
      }
      #expect(session.process.finish() == (0, ""))
    }
  }

  @discardableResult
  static func load(_ session: FirmwareSession, _ offset: Int, _ size: Int) throws -> [UInt32] {
    var payload: [UInt8] = []
    payload.append(word: size)
    return try session.ask(.load, argument: offset, payload: payload)
  }
}
