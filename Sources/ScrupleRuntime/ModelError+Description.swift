// Strings need a heap, so devices have only the cases; a host gives them words.

@_unavailableInEmbedded
extension ModelError: CustomStringConvertible {
  /// What is wrong, where, with which values.
  public var description: String {
    switch self {
    case .misaligned(let remainder):
      "the bytes lie at an address that is \(remainder) modulo 4; it has to be a multiple of 4"
    case .truncated(let count, let expected):
      "\(count) bytes where \(expected) are needed: the file is cut off"
    case .trailingBytes(let count, let expected):
      "\(count) bytes, but the header says \(expected): there is something behind the end"
    case .notAModel(let magic):
      "not a .scruple file: it starts with 0x\(String(magic.byteSwapped, radix: 16)), not with \"SCRU\""
    case .unsupportedVersion(let version):
      "version \(version) of the format; this program reads version \(FileLayout.version)"
    case .checksumMismatch(let stored, let computed):
      "the file is damaged: its checksum is 0x\(String(computed, radix: 16)), and it says 0x\(String(stored, radix: 16))"
    case .fieldOutOfRange(let offset, let value, let bound):
      "byte \(offset): \(value) isn't a legal value; the nearest is \(bound)"
    case .fieldMismatch(let offset, let value, let expected):
      "byte \(offset): \(value) where other fields determine \(expected)"
    case .notZero(let offset, let value):
      "byte \(offset): \(value) where a zero has to be"
    case .unknownSection(let offset, let kind):
      "byte \(offset): a section of the unknown kind \(kind); a newer version may read it"
    case .unknownOperation(let offset, let code):
      "byte \(offset): the unknown operation \(code); a newer version may run it"
    case .unknownWeightLayout(let offset, let code):
      "byte \(offset): the unknown weight layout \(code); a newer version may run it"
    case .outsideArena(let offset, let start, let count, let arenaSize):
      "byte \(offset): \(count) bytes at \(start) don't fit an arena of \(arenaSize) bytes"
    case .overlappingRegions(let offset, let input, let output):
      "byte \(offset): an operation's output at \(output) of the arena overlaps its input at \(input)"
    }
  }
}

@_unavailableInEmbedded
extension RunError: CustomStringConvertible {
  /// What is wrong, with which values.
  public var description: String {
    switch self {
    case .arenaTooSmall(let count, let needed): "an arena of \(count) bytes where the model needs \(needed)"
    case .misalignedArena(let remainder):
      "the arena lies at an address that is \(remainder) modulo 4; it has to be a multiple of 4"
    }
  }
}
