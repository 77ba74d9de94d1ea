import ScrupleRuntime

/// Runs models in this process, under a board's flash and RAM limits.
///
/// Every input runs twice, in an arena of exactly the model's size that is filled beforehand with one poison, then
/// with another: an answer that depends on bytes that nothing wrote differs between the two. Behind the arena
/// stand guard bytes that must stay as they were.
public struct InProcessDevice: Device {
  /// The default engine.
  public static let engineName = "in-process"
  /// The board whose limits hold.
  public let board: Board

  /// A device with the limits of `board`.
  public init(_ board: Board) { self.board = board }

  private static let poisons: [UInt8] = [0xA5, 0x5A]
  private static let guardSize = 64, guardByte: UInt8 = 0xC3

  /// Runs every input twice; see ``InProcessDevice``.
  public func run(
    _ engine: Engine, _ inputs: [UInt8], progress: (@Sendable (Int) -> Void)? = nil
  ) throws(DeviceError) -> DeviceRun {
    try board.checkFit(of: engine)
    guard inputs.count % engine.inputCount == 0 else {
      throw .inputLength(inputs.count, expected: engine.inputCount)
    }
    let count = inputs.count / engine.inputCount
    var predictions = Predictions(classCount: engine.classCount)
    let memory = AlignedMemory(byteCount: engine.arenaSize + InProcessDevice.guardSize)
    memory.bytes.initializeMemory(as: UInt8.self, repeating: InProcessDevice.guardByte)

    try engine.withModel { model throws(DeviceError) in
      for sample in 0..<count {
        let input = inputs[sample * engine.inputCount..<(sample + 1) * engine.inputCount]
        var first: Predictions?
        for poison in InProcessDevice.poisons {
          let answer = try answer(of: model, engine, to: input, in: memory, poison: poison)
          if let offset = memory.bytes[engine.arenaSize...].firstIndex(where: {
            $0 != InProcessDevice.guardByte
          }) {
            throw .arenaOverrun(board: board.name, sample: sample, offset: offset - engine.arenaSize)
          }
          if let first, first != answer { throw .undefinedMemory(board: board.name, sample: sample) }
          first = answer
        }
        if let first { predictions.append(first) }
        if sample % 1024 == 1023 { progress?(sample + 1) }
      }
    }
    progress?(count)
    return DeviceRun(predictions: predictions)
  }

  private func answer(
    of model: borrowing Model, _ engine: Engine, to input: ArraySlice<UInt8>, in memory: AlignedMemory,
    poison: UInt8
  ) throws(DeviceError) -> Predictions {
    let arena = UnsafeMutableRawBufferPointer(rebasing: memory.bytes[..<engine.arenaSize])
    arena.initializeMemory(as: UInt8.self, repeating: poison)
    UnsafeMutableRawBufferPointer(rebasing: arena[engine.inputOffset...]).copyBytes(from: input)
    var span = arena.mutableBytes
    let verdict: Verdict
    do { verdict = try model.run(arena: &span) } catch { throw .notRun(error) }
    let probabilities = (0..<engine.classCount).map {
      arena.load(fromByteOffset: engine.logitsOffset + 4 * $0, as: UInt32.self)
    }
    return Predictions(classCount: engine.classCount, verdicts: [verdict], probabilities: probabilities)
  }
}
