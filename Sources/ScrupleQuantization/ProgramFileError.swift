import ScrupleRuntime

/// Why bytes are not a program that host tools can read.
public enum ProgramFileError: Error, Equatable {
  /// The runtime refuses the bytes.
  case invalid(ModelError)
  /// The runtime could run the model, but a metadata entry is missing or cannot be understood.
  case metadata(offset: Int, reason: String)
  /// An accumulator's bound cannot be proven.
  case unproven(QuantizationError)
}

extension ProgramFileError: CustomStringConvertible {
  /// The error in words: what, where, with which values, and the way out.
  public var description: String {
    switch self {
    case .invalid(let error): error.description
    case .metadata(let offset, let reason): "metadata at byte \(offset): \(reason)"
    case .unproven(let error): error.description
    }
  }
}
