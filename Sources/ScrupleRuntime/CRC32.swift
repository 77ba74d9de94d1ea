import CScrupleIntrinsics

/// The CRC-32 of zlib, PNG and Ethernet over `bytes`: polynomial 04C11DB7 reflected, start and final XOR FFFFFFFF.
///
/// - Parameters:
///   - bytes: any.
///   - previous: the CRC-32 of what comes before `bytes`.
public func crc32(_ bytes: RawSpan, after previous: UInt32 = 0) -> UInt32 {
  unsafe withUnsafeTemporaryAllocation(byteCount: 16, alignment: 4) { folded in
    // SAFETY: folding reads byteCount bytes at most and writes 16.
    let count = unsafe bytes.withUnsafeBytes { bytes in
      unsafe scr_crc32_fold(~previous, bytes.baseAddress, bytes.count, folded.baseAddress.unsafelyUnwrapped)
    }
    if count == 0 { return ~remainder(~previous, bytes) }
    let start = unsafe remainder(0, UnsafeRawBufferPointer(folded).bytes)
    return unsafe ~remainder(start, bytes.extracting(unchecked: count..<bytes.byteCount))
  }
}

/// The state of the CRC after `bytes`.
@_optimize(speed)
private func remainder(_ previous: UInt32, _ bytes: RawSpan) -> UInt32 {
  var remainder = previous
  let address = unsafe bytes.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
  // Bytes up to an address that is a multiple of 4, words, bytes.
  let words = min(bytes.byteCount, (0 &- address) & 3)
  let tail = words &+ ((bytes.byteCount &- words) & ~3)
  // SAFETY of the loads: 0 ≤ words ≤ tail ≤ byteCount, and tail − words is a multiple of 4.
  for i in 0..<words { remainder = byteStep(remainder, bytes, i) }
  var i = words
  while i < tail {
    remainder = unsafe eightNibbles(remainder ^ bytes.unsafeLoad(fromUncheckedByteOffset: i, as: UInt32.self))
    i &+= 4
  }
  while i < bytes.byteCount {
    remainder = byteStep(remainder, bytes, i)
    i &+= 1
  }
  return remainder
}

@inline(never)
private func byteStep(_ remainder: UInt32, _ bytes: RawSpan, _ index: Int) -> UInt32 {
  unsafe nibble(nibble(remainder ^ UInt32(bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))))
}

@inline(__always)
private func eightNibbles(_ remainder: UInt32) -> UInt32 {
  nibble(nibble(nibble(nibble(nibble(nibble(nibble(nibble(remainder))))))))
}

/// Shifts four bits out. A table of 16 words (64 bytes) costs three instructions a nibble on a Cortex-M4, 7 a byte in
/// all; one of 256 words would take 1 KB of flash, a sixth of the whole runtime, to get to 4 a byte.
@inline(__always)
private func nibble(_ remainder: UInt32) -> UInt32 {
  // SAFETY: an index of four bits.
  let entry = unsafe NibbleTable.entries[unchecked: Int(truncatingIfNeeded: remainder & 15)]
  return entry ^ (remainder &>> 4)
}

private enum NibbleTable {
  /// `entries[i]` is the remainder of i·x³², reflected.
  static let entries: InlineArray<16, UInt32> = [
    0x0000_0000, 0x1DB7_1064, 0x3B6E_20C8, 0x26D9_30AC, 0x76DC_4190, 0x6B6B_51F4, 0x4DB2_6158, 0x5005_713C,
    0xEDB8_8320, 0xF00F_9344, 0xD6D6_A3E8, 0xCB61_B38C, 0x9B64_C2B0, 0x86D3_D2D4, 0xA00A_E278, 0xBDBD_F21C,
  ]
}
