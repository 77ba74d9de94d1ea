import CScruple
import ScrupleRuntime

/// The statuses that aren't about a file, in the header's type.
enum Status {
  static var ok: scruple_status { scruple_status(SCRUPLE_OK) }
  static var nullPointer: scruple_status { scruple_status(SCRUPLE_NULL_POINTER) }
  static var notOpen: scruple_status { scruple_status(SCRUPLE_NOT_OPEN) }
}

extension RunError {
  /// The header's status.
  var status: scruple_status {
    switch self {
    case .arenaTooSmall: scruple_status(SCRUPLE_ARENA_TOO_SMALL)
    case .misalignedArena: scruple_status(SCRUPLE_MISALIGNED_ARENA)
    }
  }
}

extension ModelError {
  /// The header's status, and its fault.
  var status: (scruple_status, scruple_fault) {
    func fault(_ code: some BinaryInteger, at offset: Int = 0, _ value: UInt32, _ expected: UInt32 = 0) -> (
      scruple_status, scruple_fault
    ) {
      (
        scruple_status(truncatingIfNeeded: code),
        scruple_fault(
          offset: UInt32(truncatingIfNeeded: offset), value: value, expected: expected)
      )
    }
    func word(_ value: Int) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    return switch self {
    case .misaligned(let remainder): fault(SCRUPLE_MISALIGNED, word(remainder))
    case .truncated(let count, let expected): fault(SCRUPLE_TRUNCATED, word(count), word(expected))
    case .trailingBytes(let count, let expected): fault(SCRUPLE_TRAILING_BYTES, word(count), word(expected))
    case .notAModel(let magic): fault(SCRUPLE_NOT_A_MODEL, magic, FileLayout.magic)
    case .unsupportedVersion(let version):
      fault(
        SCRUPLE_UNSUPPORTED_VERSION, at: FileLayout.Header.version, version, UInt32(FileLayout.version))
    case .checksumMismatch(let stored, let computed): fault(SCRUPLE_CHECKSUM_MISMATCH, stored, computed)
    case .fieldOutOfRange(let offset, let value, let bound):
      fault(SCRUPLE_FIELD_OUT_OF_RANGE, at: offset, value, bound)
    case .fieldMismatch(let offset, let value, let expected):
      fault(SCRUPLE_FIELD_MISMATCH, at: offset, value, expected)
    case .notZero(let offset, let value): fault(SCRUPLE_NOT_ZERO, at: offset, value)
    case .unknownSection(let offset, let kind): fault(SCRUPLE_UNKNOWN_SECTION, at: offset, kind)
    case .unknownOperation(let offset, let code): fault(SCRUPLE_UNKNOWN_OPERATION, at: offset, code)
    case .unknownWeightLayout(let offset, let code): fault(SCRUPLE_UNKNOWN_WEIGHT_LAYOUT, at: offset, code)
    case .outsideArena(let offset, let start, _, let size):
      fault(SCRUPLE_OUTSIDE_ARENA, at: offset, start, size)
    case .overlappingRegions(let offset, let input, let output):
      fault(SCRUPLE_OVERLAPPING_REGIONS, at: offset, output, input)
    }
  }
}
