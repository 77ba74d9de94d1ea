import ScrupleRuntime

/// How long an inference takes on a processor: instructions × cycles per instruction ÷ clock.
///
/// Instructions are QEMU's count where there is one; otherwise they are estimated from the shapes, with constants
/// fitted to QEMU's counts of the runtime's dense kernels and head (a test holds them to it within 15 %). The cycles per
/// instruction are an assumption: ``Core/cyclesPerInstruction``.
public struct CostModel: Sendable {
  /// Instructions per multiply–accumulate of the inner loop.
  let perMultiplyAccumulate: Double

  /// Instructions per output: bias, requantize, store.
  let perOutput: Double

  /// Instructions per class of the confidence head.
  let perClass: Double

  /// Instructions per inference whatever the model.
  let fixed: Double
  let cyclesPerInstruction: Double

  /// The costs on a processor.
  public init(_ core: Core) {
    (perMultiplyAccumulate, perOutput, perClass, fixed) =
      switch core {
      case .cortexM0: (4.52, 77, 285, 1300)
      case .cortexM3: (2.58, 30, 78, 400)
      case .cortexM4, .cortexM7, .cortexM33, .cortexM55: (1.11, 28, 78, 400)
      case .rv32imac: (4.46, 40, 94, 600)
      case .rv32i: (52.8, 1135, 7730, 36_000)
      case .wasm32: (1, 10, 100, 300)
      }
    cyclesPerInstruction = core.cyclesPerInstruction
  }

  /// The instructions of one inference, from the shapes.
  public func instructions(of engine: Engine) -> Double {
    let outputs = engine.operations.reduce(0) { $0 + $1.outputCount }
    return fixed + perMultiplyAccumulate * Double(engine.multiplyAccumulates) + perOutput * Double(outputs)
      + perClass * Double(engine.classCount)
  }

  /// Milliseconds of one inference; nil without a clock.
  func milliseconds(instructions counted: Double?, of engine: Engine, clock: Int?) -> Double? {
    guard let clock else { return nil }
    return (counted ?? instructions(of: engine)) * cyclesPerInstruction / Double(clock) * 1000
  }
}
