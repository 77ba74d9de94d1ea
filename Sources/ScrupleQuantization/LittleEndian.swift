/// Bytes in the order of the `.scruple` file.
extension [UInt8] {
  /// Appends an integer, least significant byte first.
  mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// Overwrites bytes from `offset` on with an integer, least significant byte first.
  mutating func store(_ value: some FixedWidthInteger, at offset: Int) {
    Swift.withUnsafeBytes(of: value.littleEndian) {
      replaceSubrange(offset..<offset + $0.count, with: $0)
    }
  }

  /// Appends zeros until the count is a multiple of `alignment`.
  mutating func pad(to alignment: Int) {
    while count % alignment != 0 { append(0) }
  }

  /// The integer that starts at `offset`, least significant byte first; the caller checks that it is there.
  func load<Value: FixedWidthInteger>(_ type: Value.Type = Value.self, at offset: Int) -> Value {
    var value: Value = 0
    Swift.withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: self[offset..<offset + $0.count]) }
    return Value(littleEndian: value)
  }

  /// The Double that starts at `offset`.
  func double(at offset: Int) -> Double { Double(bitPattern: load(at: offset)) }
}
