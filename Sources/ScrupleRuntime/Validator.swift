/// Checks a file, in its own order.
///
/// Every load is preceded by the check that puts it inside the file. Offsets are file offsets, at most 2³⁰ once
/// checked, so that sums of two never wrap.
struct Validator: ~Escapable {
  let bytes: RawSpan

  @_lifetime(copy bytes)
  init(bytes: RawSpan) { self.bytes = bytes }

  func validate() throws(ModelError) {
    let end = try validateEnvelope()
    try validateSections(end: end)
    try validateProgram()
    try validateMetadata()
  }

  /// Address, magic, version, size and checksum. Returns where the checksum stands.
  private func validateEnvelope() throws(ModelError) -> UInt32 {
    let count = bytes.byteCount
    let smallest = FileLayout.Header.size &+ FileLayout.checksumSize
    guard count >= smallest else { throw .truncated(byteCount: count, expected: smallest) }
    let remainder = unsafe bytes.withUnsafeBytes {
      Int(bitPattern: $0.baseAddress) & (FileLayout.addressAlignment &- 1)
    }
    guard remainder == 0 else { throw .misaligned(remainder: remainder) }
    guard word(0) == FileLayout.magic else { throw .notAModel(magic: word(0)) }
    let version = word(4) & 0xFFFF
    guard version == UInt32(FileLayout.version) else { throw .unsupportedVersion(version) }
    try require(8, in: 0, UInt32(FileLayout.maximumSize))
    let size = Int(truncatingIfNeeded: word(8))
    guard count >= size else { throw .truncated(byteCount: count, expected: size) }
    guard count == size else { throw .trailingBytes(byteCount: count, expected: size) }
    guard size & 3 == 0 else { throw .fieldMismatch(offset: 8, value: word(8), expected: word(8) & ~3) }
    let end = word(8) &- 4
    let computed = unsafe crc32(bytes.extracting(unchecked: 0..<Int(truncatingIfNeeded: end)))
    guard word(end) == computed else { throw .checksumMismatch(stored: word(end), computed: computed) }
    return end
  }

  /// The section table, and that parts and zero padding tile the file.
  private func validateSections(end: UInt32) throws(ModelError) {
    let count = word(4) &>> 16
    guard count >= 3, count <= 16 else {
      throw .fieldOutOfRange(offset: 6, value: count, bound: count < 3 ? 3 : 16)
    }
    var cursor = 48 &+ 12 &* count
    guard cursor <= end else { throw .truncated(byteCount: bytes.byteCount, expected: Int(cursor &+ 4)) }
    var entry: UInt32 = 48
    var previous: UInt32 = 0
    while entry < 48 &+ 12 &* count {
      let kind = word(entry)
      if previous < FileLayout.Section.metadata {
        try expect(entry, previous &+ 1)
      } else {
        guard kind >= FileLayout.Section.firstSkippable else {
          throw .unknownSection(offset: Int(entry), kind: kind)
        }
        try require(entry, in: previous &+ 1, .max)
      }
      previous = kind
      let start = align(cursor, 16)
      try expect(entry &+ 4, start)
      try require(entry &+ 8, in: 0, start <= end ? end &- start : 0)
      guard start <= end else { throw .truncated(byteCount: bytes.byteCount, expected: Int(start &+ 4)) }
      try expectZeros(from: cursor, to: start)
      cursor = start &+ word(entry &+ 8)
      entry &+= 12
    }
    guard align(cursor, 4) == end else {
      throw .fieldMismatch(offset: 8, value: end &+ 4, expected: align(cursor, 4) &+ 4)
    }
    try expectZeros(from: cursor, to: end)
  }

  // MARK: Access

  // SAFETY of the two: callers have checked that the offset lies inside the file; words are at multiples of 4.

  @inline(__always)
  func word(_ offset: UInt32) -> UInt32 {
    unsafe bytes.unsafeLoad(fromUncheckedByteOffset: Int(truncatingIfNeeded: offset), as: UInt32.self)
  }

  @inline(__always)
  func byte(_ offset: UInt32) -> UInt32 {
    UInt32(unsafe bytes.unsafeLoad(fromUncheckedByteOffset: Int(truncatingIfNeeded: offset), as: UInt8.self))
  }

  // MARK: Rules

  func align(_ value: UInt32, _ multiple: UInt32) -> UInt32 { (value &+ multiple &- 1) & ~(multiple &- 1) }

  /// The value, at `offset`, is in low…high.
  func require(_ offset: UInt32, value: UInt32, in low: UInt32, _ high: UInt32) throws(ModelError) {
    guard value >= low, value <= high else {
      throw .fieldOutOfRange(offset: Int(truncatingIfNeeded: offset), value: value, bound: value < low ? low : high)
    }
  }

  /// The word at `offset` is in low…high.
  func require(_ offset: UInt32, in low: UInt32, _ high: UInt32) throws(ModelError) {
    try require(offset, value: word(offset), in: low, high)
  }

  /// The value, at `offset`, is what other fields determine.
  func expect(_ offset: UInt32, value: UInt32, _ expected: UInt32) throws(ModelError) {
    guard value == expected else {
      throw .fieldMismatch(offset: Int(truncatingIfNeeded: offset), value: value, expected: expected)
    }
  }

  /// The word at `offset` is what other fields determine.
  func expect(_ offset: UInt32, _ expected: UInt32) throws(ModelError) {
    try expect(offset, value: word(offset), expected)
  }

  /// Reserved fields and padding are zero.
  func expectZeros(from start: UInt32, to end: UInt32) throws(ModelError) {
    var offset = start
    while offset < end {
      guard byte(offset) == 0 else {
        throw .notZero(offset: Int(truncatingIfNeeded: offset), value: byte(offset))
      }
      offset &+= 1
    }
  }
}
