import Foundation
import Synchronization
import Testing

@testable import ScrupleDevice

/// Real firmware in QEMU. Builds the images it needs.
@Suite(.serialized) struct FirmwareTests {
  static let counting = Board.all.filter { $0.core.countsInstructions }

  @Test(arguments: Board.all)
  func `every board gives the host's bits, in a number of instructions that the input doesn't change`(
    board: Board
  )
    throws
  {
    for sizes in [[2, 16, 16, 3], [13, 7, 5]] {
      let engine = try Fixture.engine(sizes)
      let (run, report) = try QEMUDevice(board).simulate(engine, Fixture.inputs(60, for: engine))
      #expect(report.identicalToHost && report.samples == 60 && run.restarts == 0)
      guard board.core.countsInstructions else { continue }
      let instructions = try #require(report.instructions)
      #expect(instructions.dataIndependent)
      #expect(instructions.perOperation.count == engine.operations.count + 1)
      let sum = instructions.perOperation.reduce(0, +)
      // The rest is the loop over operations.
      #expect(sum <= instructions.perInference && instructions.perInference < sum + 100 * sizes.count)
      #expect(try #require(report.stack) <= 512)
    }
  }

  @Test(arguments: counting)
  func `the counter is right to the instruction, over any number of wraps`(board: Board) throws {
    let session = try Self.session(board)
    func count(_ iterations: Int) throws -> Int {
      let ticks = try session.ask(.calibrate, argument: iterations)
      return board.machine.instructions(ticks: Int(ticks[0]), idle: Int(ticks[1]))
    }
    let base = try count(1000)
    // The loop itself, and the few instructions of calling it.
    #expect((2001...2006).contains(base))
    for iterations in [1, 999, 1001, 123_456, 3_000_000, 10_000_000] {
      let difference = try count(iterations) - base
      #expect(difference == 2 * (iterations - 1000), "\(iterations)")
    }
    session.end()
  }

  @Test(arguments: counting)
  func `a fault ends with a line that names it and its address`(board: Board) throws {
    let reasons =
      board.core == .cortexM0
      ? ["HardFault at 0x", "HardFault at 0x", "stack overflow"]
      : ["0xe8000000", "undefined instruction (a trap of the program)", "stack overflow"]
    for (fault, reason) in reasons.enumerated() {
      let session = try Self.session(board)
      let error = #expect(throws: DeviceError.self) { try session.ask(.provoke, argument: fault) }
      guard case .died(board.name, nil, 86, let console) = error else {
        Issue.record("\(board.name) \(fault): \(String(describing: error))")
        continue
      }
      #expect(console.hasPrefix("scruple-firmware: ") && console.contains(reason) && console.contains(" 0x"))
    }
  }

  @Test func `a board that hangs is given up in time`() throws {
    let session = try Self.session(try Board.named("mps2-an386"), timeout: 0.3)
    let start = Date()
    let error = #expect(throws: DeviceError.self) { try session.ask(.provoke, argument: 3) }
    guard case .timedOut("mps2-an386", nil, 0.3, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(Date().timeIntervalSince(start) < 3)
  }

  @Test func `an emulator that dies is started again, and nothing is lost`() throws {
    let engine = try Fixture.engine([784, 100, 10])
    let started = Mutex<[Int32]>([])
    var device = QEMUDevice(try Board.named("mps2-an386"))
    device.onStart = { identifier in started.withLock { $0.append(identifier) } }
    let (run, report) = try device.simulate(engine, Fixture.inputs(200, for: engine)) { done in
      if done == 40 { kill(started.withLock { $0[0] }, SIGKILL) }
    }
    #expect(report.identicalToHost && report.samples == 200)
    #expect(run.restarts == 1 && started.withLock { $0.count } == 3)
  }

  @Test func `an input at which the emulator dies twice is named`() throws {
    let engine = try Fixture.engine([784, 100, 10])
    var device = QEMUDevice(try Board.named("mps2-an386"))
    device.processes = 1
    let last = Mutex<Int32>(0)
    device.onStart = { identifier in
      last.withLock { $0 = identifier }
      kill(identifier, SIGKILL)
    }
    let error = #expect(throws: DeviceError.self) { try device.run(engine, Fixture.inputs(5, for: engine)) }
    guard case .died("mps2-an386", _, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a model larger than the board is refused before anything is built`() throws {
    let engine = try Fixture.engine([784, 200, 10])
    #expect(throws: DeviceError.self) { try QEMUDevice(Board.named("stm32vldiscovery")).run(engine, []) }
  }

  static func session(_ board: Board, flash: [UInt8]? = nil, timeout: Double = 10) throws -> FirmwareSession {
    let file = flash.map(TemporaryFile.init)
    let session = try FirmwareSession(board, image: .find(for: board), flash: file?.url, timeout: timeout)
    _ = try session.ask(.hello)  // From here on the file is in flash.
    return session
  }
}
