import ScrupleRuntime

/// Why a device did not answer.
public enum DeviceError: Error, Equatable {
  case unknownBoard(String, known: [String])
  /// The file is not a model; see `docs/format.md`.
  case invalidModel(ModelError)
  /// The runtime refused its arena.
  case notRun(RunError)
  /// The batch is no whole number of inputs.
  case inputLength(Int, expected: Int)
  /// The model's file is larger than the board's flash leaves for it.
  case flashTooSmall(board: String, needed: Int, available: Int, peak: String)
  /// The model's arena is larger than the board's RAM leaves for it.
  case ramTooSmall(board: String, needed: Int, available: Int, peak: String)
  /// The run wrote behind the arena's end: the runtime is wrong.
  case arenaOverrun(board: String, sample: Int, offset: Int)
  /// The result depended on memory that nothing had written: the runtime is wrong.
  case undefinedMemory(board: String, sample: Int)

  /// A program that simulates the board is not installed.
  case emulatorMissing(Machine.Emulator)
  /// It is installed and could not be started.
  case emulatorFailed(String, String)
  /// There is no image for the board and nothing to build it with.
  case imageMissing(board: String, searched: [String])
  case imageFailed(board: String, log: String)
  /// The emulator ended while it had an answer to give.
  case died(board: String, sample: Int?, status: Int32, console: String)
  /// No answer came in time.
  case timedOut(board: String, sample: Int?, seconds: Double, console: String)
  /// The firmware refused, with a status of its own.
  case refused(board: String, Refusal)
  /// The firmware's answer makes no sense.
  case garbled(board: String, String)
}

extension DeviceError: CustomStringConvertible {
  /// What happened, with its values, and the way out.
  public var description: String {
    switch self {
    case .unknownBoard(let name, let known):
      "no board is named \(name); there are \(known.joined(separator: ", "))"
    case .invalidModel(let error):
      "not a valid model: \(error)"
    case .notRun(let error):
      "the model was not run: \(error)"
    case .inputLength(let count, let expected):
      "\(count) bytes of input are no multiple of the model's \(expected)"
    case .flashTooSmall(let board, let needed, let available, let peak):
      "\(board) has \(available) bytes of flash for a model, this one takes \(needed), \(needed - available) too many; most of it is \(peak)"
    case .ramTooSmall(let board, let needed, let available, let peak):
      "\(board) has \(available) bytes of RAM for the arena, this model takes \(needed), \(needed - available) too many; the peak is \(peak)"
    case .arenaOverrun(let board, let sample, let offset):
      "on \(board), sample \(sample) wrote \(offset) bytes behind the arena's end"
    case .undefinedMemory(let board, let sample):
      "on \(board), the answer to sample \(sample) depends on memory that was never written"
    case .emulatorMissing(let emulator):
      "\(emulator.rawValue) is not installed: install the \(emulator.package), or use --engine in-process"
    case .emulatorFailed(let program, let reason):
      "\(program) could not be started: \(reason)"
    case .imageMissing(let board, let searched):
      "no firmware image for \(board): run from the Scruple checkout, or set SCRUPLE_FIRMWARE to the folder that "
        + "holds \(board)/firmware.elf (looked in \(searched.joined(separator: ", ")))"
    case .imageFailed(let board, let log):
      "the firmware for \(board) could not be built:\n\(log)"
    case .died(let board, let sample, let status, let console):
      "\(board) ended with status \(status)\(DeviceError.at(sample))\(DeviceError.saying(console))"
    case .timedOut(let board, let sample, let seconds, let console):
      "\(board) gave no answer in \(seconds) s\(DeviceError.at(sample))\(DeviceError.saying(console))"
    case .refused(let board, let refusal):
      "\(board): \(refusal)"
    case .garbled(let board, let what):
      "\(board) answered what no firmware of this version answers: \(what)"
    }
  }

  /// Whether the emulator is gone, so that another one may fare better.
  var isLoss: Bool {
    switch self {
    case .died, .timedOut: true
    default: false
    }
  }

  private static func at(_ sample: Int?) -> String { sample.map { " at sample \($0)" } ?? "" }

  private static func saying(_ console: String) -> String { console.isEmpty ? "" : ", saying: \(console)" }
}
