/// A microcontroller board that can be simulated: the part's true limits, and the machine that stands in for it.
public struct Board: Codable, Hashable, Sendable {
  /// The name on the command line; QEMU's machine name where there is one.
  public let name: String

  /// The real part.
  public let part: String
  /// Its processor.
  public let core: Core

  /// In hertz; nil where the processor is whatever runs it (wasm).
  public let clock: Int?

  /// In bytes, the part's own.
  public let flash: Int

  /// In bytes, what the part has in one piece.
  public let ram: Int
  /// What stands in for it.
  public let machine: Machine

  /// Flash set aside for the program; the partition that holds the model follows it.
  public var programFlash: Int { core == .rv32i ? 40 << 10 : 24 << 10 }

  /// RAM set aside for the program's stack.
  public static let programStack = 1792

  /// RAM set aside for the program's stack and variables; the rest is the arena.
  public static let programRAM = programStack + 512

  /// The largest `.scruple` file that fits, in bytes.
  public var modelCapacity: Int { flash - programFlash }

  /// Where a flasher puts a model.
  public var partitionAddress: UInt32 { machine.flashOrigin + UInt32(programFlash) }

  /// The largest arena that fits, in bytes.
  public var arenaCapacity: Int { ram - Board.programRAM }
}

/// How a board is simulated.
public struct Machine: Codable, Hashable, Sendable {
  /// The program that simulates it.
  public enum Emulator: String, Codable, Sendable {
    case arm = "qemu-system-arm"
    case riscv32 = "qemu-system-riscv32"
    case wasmkit = "wasmkit"

    /// What to install to get it.
    public var package: String {
      switch self {
      case .arm: "Debian package qemu-system-arm"
      case .riscv32: "Debian package qemu-system-misc"
      case .wasmkit: "Swift toolchain, which brings it"
      }
    }
  }

  /// The program to run.
  public let emulator: Emulator

  /// The emulator's arguments that choose the machine.
  public let arguments: [String]

  /// Where flash begins in its memory.
  public let flashOrigin: UInt32

  /// What `-icount shift` is to be: an instruction takes 2^shift nanoseconds of virtual time.
  /// Chosen so that the counter ticks at least twice per instruction, which makes counts exact.
  public let nanosecondsPerInstructionLog2: Int

  /// The rate of the counter in ticks per second of virtual time; nil where it counts instructions itself.
  public let counterFrequency: Int?

  /// The counter's ticks per instruction.
  public var ticksPerInstruction: Double {
    guard let counterFrequency else { return 1 }
    return Double(counterFrequency) * Double(1 << nanosecondsPerInstructionLog2) / 1e9
  }

  /// Instructions that the counter's exception takes each time that the counter wraps, after 2^24 ticks.
  public let instructionsPerWrap: Int

  /// The instructions that `ticks` of the counter stand for, when measuring nothing takes `idle` ticks.
  ///
  /// Both are whole ticks of times that began at a tick, so their difference is less than one tick wrong: less
  /// than half an instruction.
  func instructions(ticks: Int, idle: Int) -> Int {
    let counted = Int((Double(ticks - idle) / ticksPerInstruction).rounded())
    return counterFrequency == nil ? counted : counted - (ticks >> 24) * instructionsPerWrap
  }
}
