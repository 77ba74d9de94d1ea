/// Checks a file, in its own order.
///
/// Every load is preceded by the check that puts it inside the file. Offsets are at most 2³⁰ once checked, so that
/// sums of two fit an `Int` of 32 bits.
struct Validator: ~Escapable {
  typealias Header = FileLayout.Header
  typealias Entry = FileLayout.SectionEntry
  typealias Limit = FileLayout.Limit

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
  private func validateEnvelope() throws(ModelError) -> Int {
    let count = bytes.byteCount
    let smallest = Header.size &+ FileLayout.checksumSize
    guard count >= smallest else { throw .truncated(byteCount: count, expected: smallest) }
    let remainder = unsafe bytes.withUnsafeBytes {
      Int(bitPattern: $0.baseAddress) & (FileLayout.addressAlignment &- 1)
    }
    guard remainder == 0 else { throw .misaligned(remainder: remainder) }
    let magic = word(Header.magic)
    guard magic == FileLayout.magic else { throw .notAModel(magic: magic) }
    let version = word(Header.version) & 0xFFFF
    guard version == UInt32(FileLayout.version) else { throw .unsupportedVersion(version) }
    try require(Header.fileSize, in: 0, UInt32(FileLayout.maximumSize))
    let size = field(Header.fileSize)
    guard count >= size else { throw .truncated(byteCount: count, expected: size) }
    guard count == size else { throw .trailingBytes(byteCount: count, expected: size) }
    try expect(Header.fileSize, UInt32(truncatingIfNeeded: size & ~3))
    let end = size &- FileLayout.checksumSize
    let computed = unsafe crc32(bytes.extracting(unchecked: 0..<end))
    guard word(end) == computed else { throw .checksumMismatch(stored: word(end), computed: computed) }
    return end
  }

  /// The section table, and that parts and zero padding tile the file.
  private func validateSections(end: Int) throws(ModelError) {
    let sections = word(Header.version) &>> 16
    try require(Header.sectionCount, value: sections, in: Limit.sections)
    let tableEnd = Header.size &+ Entry.size &* Int(truncatingIfNeeded: sections)
    guard tableEnd <= end else { throw .truncated(byteCount: bytes.byteCount, expected: tableEnd &+ 4) }
    var cursor = tableEnd
    var entry = Header.size
    var previous: UInt32 = 0
    while entry < tableEnd {
      let kind = word(entry &+ Entry.kind)
      if previous < FileLayout.Section.metadata {
        try expect(entry &+ Entry.kind, previous &+ 1)
      } else {
        guard kind >= FileLayout.Section.firstSkippable else {
          throw .unknownSection(offset: entry, kind: kind)
        }
        try require(entry &+ Entry.kind, in: previous &+ 1, .max)
      }
      previous = kind
      let start = FileLayout.align16(cursor)
      guard start <= end else { throw .truncated(byteCount: bytes.byteCount, expected: start &+ 4) }
      try expect(entry &+ Entry.offset, UInt32(truncatingIfNeeded: start))
      try require(entry &+ Entry.byteCount, in: 0, UInt32(truncatingIfNeeded: end &- start))
      try expectZeros(from: cursor, to: start)
      cursor = start &+ field(entry &+ Entry.byteCount)
      entry &+= Entry.size
    }
    let padded = FileLayout.align4(cursor)
    try expect(Header.fileSize, UInt32(truncatingIfNeeded: padded &+ FileLayout.checksumSize))
    try expectZeros(from: cursor, to: padded)
  }

  // MARK: Access

  // SAFETY of the three: callers have checked that the offset lies inside the file; words are at multiples of 4.

  @inline(__always)
  func word(_ offset: Int) -> UInt32 {
    unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt32.self)
  }

  @inline(__always)
  func field(_ offset: Int) -> Int { Int(truncatingIfNeeded: word(offset)) }

  @inline(__always)
  func byte(_ offset: Int) -> UInt32 {
    UInt32(unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self))
  }

  /// The offset of a field of the section table.
  func section(_ kind: UInt32, _ part: Int) -> Int {
    Header.size &+ Entry.size &* Int(truncatingIfNeeded: kind &- 1) &+ part
  }

  // MARK: Rules

  /// The value, at `offset`, is in low…high.
  func require(_ offset: Int, value: UInt32, in low: UInt32, _ high: UInt32) throws(ModelError) {
    guard value >= low, value <= high else {
      throw .fieldOutOfRange(offset: offset, value: value, bound: value < low ? low : high)
    }
  }

  /// The value, at `offset`, is in the range.
  @inline(__always)
  func require(_ offset: Int, value: UInt32, in range: ClosedRange<Int>) throws(ModelError) {
    try require(
      offset, value: value, in: UInt32(truncatingIfNeeded: range.lowerBound),
      UInt32(truncatingIfNeeded: range.upperBound))
  }

  /// The word at `offset` is in low…high.
  func require(_ offset: Int, in low: UInt32, _ high: UInt32) throws(ModelError) {
    try require(offset, value: word(offset), in: low, high)
  }

  /// The word at `offset` is in the range.
  @inline(__always)
  func require(_ offset: Int, in range: ClosedRange<Int>) throws(ModelError) {
    try require(offset, value: word(offset), in: range)
  }

  /// The value, at `offset`, is what other fields determine.
  func expect(_ offset: Int, value: UInt32, _ expected: UInt32) throws(ModelError) {
    guard value == expected else { throw .fieldMismatch(offset: offset, value: value, expected: expected) }
  }

  /// The word at `offset` is what other fields determine.
  func expect(_ offset: Int, _ expected: UInt32) throws(ModelError) {
    try expect(offset, value: word(offset), expected)
  }

  /// Reserved fields and padding are zero.
  func expectZeros(from start: Int, to end: Int) throws(ModelError) {
    var offset = start
    while offset < end {
      guard byte(offset) == 0 else { throw .notZero(offset: offset, value: byte(offset)) }
      offset &+= 1
    }
  }
}
