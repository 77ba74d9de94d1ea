import Dispatch
import Foundation

/// A running emulator: bytes in, bytes out, and what it printed when it ends.
final class EmulatorProcess: @unchecked Sendable {
  /// Why nothing came.
  enum Silence: Error {
    /// The stream ended: the emulator is gone or going.
    case ended
    case timedOut
  }

  private let process = Process()
  private let input = Pipe(), output = Pipe()
  private let console: URL
  private var buffer: [UInt8] = []
  private var position = 0

  /// Writes, so that a full pipe never keeps the answers from being read.
  private let writer = DispatchQueue(label: "scruple.emulator.writer")

  /// Starts the emulator, looked up on the path.
  init(_ emulator: Machine.Emulator, _ arguments: [String]) throws(DeviceError) {
    guard let path = EmulatorProcess.find(emulator.rawValue) else { throw .emulatorMissing(emulator) }
    console = FileManager.default.temporaryDirectory.appendingPathComponent(
      "scruple-\(UUID().uuidString).log")
    _ = FileManager.default.createFile(atPath: console.path, contents: nil)
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    do {
      process.standardError = try FileHandle(forWritingTo: console)
      try process.run()
    } catch {
      try? FileManager.default.removeItem(at: console)
      throw .emulatorFailed(emulator.rawValue, "\(error)")
    }
    // Ours of the child's ends: with it open, its end would never reach us.
    try? output.fileHandleForWriting.close()
    try? input.fileHandleForReading.close()
  }

  deinit {
    kill()
    try? FileManager.default.removeItem(at: console)
  }

  static func find(_ executable: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/\(executable)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Sends `count` messages, made one by one, without waiting. An emulator that is gone is noticed by the reader.
  func send(_ count: Int, _ message: @escaping @Sendable (Int) -> [UInt8]) {
    let descriptor = input.fileHandleForWriting.fileDescriptor
    writer.async {
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      for index in 0..<count where !EmulatorProcess.write(message(index), to: descriptor) { return }
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let slice = UnsafeRawBufferPointer(rebasing: rest)
        let written = Foundation.write(descriptor, slice.baseAddress, slice.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return false }
        rest = rest.dropFirst(written)
      }
      return true
    }
  }

  /// Ends the emulator's input after everything sent before.
  func closeInput() {
    let handle = input.fileHandleForWriting
    writer.async { try? handle.close() }
  }

  /// Exactly `count` bytes of its output.
  func receive(_ count: Int, timeout: Double) throws(Silence) -> ArraySlice<UInt8> {
    let deadline = Date().addingTimeInterval(timeout)
    while buffer.count - position < count {
      buffer.removeFirst(position)
      position = 0
      var poll = pollfd(
        fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
      let milliseconds = max(0, min(deadline.timeIntervalSinceNow, 3600)) * 1000
      let ready = Foundation.poll(&poll, 1, Int32(milliseconds.rounded(.up)))
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else { throw .timedOut }
      let capacity = max(count, 1 << 16)
      let old = buffer.count
      buffer.append(contentsOf: repeatElement(0, count: capacity))
      let got = buffer.withUnsafeMutableBytes {
        Foundation.read(poll.fd, $0.baseAddress.map { $0 + old }, capacity)
      }
      buffer.removeLast(capacity - max(0, got))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { throw .ended }
    }
    defer { position += count }
    return buffer[position..<position + count]
  }

  /// Waits for the end, or makes it happen; what it printed, and how it ended.
  func finish() -> (status: Int32, console: String) {
    let deadline = Date().addingTimeInterval(2)
    while process.isRunning && Date() < deadline { usleep(1000) }
    kill()
    process.waitUntilExit()
    let text = (try? String(contentsOf: console, encoding: .utf8)) ?? ""
    return (process.terminationStatus, text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// The process's number, for tests that end it.
  var identifier: Int32 { process.processIdentifier }

  func kill() {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
  }
}
