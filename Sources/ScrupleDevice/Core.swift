/// A processor that the runtime is built for.
public enum Core: String, Codable, CaseIterable, Sendable {
  case cortexM0 = "Cortex-M0"
  case cortexM3 = "Cortex-M3"
  case cortexM4 = "Cortex-M4"
  case cortexM7 = "Cortex-M7"
  case cortexM33 = "Cortex-M33"
  case cortexM55 = "Cortex-M55"
  case rv32imac = "RV32IMAC"
  case rv32i = "RV32I"
  case wasm32 = "wasm32"

  /// What the processor's toolset in `firmware-sim/toolsets` and its static library are called.
  public var identifier: String { rawValue.lowercased() }

  /// Whether instructions can be counted: QEMU counts those of real processors, no one those of wasm.
  public var countsInstructions: Bool { self != .wasm32 }

  /// Cycles per instruction that ``CostModel`` assumes, with flash that needs no wait states.
  ///
  /// QEMU counts instructions, not cycles, so these are assumptions with a reason each:
  /// a load takes two cycles on M0, M3 and M4 (Arm's technical reference manuals; one when several follow each
  /// other on M3 and M4), a taken branch two to three; the M7 issues two instructions at once in loops like
  /// ours; the M55 works on half a vector in a cycle, and longer where it gathers from many places (its technical
  /// reference manual); the GD32VF103's core is a two-stage one; PicoRV32's author measured "about 4".
  public var cyclesPerInstruction: Double {
    switch self {
    case .cortexM0: 1.4
    case .cortexM3, .cortexM4: 1.25
    case .cortexM7: 0.7
    case .cortexM33: 1.2
    case .cortexM55: 2
    case .rv32imac: 1.3
    case .rv32i: 4
    case .wasm32: 1
    }
  }
}
