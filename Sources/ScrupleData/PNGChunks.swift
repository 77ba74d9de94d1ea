import CZlib

/// The frame of a PNG file, checked before libpng sees it: signature, chunk lengths, every chunk's CRC, the
/// end chunk, and a size in pixels that the compressed data can hold.
///
/// libpng stops reading at the last row; without this, damage behind it would go unnoticed, and a file of
/// a few bytes could ask for gigabytes.
enum PNGChunks {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The most that a picture may decode to: 256 MiB.
  static let limit = 1 << 28

  /// - Parameter file: the name for errors.
  static func check(_ bytes: [UInt8], file: String) throws(DataError) {
    func corrupt(_ reason: String) -> DataError { .corruptPNG(file: file, reason: reason) }
    func word(_ offset: Int) -> Int { bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }

    guard bytes.starts(with: signature) else { throw corrupt("it doesn't begin with PNG's signature") }
    var offset = signature.count
    var compressed = 0
    var types: [String] = []
    repeat {
      guard bytes.count - offset >= 12 else {
        throw corrupt("it ends at byte \(bytes.count), before its end chunk")
      }
      let length = word(offset)
      guard length <= bytes.count - offset - 12 else {
        throw corrupt(
          "the chunk at byte \(offset) says \(length) bytes; \(bytes.count - offset - 12) are left")
      }
      let body = (offset + 4)..<(offset + 8 + length)
      let type = String(decoding: bytes[(offset + 4)..<(offset + 8)], as: UTF8.self)
      let checksum = bytes[body].withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
      guard Int(checksum) == word(body.upperBound) else {
        throw corrupt("the checksum of the chunk '\(type)' at byte \(offset) is wrong")
      }
      if types.isEmpty {
        guard type == "IHDR", length == 13 else { throw corrupt("its first chunk is not a header") }
      }
      if type == "IDAT" { compressed += length }
      types.append(type)
      offset = body.upperBound + 4
    } while types.last != "IEND"
    guard compressed > 0 else { throw corrupt("it holds no picture data") }

    let (width, height) = (word(16), word(20))
    let (depth, colour) = (Int(bytes[24]), Int(bytes[25]))
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour] ?? 4
    guard width > 0, height > 0, width <= 1 << 24, height <= 1 << 24 else {
      throw corrupt("its size is \(width)×\(height)")
    }
    let decoded = width * height * 3
    guard decoded <= limit else {
      throw .tooLarge(file: file, what: "a picture of \(width)×\(height)", bytes: decoded, limit: limit)
    }
    // Deflate shrinks at most 1032 to 1 (zlib's technical details).
    guard height * (width * samples * depth / 8) <= 1032 * compressed + 1032 else {
      throw corrupt("its \(compressed) bytes of picture data can't hold \(width)×\(height) pixels")
    }
  }
}
