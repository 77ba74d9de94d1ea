extension Model {
  /// Takes a file after checking everything that `docs/format.md` says about it: sizes, offsets, codes, ranges,
  /// padding and the checksum. Takes time in proportion to the file's size, and no memory.
  ///
  /// - Parameter bytes: exactly the file; ``fileSize(_:)`` finds its size in a larger piece of flash.
  @_lifetime(copy bytes)
  public init(validating bytes: RawSpan) throws(ModelError) {
    try Validator(bytes: bytes).validate()
    unsafe self.init(trusting: bytes)
  }

  /// The size that the header at the start of `partition` states, or nil where there is no header or less than
  /// that many bytes. Validation still decides whether it is a model.
  public static func fileSize(_ partition: RawSpan) -> Int? {
    guard partition.byteCount >= FileLayout.Header.size else { return nil }
    // SAFETY: both words lie inside the header.
    let magic = unsafe partition.unsafeLoadUnaligned(fromUncheckedByteOffset: 0, as: UInt32.self)
    let size = unsafe partition.unsafeLoadUnaligned(
      fromUncheckedByteOffset: FileLayout.Header.fileSize, as: UInt32.self)
    guard magic == FileLayout.magic, size <= UInt32(truncatingIfNeeded: partition.byteCount) else {
      return nil
    }
    return Int(truncatingIfNeeded: size)
  }
}
