import CScrupleIntrinsics

/// Where the values of a patch go, in the order kernel row, kernel column, channel.
///
/// SAFETY of all conforming types: their memory holds as many values as the patch has.
protocol PatchWriter {
  /// Appends values.
  mutating func copy(_ values: UnsafePointer<UInt8>, _ count: Int)
  /// Appends a value many times.
  mutating func fill(_ value: UInt8, _ count: Int)
}

/// One byte after the other.
@unsafe
struct ByteWriter: PatchWriter {
  var next: UnsafeMutablePointer<UInt8>

  mutating func copy(_ values: UnsafePointer<UInt8>, _ count: Int) {
    for i in 0..<count { unsafe next[i] = values[i] }
    unsafe next += count
  }

  mutating func fill(_ value: UInt8, _ count: Int) {
    for i in 0..<count { unsafe next[i] = value }
    unsafe next += count
  }
}

/// Bytes as lanes of one of two expanded patches; see ``PatchLayout``.
@unsafe
struct LaneWriter: @unsafe PatchWriter {
  /// The words of the current group.
  var group: UnsafeMutablePointer<UInt32>
  /// Values in it.
  var phase = 0

  /// Starts the first or the second patch.
  init(_ patches: UnsafeMutablePointer<UInt32>, patch: Int) {
    unsafe group = patches + patch
  }

  @inline(__always)
  private mutating func put(_ value: UInt8) {
    let lanes = unsafe UnsafeMutableRawPointer(group)
    unsafe lanes.storeBytes(
      of: UInt16(value), toByteOffset: ((phase & 1) &<< 3) &+ (phase & 2), as: UInt16.self)
    unsafe phase &+= 1
    if unsafe phase == 4 {
      unsafe phase = 0
      unsafe group += 4
    }
  }

  @inline(__always)
  private mutating func put(word: UInt32) {
    unsafe group[0] = scr_even_bytes(word)
    unsafe group[2] = scr_odd_bytes(word)
    unsafe group += 4
  }

  @inline(never)
  @_optimize(speed)
  mutating func copy(_ values: UnsafePointer<UInt8>, _ count: Int) {
    var from = unsafe UnsafeRawPointer(values)
    var left = count
    while unsafe phase != 0 && left > 0 {
      unsafe put(from.load(as: UInt8.self))
      unsafe from += 1
      left &-= 1
    }
    while left >= 4 {
      unsafe put(word: from.loadUnaligned(as: UInt32.self))
      unsafe from += 4
      left &-= 4
    }
    while left > 0 {
      unsafe put(from.load(as: UInt8.self))
      unsafe from += 1
      left &-= 1
    }
  }

  @inline(never)
  mutating func fill(_ value: UInt8, _ count: Int) {
    var left = count
    while unsafe left > 0 && (phase != 0 || left < 4) {
      unsafe put(value)
      left &-= 1
    }
    while left >= 4 {
      unsafe put(word: UInt32(value) &* 0x0101_0101)
      left &-= 4
    }
    while left > 0 {
      unsafe put(value)
      left &-= 1
    }
  }
}
