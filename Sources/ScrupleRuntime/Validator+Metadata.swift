extension Validator {
  /// The structure of the metadata's entries, and the count of the labels.
  func validateMetadata() throws(ModelError) {
    var cursor = word(76)
    let end = cursor &+ word(80)
    var next: UInt32 = 0
    while cursor < end {
      // The bound of the section's size: an entry's head needs 8 bytes.
      try require(80, in: cursor &+ 8 &- word(76), .max)
      let tag = word(cursor)
      try require(cursor, in: next, .max)
      guard tag != .max else { throw .fieldOutOfRange(offset: Int(cursor), value: tag, bound: .max &- 1) }
      next = tag &+ 1
      let size = word(cursor &+ 4)
      let payload = cursor &+ 8
      try require(cursor &+ 4, in: 0, end &- payload)
      let payloadEnd = payload &+ size
      cursor = align(payloadEnd, 4)
      try require(80, in: cursor &- word(76), .max)
      try expectZeros(from: payloadEnd, to: cursor)
      if tag == FileLayout.Tag.labels { try validateLabels(from: payload, to: payloadEnd) }
    }
  }

  /// As many zero bytes as classes, the last byte among them.
  private func validateLabels(from start: UInt32, to end: UInt32) throws(ModelError) {
    var zeros: UInt32 = 0
    var offset = start
    while offset < end {
      if byte(offset) == 0 { zeros &+= 1 }
      offset &+= 1
    }
    try expect(start, value: zeros, word(24))
    try expectZeros(from: end &- 1, to: end)
  }
}
