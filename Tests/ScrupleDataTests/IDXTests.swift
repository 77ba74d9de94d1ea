import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleData

@Suite struct `IDX files` {
  @Test func `a file is as the MNIST pages describe it`() throws {
    let bytes: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]
    let file = IDXFile(dimensions: [2, 3], elements: [1, 2, 3, 4, 5, 6])
    #expect(try IDXFile(decoding: bytes, file: "t") == file)
    #expect(file.encoded() == bytes)
  }

  @Test(arguments: [[0], [7], [2, 3], [3, 4, 5], [2, 3, 4, 3]])
  func `what is encoded is decoded`(dimensions: [Int]) throws {
    let count = dimensions.reduce(1, *)
    let file = IDXFile(dimensions: dimensions, elements: (0..<count).map { UInt8(truncatingIfNeeded: $0) })
    #expect(try IDXFile(decoding: file.encoded(), file: "t") == file)
  }

  @Test func `every truncation and every added byte is an error`() {
    let bytes = IDXFile(dimensions: [2, 3], elements: [1, 2, 3, 4, 5, 6]).encoded()
    for length in bytes.indices {
      #expect(throws: DataError.self) { try IDXFile(decoding: Array(bytes[..<length]), file: "t") }
    }
    #expect(throws: DataError.wrongLength(file: "t", format: "IDX", expected: 18, found: 19)) {
      try IDXFile(decoding: bytes + [0], file: "t")
    }
  }

  static let bad: [([UInt8], Int)] = [
    ([1, 0, 8, 1, 0, 0, 0, 1, 5], 0),
    ([0, 0, 13, 1, 0, 0, 0, 1, 5], 2),
    ([0, 0, 8, 0], 3),
    ([0, 0, 8, 5, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5], 3),
    ([0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), 8),
  ]

  @Test(arguments: bad.indices)
  func `a wrong field is told with its offset`(index: Int) {
    let (bytes, offset) = Self.bad[index]
    let error = #expect(throws: DataError.self) { try IDXFile(decoding: bytes, file: "t") }
    guard case .malformed("t", "IDX", offset, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `enormous counts are refused without taking memory`() {
    let bytes: [UInt8] = [0, 0, 8, 3, 0x7F, 255, 255, 255, 0, 0, 1, 0, 0, 0, 1, 0, 1]
    #expect(throws: DataError.self) { try IDXFile(decoding: bytes, file: "t") }
  }

  @Test func `images find their labels`() throws {
    try inTemporaryFolder { folder in
      let images = IDXFile(dimensions: [3, 2, 2], elements: (0..<12).map { $0 })
      try FileBytes.write(images.encoded(), to: folder + "/a-images-idx3-ubyte")
      let path = folder + "/a-images-idx3-ubyte"
      #expect(try Catalogue.load(path).labels == nil)
      let labels = IDXFile(dimensions: [3], elements: [2, 0, 2])
      try FileBytes.write(labels.encoded(), to: folder + "/a-labels-idx1-ubyte")
      let set = try Catalogue.load(path)
      #expect(set.labels == [2, 0, 2])
      #expect(set.labelNames == ["0", "1", "2"])
      #expect(set.shape == Shape([2, 2, 1]))
      try FileBytes.write(
        IDXFile(dimensions: [2], elements: [2, 0]).encoded(), to: folder + "/a-labels-idx1-ubyte")
      #expect(throws: DataError.labelCount(file: folder + "/a-labels-idx1-ubyte", expected: 3, found: 2)) {
        try Catalogue.load(path)
      }
    }
  }

  @Test func `labels out of range are an error`() {
    let labels = IDXFile(dimensions: [3], elements: [0, 10, 2])
    #expect(throws: DataError.labelOutOfRange(file: "l", sample: 1, label: 10, classes: 10)) {
      try labels.labels(count: 3, classes: 10, file: "l")
    }
  }
}

@Suite struct `gzip files` {
  @Test func `members follow one another`() throws {
    let bytes = try FileBytes.read(fixture("gzip/two-members.gz"))
    #expect(try Gzip.inflated(bytes, file: "t") == Array("one, two".utf8))
  }

  @Test func `every truncation is an error, but for the border of two members`() throws {
    let bytes = try FileBytes.read(fixture("gzip/two-members.gz"))
    var readable: [Int] = []
    for length in bytes.indices
    where (try? Gzip.inflated(Array(bytes[..<length]), file: "t")) != nil { readable.append(length) }
    #expect(readable.count == 1)
  }

  @Test func `flipped bits in checksum and data are errors`() throws {
    let bytes = try FileBytes.read(fixture("gzip/two-members.gz"))
    for position in bytes.count - 8..<bytes.count {
      var flipped = bytes
      flipped[position] ^= 4
      #expect(throws: DataError.self) { try Gzip.inflated(flipped, file: "t") }
    }
  }

  @Test func `bytes behind the end are an error`() throws {
    let bytes = try FileBytes.read(fixture("gzip/two-members.gz"))
    #expect(throws: DataError.self) { try Gzip.inflated(bytes + [1, 2, 3], file: "t") }
  }

  @Test func `a file that inflates beyond the limit is refused`() throws {
    let bytes = try FileBytes.read(fixture("gzip/bomb.gz"))
    #expect(try Gzip.inflated(bytes, file: "t").count == 1 << 22)
    #expect(throws: DataError.self) { try Gzip.inflated(bytes, file: "t", limit: 1 << 20) }
  }
}
