/// An array in NumPy's `.npy` format, versions 1 to 3: unsigned or signed bytes, 16-, 32- and 64-bit integers, and
/// floats of 32 and 64 bits, little-endian, in C order.
public struct NPYFile: Equatable, Sendable {
  /// The elements, in their own type where that matters.
  public enum Elements: Equatable, Sendable {
    /// `u1`.
    case bytes([UInt8])
    /// `i1`, `i2`, `i4`, `i8`.
    case integers([Int])
    /// `f4`, `f8`: rounded to Float.
    case floats([Float])
  }

  /// The array's extents, the outermost first; empty for a single number.
  public let shape: [Int]
  /// In C order.
  public let elements: Elements

  /// Reads a file.
  public init(contentsOfFile file: String) throws(DataError) {
    try self.init(decoding: FileBytes.read(file), file: file)
  }

  /// Decodes a file's bytes; `file` is for errors.
  public init(decoding bytes: [UInt8], file: String) throws(DataError) {
    let header = try NPYHeader(bytes, file: file)
    let width = header.type.width
    var count = 1
    for extent in header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Int.max / 16 else {
        throw .malformed(
          file: file, format: "NumPy", offset: header.start, expected: "a shape that is a possible size",
          found: "\(header.shape)")
      }
      count = product
    }
    guard bytes.count - header.end == count * width else {
      throw .wrongLength(
        file: file, format: "NumPy", expected: header.end + count * width, found: bytes.count)
    }
    shape = header.shape
    elements = bytes.withUnsafeBytes { raw in
      func all<T>(_ type: T.Type) -> [T] {
        (0..<count).map { raw.loadUnaligned(fromByteOffset: header.end + $0 * width, as: T.self) }
      }
      return switch header.type {
      case .u1: .bytes(Array(bytes[header.end...]))
      case .i1: .integers(all(Int8.self).map(Int.init))
      case .i2: .integers(all(Int16.self).map { Int(Int16(littleEndian: $0)) })
      case .i4: .integers(all(Int32.self).map { Int(Int32(littleEndian: $0)) })
      case .i8: .integers(all(Int64.self).map { Int(Int64(littleEndian: $0)) })
      case .f4: .floats(all(UInt32.self).map { Float(bitPattern: UInt32(littleEndian: $0)) })
      case .f8: .floats(all(UInt64.self).map { Float(Double(bitPattern: UInt64(littleEndian: $0))) })
      }
    }
  }
}

/// The header of an `.npy` file: a Python dictionary in text.
struct NPYHeader {
  enum ElementType: String, CaseIterable {
    case u1, i1, i2, i4, i8, f4, f8

    /// In bytes.
    var width: Int {
      switch self {
      case .u1, .i1: 1
      case .i2: 2
      case .i4, .f4: 4
      case .i8, .f8: 8
      }
    }
  }

  let type: ElementType
  let shape: [Int]
  /// Where the text begins and where the elements begin.
  let start, end: Int

  init(_ bytes: [UInt8], file: String) throws(DataError) {
    func malformed(_ offset: Int, _ expected: String, _ found: String) -> DataError {
      .malformed(file: file, format: "NumPy", offset: offset, expected: expected, found: found)
    }
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw malformed(0, "the bytes 93 4E 55 4D 50 59", "others")
    }
    guard bytes.count >= 12 else {
      throw .wrongLength(file: file, format: "NumPy", expected: 12, found: bytes.count)
    }
    guard (1...3).contains(bytes[6]) else { throw malformed(6, "format version 1, 2 or 3", "\(bytes[6])") }
    let sizeWidth = bytes[6] == 1 ? 2 : 4
    start = 8 + sizeWidth
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    end = start + length
    guard end <= bytes.count else {
      throw .wrongLength(file: file, format: "NumPy", expected: end, found: bytes.count)
    }
    guard length <= 1 << 16 else { throw malformed(8, "a header of at most 65536 bytes", "\(length)") }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)

    guard let description = Self.value(of: "descr", in: text)?.trimmingQuotes else {
      throw malformed(start, "a header with 'descr'", text)
    }
    let isOneByte = description.hasPrefix("|")
    guard description.hasPrefix("<") || isOneByte,
      let type = ElementType(rawValue: String(description.dropFirst())), (type.width == 1) == isOneByte
    else {
      let types = ElementType.allCases.map { ($0.width == 1 ? "|" : "<") + $0.rawValue }
      throw malformed(start, "elements of type " + types.joined(separator: ", "), description)
    }
    self.type = type
    guard let order = Self.value(of: "fortran_order", in: text), order == "False" else {
      throw malformed(
        start, "'fortran_order': False (save numpy.ascontiguousarray of it)",
        Self.value(of: "fortran_order", in: text) ?? "nothing")
    }
    guard let tuple = Self.value(of: "shape", in: text), let shape = Self.extents(tuple) else {
      throw malformed(start, "a header with 'shape' as a tuple of numbers", text)
    }
    self.shape = shape
  }

  /// The text after a key, up to the comma that ends it (or the closing bracket, for tuples).
  private static func value(of key: String, in text: String) -> String? {
    for quote in ["'", "\""] {
      let pieces = text.split(
        separator: "\(quote)\(key)\(quote)", maxSplits: 1, omittingEmptySubsequences: false)
      guard pieces.count == 2, let colon = pieces[1].firstIndex(of: ":") else { continue }
      let rest = pieces[1][pieces[1].index(after: colon)...].drop { $0 == " " }
      if rest.hasPrefix("(") {
        return rest.firstIndex(of: ")").map { String(rest[...$0]) }
      }
      let end = rest.firstIndex { $0 == "," || $0 == "}" } ?? rest.endIndex
      return String(rest[..<end]).trimmingCharacters(" ")
    }
    return nil
  }

  private static func extents(_ tuple: String) -> [Int]? {
    guard tuple.hasPrefix("("), tuple.hasSuffix(")") else { return nil }
    var extents: [Int] = []
    for part in tuple.dropFirst().dropLast().split(separator: ",") {
      let digits = String(part).trimmingCharacters(" ")
      if digits.isEmpty { continue }
      guard let extent = Int(digits), extent >= 0 else { return nil }
      extents.append(extent)
    }
    return extents
  }
}

extension String {
  fileprivate func trimmingCharacters(_ character: Character) -> String {
    let start = drop { $0 == character }
    return String(start.reversed().drop { $0 == character }.reversed())
  }

  fileprivate var trimmingQuotes: String { trimmingCharacters("'").trimmingCharacters("\"") }
}
