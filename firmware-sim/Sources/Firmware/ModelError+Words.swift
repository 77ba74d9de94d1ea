import ScrupleRuntime

extension ModelError {
  /// What the host is told: which case, and its values.
  var words: (fault: WireModelFault, offset: UInt32, value: UInt32, expected: UInt32) {
    func word(_ value: Int) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    return switch self {
    case .misaligned(let remainder): (.misaligned, 0, word(remainder), 0)
    case .truncated(let count, let expected): (.truncated, 0, word(count), word(expected))
    case .trailingBytes(let count, let expected): (.trailingBytes, 0, word(count), word(expected))
    case .notAModel(let magic): (.notAModel, 0, magic, FileLayout.magic)
    case .unsupportedVersion(let version): (.unsupportedVersion, 4, version, UInt32(FileLayout.version))
    case .checksumMismatch(let stored, let computed): (.checksumMismatch, 0, stored, computed)
    case .fieldOutOfRange(let offset, let value, let bound): (.fieldOutOfRange, word(offset), value, bound)
    case .fieldMismatch(let offset, let value, let expected): (.fieldMismatch, word(offset), value, expected)
    case .notZero(let offset, let value): (.notZero, word(offset), value, 0)
    case .unknownSection(let offset, let kind): (.unknownSection, word(offset), kind, 0)
    case .unknownOperation(let offset, let code): (.unknownOperation, word(offset), code, 0)
    case .unknownWeightLayout(let offset, let code): (.unknownWeightLayout, word(offset), code, 0)
    case .outsideArena(let offset, _, let end, let size): (.outsideArena, word(offset), end, size)
    case .overlappingRegions(let offset, let input, let output):
      (.overlappingRegions, word(offset), output, input)
    }
  }
}
