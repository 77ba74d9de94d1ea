/// Something that runs models: in this process, or behind an emulator.
public protocol Device: Sendable {
  var board: Board { get }

  /// What `--engine` calls it.
  static var engineName: String { get }

  /// Runs a model on every input of a batch, under the board's limits.
  ///
  /// - Parameters:
  ///   - inputs: n × ``Engine/inputCount`` bytes.
  ///   - progress: called with the number of inputs answered so far, from any thread, now and then.
  func run(
    _ engine: Engine, _ inputs: [UInt8], progress: (@Sendable (Int) -> Void)?
  ) throws(DeviceError) -> DeviceRun
}

/// What a device answered, and what it took.
public struct DeviceRun: Sendable {
  /// The answers, in the order of the inputs.
  public internal(set) var predictions: Predictions

  /// Counted, where the device can count.
  public var instructions: InstructionCount?

  /// The stack's high-water mark in bytes below the caller of the runtime, where it was measured.
  public var stack: Int?
  /// The firmware, where there is one.
  public var image: ImageSizes?

  /// How often an emulator had to be started again.
  public var restarts = 0

  /// Adds what another emulator answered to the next inputs.
  mutating func append(_ other: DeviceRun) {
    predictions.append(other.predictions)
    if let mine = instructions, let theirs = other.instructions {
      instructions?.dataIndependent =
        theirs.dataIndependent && mine.perInference == theirs.perInference
        && mine.dataIndependent
    }
    stack = [stack, other.stack].compactMap(\.self).max()
    restarts += other.restarts
  }
}

/// Instructions of one inference. The same for every input of a model.
public struct InstructionCount: Codable, Hashable, Sendable {
  /// From the input's bytes in the arena to the verdict.
  public let perInference: Int

  /// Of each operation of the program, then of the confidence head.
  public let perOperation: [Int]

  /// Of validating the model, once.
  public let validation: Int

  /// Whether every input of the batch took the same number.
  public var dataIndependent: Bool
}

/// What `simulate` reports.
public struct DeviceReport: Codable, Sendable {
  /// The board's name.
  public let board: String
  /// `in-process` or `qemu`.
  public let engine: String
  /// Inputs that were run.
  public let samples: Int

  /// Whether every verdict and every probability has the host's bits.
  public let identicalToHost: Bool

  /// The first sample where they differ.
  public let firstDifference: Int?

  /// Bytes of RAM for activations.
  public let arena: Int

  /// Bytes of the model's file, which is all the flash it takes.
  public let flash: Int

  /// Multiply–accumulates of one inference.
  public let macs: Int

  /// Of one inference at the board's clock; nil where there is no clock. See ``CostModel``.
  public let estimatedMilliseconds: Double?
  /// Counted, where the device can count.
  public let instructions: InstructionCount?
  /// High-water mark in bytes; see ``DeviceRun/stack``.
  public let stack: Int?
  /// The firmware, where there is one.
  public let image: ImageSizes?
}

extension Device {
  /// Runs a batch on the device and on the host, and compares them bit by bit.
  public func simulate(
    _ engine: Engine, _ inputs: [UInt8], progress: (@Sendable (Int) -> Void)? = nil
  ) throws(DeviceError) -> (run: DeviceRun, report: DeviceReport) {
    let run = try run(engine, inputs, progress: progress)
    let difference = run.predictions.firstDifference(from: try engine.run(inputs, threads: 2))
    let report = DeviceReport(
      board: board.name, engine: Self.engineName, samples: run.predictions.verdicts.count,
      identicalToHost: difference == nil, firstDifference: difference, arena: engine.arenaSize,
      flash: engine.fileSize, macs: engine.multiplyAccumulates,
      estimatedMilliseconds: CostModel(board.core).milliseconds(
        instructions: run.instructions.map { Double($0.perInference) }, of: engine, clock: board.clock),
      instructions: run.instructions, stack: run.stack, image: run.image)
    return (run, report)
  }
}
