import Testing

@testable import ScrupleDevice

@Suite struct InProcessDeviceTests {
  @Test(arguments: Board.all)
  func `every board gives the host's bits`(board: Board) throws {
    let engine = try Fixture.engine([2, 16, 16, 3])
    let (run, report) = try InProcessDevice(board).simulate(engine, Fixture.inputs(50, for: engine))
    #expect(report.identicalToHost && report.firstDifference == nil)
    #expect(run.predictions.verdicts.count == 50)
    #expect(report.samples == 50 && report.macs == 2 * 16 + 16 * 16 + 16 * 3)
    #expect(report.flash == engine.fileSize && report.arena == engine.arenaSize)
    #expect((report.estimatedMilliseconds == nil) == (board.core == .wasm32))
  }

  @Test func `a model that is too large for flash is refused with both numbers and what takes most`() throws {
    let engine = try Fixture.engine([784, 200, 10])
    let board = try Board.named("stm32vldiscovery")
    let error = #expect(throws: DeviceError.self) { try InProcessDevice(board).run(engine, []) }
    guard case .flashTooSmall(_, engine.fileSize, 128 * 1024 - 24 * 1024, let peak) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(peak.contains("156800 bytes of weights of operation 0 (dense 784 → 200)"))
  }

  @Test func `a model that is too large for RAM is refused with both numbers and the peak`() throws {
    let engine = try Fixture.engine([6400, 8, 3])
    let board = try Board.named("stm32vldiscovery")
    let error = #expect(throws: DeviceError.self) { try InProcessDevice(board).run(engine, []) }
    guard case .ramTooSmall(_, engine.arenaSize, 8 * 1024 - Board.programRAM, let peak) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(peak == "operation 0 (dense) with 6400 bytes of input and 8 of output")
  }

  @Test func `a wrong input length is refused`() throws {
    let engine = try Fixture.engine([2, 3])
    #expect(throws: DeviceError.inputLength(3, expected: 2)) {
      try InProcessDevice(Board.all[0]).run(engine, [1, 2, 3])
    }
  }

  @Test func `cost grows with work and shrinks with clock`() throws {
    let small = try Fixture.engine([2, 3]), large = try Fixture.engine([784, 100, 10])
    for core in Core.allCases {
      let model = CostModel(core)
      #expect(model.instructions(of: small) < model.instructions(of: large))
      let slow = try #require(model.milliseconds(instructions: nil, of: large, clock: 1_000_000))
      let fast = try #require(model.milliseconds(instructions: nil, of: large, clock: 2_000_000))
      #expect(abs(slow / fast - 2) < 1e-9)
    }
  }
}
