import CZlib

/// Inflating of gzip files (RFC 1952) through zlib.
enum Gzip {
  /// The most that one file may inflate to: 2 GiB.
  static let limit = 1 << 31

  /// True for bytes that begin with gzip's magic number.
  static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// The file's bytes, inflated when they are gzipped.
  static func read(_ file: String) throws(DataError) -> [UInt8] {
    let bytes = try FileBytes.read(file)
    return isCompressed(bytes) ? try inflated(bytes, file: file) : bytes
  }

  /// Inflates all members of a gzip file.
  ///
  /// Memory grows with what has been inflated, never with what a header says. Checksums and lengths are
  /// checked; bytes after the last member are an error.
  static func inflated(
    _ compressed: [UInt8], file: String, limit: Int = limit
  ) throws(DataError) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window; 16 more: a gzip header, not zlib's.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .corruptGzip(file: file, offset: 0, reason: "zlib could not start")
    }
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    output.reserveCapacity(min(limit, compressed.count &* 4))
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var consumed = 0
    repeat {
      let (status, read, written) = step(&stream, compressed, from: consumed, into: &chunk)
      consumed += read
      guard output.count + written <= limit else {
        throw .tooLarge(file: file, what: "inflating it", bytes: output.count + written, limit: limit)
      }
      output.append(contentsOf: chunk[..<written])
      switch status {
      case Z_OK: break
      case Z_STREAM_END:
        if consumed == compressed.count { return output }
        inflateReset(&stream)
      case Z_BUF_ERROR where consumed == compressed.count && written == 0:
        throw .corruptGzip(file: file, offset: consumed, reason: "it ends too early")
      default:
        let message = stream.msg.map { String(cString: $0) } ?? "zlib status \(status)"
        throw .corruptGzip(file: file, offset: consumed, reason: message)
      }
    } while true
  }

  private static func step(
    _ stream: inout z_stream, _ input: [UInt8], from start: Int, into chunk: inout [UInt8]
  ) -> (status: Int32, read: Int, written: Int) {
    input.withUnsafeBufferPointer { input in
      chunk.withUnsafeMutableBufferPointer { chunk in
        let offered = min(input.count - start, 1 << 30)
        // zlib doesn't write through next_in; its type lacks the const.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + start })
        stream.avail_in = UInt32(offered)
        stream.next_out = chunk.baseAddress
        stream.avail_out = UInt32(chunk.count)
        let status = inflate(&stream, Z_NO_FLUSH)
        return (status, offered - Int(stream.avail_in), chunk.count - Int(stream.avail_out))
      }
    }
  }
}
