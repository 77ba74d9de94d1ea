import Dispatch
import Foundation
import ScrupleRuntime
import Synchronization

/// Runs models as real firmware on a simulated board: the runtime's bare-metal image in QEMU, which counts its
/// instructions (wasm32: in the toolchain's wasmkit, which doesn't).
///
/// The model's file lies in the board's flash partition, inputs and answers are a stream. Work is split over
/// several emulators. One that dies or hangs is started again at the input it didn't answer; the second time at
/// the same input is an error that names it.
public struct QEMUDevice: Device {
  /// The engine that runs real firmware.
  public static let engineName = "qemu"
  /// The simulated board.
  public let board: Board

  /// How many emulators at a time.
  public var processes = 2

  /// Seconds without an answer after which a board counts as hanging.
  public var timeout = 10.0

  /// Told the process of each emulator that was started, for tests that end it.
  var onStart: (@Sendable (Int32) -> Void)?

  /// Firmware on `board`.
  public init(_ board: Board) { self.board = board }

  /// Runs every input on the firmware; see ``QEMUDevice``.
  public func run(
    _ engine: Engine, _ inputs: [UInt8], progress: (@Sendable (Int) -> Void)? = nil
  ) throws(DeviceError) -> DeviceRun {
    try board.checkFit(of: engine)
    guard inputs.count % engine.inputCount == 0 else {
      throw .inputLength(inputs.count, expected: engine.inputCount)
    }
    // Before building anything for it.
    guard EmulatorProcess.find(board.machine.emulator.rawValue) != nil else {
      throw .emulatorMissing(board.machine.emulator)
    }
    let image = try FirmwareImage.find(
      for: board, isDense: engine.operations.allSatisfy { $0.kind == .dense })
    let flash = TemporaryFile(engine.file)
    let count = inputs.count / engine.inputCount
    let workers = max(1, min(processes, count / 16))
    let answered = Mutex(0)
    let results = Mutex([Result<DeviceRun, DeviceError>?](repeating: nil, count: workers))
    DispatchQueue.concurrentPerform(iterations: workers) { index in
      let worker = FirmwareWorker(
        device: self, engine: engine, image: image, flash: flash.url, inputs: inputs,
        range: count * index / workers..<count * (index + 1) / workers)
      let result = Result { () throws(DeviceError) in
        try worker.run {
          progress?(
            answered.withLock {
              $0 += 1; return $0
            })
        }
      }
      results.withLock { $0[index] = result }
    }
    var run: DeviceRun?
    for result in results.withLock({ $0 }) {
      guard let part = try result?.get() else { continue }
      if run == nil { run = part } else { run?.append(part) }
    }
    run?.image = image.sizes
    return run ?? DeviceRun(predictions: Predictions(classCount: engine.classCount))
  }
}

/// A file that is deleted with its owner.
final class TemporaryFile: Sendable {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("scruple-\(UUID().uuidString).bin")

  init(_ bytes: [UInt8]) { _ = FileManager.default.createFile(atPath: url.path, contents: Data(bytes)) }

  deinit { try? FileManager.default.removeItem(at: url) }
}
