import Foundation

/// A conversation with a firmware that runs in an emulator.
///
/// Requests may be sent ahead of their answers; answers come in the same order.
final class FirmwareSession {
  let board: Board
  let process: EmulatorProcess
  private let timeout: Double

  /// Starts the emulator.
  ///
  /// - Parameters:
  ///   - flash: a file that lies in the model's partition from the start, as a flasher puts it there.
  ///   - timeout: seconds without an answer after which the firmware counts as hanging.
  init(_ board: Board, image: FirmwareImage, flash: URL?, timeout: Double) throws(DeviceError) {
    self.board = board
    self.timeout = timeout
    let machine = board.machine
    var arguments = machine.arguments
    switch machine.emulator {
    case .arm, .riscv32:
      arguments += [
        "-icount", "shift=\(machine.nanosecondsPerInstructionLog2)", "-display", "none", "-monitor", "none",
        "-serial", "none", "-semihosting-config", "enable=on,target=native", "-kernel", image.program.path,
      ]
      if let flash {
        let address = String(board.partitionAddress, radix: 16)
        arguments += ["-device", "loader,file=\(flash.path),addr=0x\(address),force-raw=on"]
      }
    case .wasmkit:
      arguments.append(image.program.path)
    }
    process = try EmulatorProcess(machine.emulator, arguments)
  }

  // MARK: Messages

  static func message(_ request: WireRequest, argument: Int = 0, payload: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(WireRequest.headerWords * 4 + payload.count)
    for word in [Int(request.rawValue), argument, payload.count] { bytes.append(word: word) }
    bytes.append(contentsOf: payload)
    return bytes
  }

  /// Sends `count` messages ahead of their answers; they are made as they are sent.
  func send(_ count: Int, _ message: @escaping @Sendable (Int) -> [UInt8]) { process.send(count, message) }

  /// The words of the next answer, which must be one to `request`.
  ///
  /// - Parameter sample: whose answer it is, for an error's text.
  func receive(_ request: WireRequest, sample: Int? = nil) throws(DeviceError) -> [UInt32] {
    let header = try words(WireRequest.headerWords, sample)
    guard header[0] == request.rawValue || header[1] != 0, let status = WireStatus(rawValue: header[1]),
      header[2] % 4 == 0, header[2] < 1 << 20
    else { throw .garbled(board: board.name, "\(header) to \(request)") }
    let payload = try words(Int(header[2]) / 4, sample)
    if let refusal = Refusal(status, payload) { throw .refused(board: board.name, refusal) }
    return payload
  }

  /// Sends one request and waits for its answer.
  func ask(_ request: WireRequest, argument: Int = 0, payload: [UInt8] = []) throws(DeviceError) -> [UInt32] {
    send(1) { _ in FirmwareSession.message(request, argument: argument, payload: payload) }
    return try receive(request)
  }

  /// Lets the firmware end by itself.
  func end() {
    send(1) { _ in FirmwareSession.message(.end) }
    _ = process.finish()
  }

  private func words(_ count: Int, _ sample: Int?) throws(DeviceError) -> [UInt32] {
    do throws(EmulatorProcess.Silence) {
      return [UInt32](littleEndian: try process.receive(count * 4, timeout: timeout))
    } catch {
      if error == .timedOut { process.kill() }
      let end = process.finish()
      throw error == .timedOut
        ? .timedOut(board: board.name, sample: sample, seconds: timeout, console: end.console)
        : .died(board: board.name, sample: sample, status: end.status, console: end.console)
    }
  }
}

extension [UInt8] {
  /// Appends a little-endian 32-bit word.
  mutating func append(word: Int) {
    for shift in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}

extension [UInt32] {
  init(littleEndian bytes: ArraySlice<UInt8>) {
    self = stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { i in
      UInt32(bytes[i]) | UInt32(bytes[i + 1]) << 8 | UInt32(bytes[i + 2]) << 16 | UInt32(bytes[i + 3]) << 24
    }
  }
}
