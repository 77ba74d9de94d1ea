import CScrupleIntrinsics

/// Bytes of the arena, from a multiple of 4 to a multiple of 4.
struct ArenaRegion {
  let start: UInt32
  let end: UInt32

  func overlaps(_ other: ArenaRegion) -> Bool { start < other.end && other.start < end }
}

extension Validator {
  typealias Descriptor = FileLayout.Descriptor
  typealias Image = FileLayout.ImageDescriptor
  typealias Code = FileLayout.OperationCode

  /// The arena region of `count` bytes, at most 2³¹, from the word at `offset` on, rounded up to a multiple of 4. It is
  /// aligned and inside the arena.
  func region(_ offset: Int, count: UInt32) throws(ModelError) -> ArenaRegion {
    let start = word(offset)
    let arena = word(Header.arenaSize)
    let size = (count &+ 3) & ~3
    try expect(offset, start & ~3)
    guard start <= arena, size <= arena &- start else {
      throw .outsideArena(offset: offset, start: start, byteCount: size, arenaSize: arena)
    }
    return ArenaRegion(start: start, end: start &+ size)
  }

  /// Two regions of one operation share no byte; the first one's offset stands at `offset`.
  func expectDisjoint(_ offset: Int, _ region: ArenaRegion, from other: ArenaRegion) throws(ModelError) {
    guard !region.overlaps(other) else {
      throw .overlappingRegions(offset: offset, input: other.start, output: region.start)
    }
  }

  /// What an operation reads is what was written there last: by the latest of the operations before it whose output or
  /// scratch shares a byte with it, or else by the caller.
  ///
  /// - Parameters:
  ///   - offset: of the field with the arena offset.
  ///   - countOffset: of a field to name where the count isn't the producer's.
  ///   - zeroPoint: the offset of the input's zero point.
  func validateInput(
    of base: Int, at offset: Int, count: UInt32, countOffset: Int, zeroPoint: Int
  ) throws(ModelError) -> ArenaRegion {
    let input = try region(offset, count: count)
    var producer = base &- Descriptor.size
    while producer >= firstDescriptor {
      let written = writtenRegion(producer)
      if written.overlaps(input) {
        try expect(offset, written.start)
        try expect(countOffset, value: count, outputCount(producer))
        try expectByte(zeroPoint, byte(producer &+ Descriptor.outputZeroPoint))
        return input
      }
      if let scratch = scratchRegion(producer), scratch.overlaps(input) {
        throw .overlappingRegions(offset: offset, input: input.start, output: scratch.start)
      }
      producer &-= Descriptor.size
    }
    let caller = ArenaRegion(
      start: word(Header.inputOffset), end: word(Header.inputOffset) &+ ((word(Header.inputCount) &+ 3) & ~3))
    guard base == firstDescriptor || caller.overlaps(input) else {
      let previous = base &- Descriptor.size
      throw .fieldMismatch(
        offset: offset, value: input.start, expected: word(previous &+ Descriptor.outputOffset))
    }
    try expect(offset, caller.start)
    try expect(countOffset, value: count, word(Header.inputCount))
    try expectByte(zeroPoint, 0)
    return input
  }

  /// Bytes that a validated operation before the last one writes.
  private func outputCount(_ base: Int) -> UInt32 {
    guard scr_has_image_operations() != 0 else { return word(base &+ Descriptor.outputCount) }
    return switch UInt8(truncatingIfNeeded: byte(base &+ Descriptor.code)) {
    case Code.dense: word(base &+ Descriptor.outputCount)
    case Code.addition: word(base &+ FileLayout.AdditionDescriptor.count)
    default: unsafe ImageGeometry(bytes, at: base).outputByteCount
    }
  }

  private func writtenRegion(_ base: Int) -> ArenaRegion {
    let start = word(base &+ Descriptor.outputOffset)
    return ArenaRegion(start: start, end: start &+ ((outputCount(base) &+ 3) & ~3))
  }

  /// Where a validated operation expands patches.
  private func scratchRegion(_ base: Int) -> ArenaRegion? {
    guard scr_has_image_operations() != 0, byte(base &+ Descriptor.code) == UInt32(Code.convolution) else {
      return nil
    }
    let geometry = unsafe ImageGeometry(bytes, at: base)
    let size = PatchLayout.scratchByteCount(inputs: geometry.taps &* geometry.inputChannels)
    let start = word(base &+ Image.scratchOffset)
    return size == 0 ? nil : ArenaRegion(start: start, end: start &+ UInt32(truncatingIfNeeded: size))
  }
}
