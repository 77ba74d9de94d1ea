/// Why a file is not a model.
///
/// Offsets are file offsets in bytes of the offending field, unless said otherwise.
public enum ModelError: Error, Equatable {
  /// The file's memory address isn't a multiple of 4; `remainder` is the address modulo 4.
  case misaligned(remainder: Int)
  /// There are fewer bytes than a file needs, or than the header says.
  case truncated(byteCount: Int, expected: Int)
  /// There are more bytes than the header says.
  case trailingBytes(byteCount: Int, expected: Int)
  /// The file doesn't start with "SCRU".
  case notAModel(magic: UInt32)
  /// The version isn't the one this runtime reads.
  case unsupportedVersion(UInt32)
  /// The CRC-32 differs: the file was damaged.
  case checksumMismatch(stored: UInt32, computed: UInt32)
  /// A field is outside its legal values; the nearest legal value is `bound`.
  case fieldOutOfRange(offset: Int, value: UInt32, bound: UInt32)
  /// A field differs from what other fields determine.
  case fieldMismatch(offset: Int, value: UInt32, expected: UInt32)
  /// A reserved field or padding isn't zero.
  case notZero(offset: Int, value: UInt32)
  /// The section's kind isn't known and can't be skipped.
  case unknownSection(offset: Int, kind: UInt32)
  /// The operation isn't known to this runtime.
  case unknownOperation(offset: Int, code: UInt32)
  /// The operation's weight layout isn't known to this runtime.
  case unknownWeightLayout(offset: Int, code: UInt32)
  /// The arena region from `start` on doesn't fit the arena.
  case outsideArena(offset: Int, start: UInt32, byteCount: UInt32, arenaSize: UInt32)
  /// An operation's input and output share bytes of the arena; `start` is the output's.
  case overlappingRegions(offset: Int, input: UInt32, output: UInt32)
}
