extension Validator {
  /// The header's numbers, the operations and their constants.
  func validateProgram() throws(ModelError) {
    try require(Header.arenaSize, in: 4...FileLayout.maximumSize)
    try expect(Header.arenaSize, word(Header.arenaSize) & ~3)
    try require(Header.inputCount, in: 1...FileLayout.maximumSize)
    _ = try region(Header.inputOffset, count: word(Header.inputCount))
    try require(Header.classCount, in: Limit.classes)
    try require(Header.operationCount, in: Limit.operations)
    try require(Header.threshold, in: 0, Limit.threshold.upperBound)
    if word(Header.gapFactor) != 0 { try require(Header.gapFactor, in: Limit.smallestGapFactor, .max) }
    try expectZeros(from: Header.reserved, to: Header.size)
    let size = field(Header.operationCount) &* Descriptor.size
    try expect(section(FileLayout.Section.operations, Entry.byteCount), UInt32(truncatingIfNeeded: size))

    let constants = field(section(FileLayout.Section.constants, Entry.offset))
    var cursor = constants
    var descriptor = firstDescriptor
    let last = descriptor &+ size &- Descriptor.size
    while descriptor <= last {
      try validateOperation(descriptor, isLast: descriptor == last)
      cursor = try validateConstants(descriptor, cursor: cursor)
      descriptor &+= Descriptor.size
    }
    try expect(
      section(FileLayout.Section.constants, Entry.byteCount), UInt32(truncatingIfNeeded: cursor &- constants))
    try expect(Header.classCount, word(last &+ Descriptor.outputCount))
    try expect(Header.logitsOffset, word(last &+ Descriptor.outputOffset))
  }

  /// The file offset of operation 0's descriptor.
  var firstDescriptor: Int { field(section(FileLayout.Section.operations, Entry.offset)) }

  /// The byte at `offset` is what other fields determine.
  func expectByte(_ offset: Int, _ expected: UInt32) throws(ModelError) {
    try expect(offset, value: byte(offset), expected)
  }

  /// The byte at `offset` is in the range.
  func requireByte(_ offset: Int, in low: UInt32, _ high: UInt32) throws(ModelError) {
    try require(offset, value: byte(offset), in: low, high)
  }
}
