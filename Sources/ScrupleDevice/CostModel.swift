import ScrupleRuntime

/// How long an inference takes on a processor: instructions × cycles per instruction ÷ clock.
///
/// Instructions are QEMU's count where there is one; otherwise they are estimated from the shapes, with constants
/// fitted to QEMU's counts of the runtime's kernels and head (a test holds dense ones to it within 15 %). The cycles per
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

  /// Whether convolutions take two patches at once, as cores with DSP instructions do.
  let takesPatches: Bool

  /// Whether operations on images are done with vectors.
  let hasVectors: Bool

  /// The costs on a processor.
  public init(_ core: Core) {
    (perMultiplyAccumulate, perOutput, perClass, fixed) =
      switch core {
      case .cortexM0: (4.52, 77, 285, 1300)
      case .cortexM3: (2.58, 30, 78, 400)
      case .cortexM4, .cortexM7, .cortexM33: (1.11, 28, 78, 400)
      case .cortexM55: (0.3125, 24, 76, 150)
      case .rv32imac: (4.46, 40, 94, 600)
      case .rv32i: (52.8, 1135, 7730, 36_000)
      case .wasm32: (1, 10, 100, 300)
      }
    cyclesPerInstruction = core.cyclesPerInstruction
    takesPatches = [.cortexM4, .cortexM7, .cortexM33].contains(core)
    hasVectors = core == .cortexM55
  }

  /// The instructions of one inference, from the shapes.
  public func instructions(of engine: Engine) -> Double {
    engine.operations.reduce(fixed + perClass * Double(engine.classCount)) {
      $0 + instructions(of: $1)
    }
  }

  /// The instructions of one operation. Those on images are fitted to the counts of `tools/bench-kernels` on a
  /// Cortex-M4; on cores without its instructions they are scaled by the cost of a multiply–accumulate.
  private func instructions(of operation: Operation) -> Double {
    if hasVectors { return vectorInstructions(of: operation) }
    let (products, outputs) = (Double(operation.multiplyAccumulates), Double(operation.outputCount))
    let slowness = perMultiplyAccumulate / 1.11
    switch operation.kind {
    case .dense: return perMultiplyAccumulate * products + perOutput * outputs
    case .convolution:
      let pixels = outputs / Double(max(operation.kernelOutputs, 1))
      let patches = pixels * Double(operation.kernelInputs)
      let perByte = (operation.image?.inputChannels ?? 0) % 4 == 0 ? 3.0 : 10
      return takesPatches
        ? 0.8 * products + 12 * outputs + perByte * patches + 100 * pixels
        : perMultiplyAccumulate * products + perOutput * outputs + 6 * patches + 100 * pixels
    case .depthwise: return slowness * (2.35 * products + 13 * outputs)
    case .averagePooling: return slowness * 3 * Double(operation.inputCount)
    case .maximumPooling: return slowness * 8 * Double(operation.inputCount)
    case .addition: return slowness * 12 * outputs
    }
  }

  /// The same with vectors, fitted to the counts of `tools/bench-kernels` on a Cortex-M55.
  private func vectorInstructions(of operation: Operation) -> Double {
    let (products, outputs) = (Double(operation.multiplyAccumulates), Double(operation.outputCount))
    let pixels = outputs / Double(max(operation.kernelOutputs, 1))
    switch operation.kind {
    case .dense: return perMultiplyAccumulate * products + perOutput * outputs
    case .convolution:
      return 0.266 * products + 9 * outputs + 0.5 * pixels * Double(operation.kernelInputs) + 90 * pixels
    case .depthwise: return 0.875 * products + 7.3 * outputs + 60 * pixels
    case .averagePooling: return 1.1 * Double(operation.inputCount)
    case .maximumPooling: return 3 * Double(operation.inputCount)
    case .addition: return 2.8 * outputs
    }
  }

  /// Milliseconds of one inference; nil without a clock.
  func milliseconds(instructions counted: Double?, of engine: Engine, clock: Int?) -> Double? {
    guard let clock else { return nil }
    return (counted ?? instructions(of: engine)) * cyclesPerInstruction / Double(clock) * 1000
  }
}
