/// Names for people. The UTF-8 in them is as the writer left it; validation doesn't check it.
extension Model {
  /// The payload of the metadata entry with this tag (a ``FileLayout/Tag``), or an empty span.
  @_lifetime(copy self)
  public func metadata(_ tag: UInt32) -> RawSpan {
    var cursor = sectionStart(2)
    let end = cursor &+ sectionSize(2)
    while cursor < end {
      let size = field(cursor &+ FileLayout.MetadataEntry.byteCount)
      let payload = cursor &+ FileLayout.MetadataEntry.payload
      if word(cursor &+ FileLayout.MetadataEntry.tag) == tag {
        // SAFETY: validation checked that the entry's payload lies inside the section.
        return unsafe bytes.extracting(unchecked: payload..<payload &+ size)
      }
      cursor = FileLayout.align4(payload &+ size)
    }
    return bytes.extracting(first: 0)
  }

  /// The model's name, UTF-8; empty when the file has none.
  public var name: RawSpan {
    @_lifetime(copy self) get { metadata(FileLayout.Tag.name) }
  }

  /// The label of class `index`, UTF-8; empty when the file has none.
  ///
  /// - Parameter index: less than ``classCount``.
  @_lifetime(copy self)
  public func label(_ index: Int) -> RawSpan {
    let labels = metadata(FileLayout.Tag.labels)
    var start = 0
    var remaining = index
    // SAFETY: offsets below byteCount. Validation found a zero byte for each class.
    for offset in labels.byteOffsets
    where unsafe labels.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self) == 0 {
      if remaining == 0 { return unsafe labels.extracting(unchecked: start..<offset) }
      remaining &-= 1
      start = offset &+ 1
    }
    return labels.extracting(first: 0)
  }
}
