extension Validator {
  private typealias Metadata = FileLayout.MetadataEntry

  /// The structure of the metadata's entries, and the count of the labels.
  func validateMetadata() throws(ModelError) {
    let size = section(FileLayout.Section.metadata, Entry.byteCount)
    let start = field(section(FileLayout.Section.metadata, Entry.offset))
    let end = start &+ field(size)
    var cursor = start
    var smallestTag: UInt32 = 0
    while cursor < end {
      let payload = cursor &+ Metadata.payload
      try require(size, in: UInt32(truncatingIfNeeded: payload &- start), .max)
      let tag = word(cursor &+ Metadata.tag)
      try require(cursor &+ Metadata.tag, in: smallestTag, .max &- 1)
      smallestTag = tag &+ 1
      try require(cursor &+ Metadata.byteCount, in: 0, UInt32(truncatingIfNeeded: end &- payload))
      let payloadEnd = payload &+ field(cursor &+ Metadata.byteCount)
      cursor = FileLayout.align4(payloadEnd)
      try require(size, in: UInt32(truncatingIfNeeded: cursor &- start), .max)
      try expectZeros(from: payloadEnd, to: cursor)
      if tag == FileLayout.Tag.labels { try validateLabels(from: payload, to: payloadEnd) }
    }
  }

  /// As many zero bytes as classes, the last byte among them.
  private func validateLabels(from start: Int, to end: Int) throws(ModelError) {
    var zeros: UInt32 = 0
    for offset in start..<end where byte(offset) == 0 { zeros &+= 1 }
    try expect(start, value: zeros, word(Header.classCount))
    try expectZeros(from: end &- 1, to: end)
  }
}
