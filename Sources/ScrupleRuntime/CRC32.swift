/// The CRC-32 of zlib, PNG and Ethernet over `bytes`.
public func crc32(_ bytes: RawSpan) -> UInt32 {
  var state = CRC32()
  state.update(bytes)
  return state.value
}

/// A CRC-32 that takes its bytes in pieces.
///
/// Polynomial 04C11DB7, reflected; start and final XOR FFFFFFFF. Two lookups a byte in a table of 16 words.
struct CRC32 {
  private var remainder: UInt32 = 0xFFFF_FFFF

  var value: UInt32 { ~remainder }

  mutating func update(_ bytes: RawSpan) {
    for i in bytes.byteOffsets {
      remainder ^= UInt32(unsafe bytes.unsafeLoad(fromUncheckedByteOffset: i, as: UInt8.self))
      remainder = Self.step(remainder)
      remainder = Self.step(remainder)
    }
  }

  private static func step(_ remainder: UInt32) -> UInt32 {
    table[Int(truncatingIfNeeded: remainder & 15)] ^ (remainder &>> 4)
  }

  /// `table[i]` is the remainder of i·x³² (reflected).
  private static let table: InlineArray<16, UInt32> = [
    0x0000_0000, 0x1DB7_1064, 0x3B6E_20C8, 0x26D9_30AC, 0x76DC_4190, 0x6B6B_51F4, 0x4DB2_6158, 0x5005_713C,
    0xEDB8_8320, 0xF00F_9344, 0xD6D6_A3E8, 0xCB61_B38C, 0x9B64_C2B0, 0x86D3_D2D4, 0xA00A_E278, 0xBDBD_F21C,
  ]
}
