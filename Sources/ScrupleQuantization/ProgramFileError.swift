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
    case .invalid(let error): error.explanation
    case .metadata(let offset, let reason): "metadata at byte \(offset): \(reason)"
    case .unproven(let error): error.description
    }
  }
}

extension ModelError {
  /// The error in words, for people: what is wrong, where, with which values.
  public var explanation: String {
    switch self {
    case .misaligned(let remainder):
      "the bytes lie at an address that is \(remainder) modulo 4; it has to be a multiple of 4"
    case .truncated(let count, let expected):
      "\(count) bytes, where \(expected) are needed: the file is cut off"
    case .trailingBytes(let count, let expected):
      "\(count) bytes, but the header says \(expected): there is something behind the end"
    case .notAModel(let magic):
      "not a .scruple file: it starts with 0x\(String(magic.byteSwapped, radix: 16)), not with \"SCRU\""
    case .unsupportedVersion(let version):
      "version \(version) of the format; this program reads version \(FileLayout.version)"
    case .checksumMismatch(let stored, let computed):
      "the checksum is 0x\(String(computed, radix: 16)), the file says 0x\(String(stored, radix: 16)):"
        + " the file is damaged"
    case .fieldOutOfRange(let offset, let value, let bound):
      "byte \(offset): \(value) is not a legal value; the nearest is \(bound)"
    case .fieldMismatch(let offset, let value, let expected):
      "byte \(offset): \(value), where the other fields determine \(expected)"
    case .notZero(let offset, let value):
      "byte \(offset): \(value) where a zero has to be"
    case .unknownSection(let offset, let kind):
      "byte \(offset): a section of the unknown kind \(kind); a newer version may read it"
    case .unknownOperation(let offset, let code):
      "byte \(offset): the unknown operation \(code); a newer version may run it"
    case .unknownWeightLayout(let offset, let code):
      "byte \(offset): the unknown weight layout \(code); a newer version may run it"
    case .outsideArena(let offset, let start, let end, let arenaSize):
      "byte \(offset): a tensor at \(start)..<\(end) of an arena of \(arenaSize) bytes"
    case .overlappingRegions(let offset, let input, let output):
      "byte \(offset): an operation's output at \(output) overlaps its input at \(input) of the arena"
    }
  }
}
