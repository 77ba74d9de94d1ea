/// Memory at an address that is a multiple of a cache line, freed with its owner.
final class AlignedMemory: @unchecked Sendable {
  static let alignment = 64

  let bytes: UnsafeMutableRawBufferPointer

  /// Uninitialized memory of at least one byte.
  init(byteCount: Int) {
    bytes = .allocate(byteCount: max(1, byteCount), alignment: AlignedMemory.alignment)
  }

  convenience init(copying source: [UInt8]) {
    self.init(byteCount: source.count)
    bytes.copyBytes(from: source)
  }

  deinit { bytes.deallocate() }
}
