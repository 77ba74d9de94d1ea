/// An array of bytes in the IDX format of the MNIST database: two zero bytes, a type code, the number of
/// dimensions, each dimension as a big-endian 32-bit number, then the elements, the last dimension fastest.
public struct IDXFile: Equatable, Sendable {
  /// The sizes of the dimensions; the first counts the samples.
  public let dimensions: [Int]
  /// The elements; their count is the product of the dimensions.
  public let elements: [UInt8]

  /// Reads a file, inflating it when it is gzipped.
  public init(contentsOfFile file: String) throws(DataError) {
    try self.init(decoding: Gzip.read(file), file: file)
  }

  /// Decodes a file's bytes; `file` is for errors.
  public init(decoding bytes: [UInt8], file: String) throws(DataError) {
    func malformed(_ offset: Int, _ expected: String, _ found: String) -> DataError {
      .malformed(file: file, format: "IDX", offset: offset, expected: expected, found: found)
    }
    guard bytes.count >= 4 else {
      throw .wrongLength(file: file, format: "IDX", expected: 4, found: bytes.count)
    }
    guard bytes[0] == 0, bytes[1] == 0 else {
      throw malformed(0, "two zero bytes", "\(bytes[0]) and \(bytes[1])")
    }
    guard bytes[2] == 0x08 else {
      throw malformed(2, "type code 8 (unsigned bytes)", "\(bytes[2])")
    }
    let rank = Int(bytes[3])
    guard (1...4).contains(rank) else { throw malformed(3, "1 to 4 dimensions", "\(rank)") }
    let start = 4 + 4 * rank
    guard bytes.count >= start else {
      throw .wrongLength(file: file, format: "IDX", expected: start, found: bytes.count)
    }
    var dimensions: [Int] = []
    var product = 1
    for d in 0..<rank {
      let size = bytes[(4 + 4 * d)..<(8 + 4 * d)].reduce(0) { $0 << 8 | Int($1) }
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow, next <= Int.max - start else {
        throw malformed(4 + 4 * d, "dimensions whose product is a possible size", "\(dimensions + [size])")
      }
      product = next
      dimensions.append(size)
    }
    guard bytes.count == start + product else {
      throw .wrongLength(file: file, format: "IDX", expected: start + product, found: bytes.count)
    }
    self.dimensions = dimensions
    elements = Array(bytes[start...])
  }

  /// Wraps an array.
  ///
  /// - Precondition: 1 to 4 dimensions, each below 2³², whose product is the number of elements.
  public init(dimensions: [Int], elements: [UInt8]) {
    precondition((1...4).contains(dimensions.count))
    precondition(dimensions.allSatisfy { $0 >= 0 && $0 < 1 << 32 })
    precondition(dimensions.reduce(1, *) == elements.count)
    self.dimensions = dimensions
    self.elements = elements
  }

  /// The file's bytes.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 0x08, UInt8(dimensions.count)]
    for size in dimensions {
      bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
    }
    return bytes + elements
  }

  /// The elements as class numbers; `dimensions` must be one.
  func labels(count: Int, classes: Int, file: String) throws(DataError) -> [Int] {
    guard dimensions.count == 1 else {
      throw .malformed(
        file: file, format: "IDX", offset: 3, expected: "1 dimension for labels", found: "\(dimensions.count)"
      )
    }
    guard elements.count == count else {
      throw .labelCount(file: file, expected: count, found: elements.count)
    }
    if let bad = elements.firstIndex(where: { Int($0) >= classes }) {
      throw .labelOutOfRange(file: file, sample: bad, label: Int(elements[bad]), classes: classes)
    }
    return elements.map(Int.init)
  }
}
