import ScrupleNetwork
import Testing

@testable import ScrupleData

@Suite struct `NumPy files` {
  @Test func `unsigned bytes`() throws {
    let file = try NPYFile(contentsOfFile: fixture("npy/u1.npy"))
    #expect(file.shape == [2, 3, 4])
    #expect(file.elements == .bytes((0..<24).map { $0 }))
  }

  @Test(arguments: ["i1", "i2", "i4", "i8"])
  func `integers of every width`(name: String) throws {
    let file = try NPYFile(contentsOfFile: fixture("npy/\(name).npy"))
    #expect(file.elements == .integers(Array(-12..<12)))
  }

  @Test(arguments: ["f4", "f8"])
  func `floats`(name: String) throws {
    let file = try NPYFile(contentsOfFile: fixture("npy/\(name).npy"))
    #expect(file.elements == .floats((-12..<12).map(Float.init)))
  }

  @Test(arguments: ["version2", "version3"])
  func `later versions`(name: String) throws {
    let file = try NPYFile(contentsOfFile: fixture("npy/\(name).npy"))
    #expect(file.elements == .floats((0..<24).map(Float.init)))
  }

  @Test(arguments: [
    ("fortran", "ascontiguousarray"), ("big-endian", ">f4"), ("bool", "|b1"), ("half", "<f2"),
    ("record", "descr"),
    ("object", "|O"),
  ])
  func `other arrays are refused with the reason`(name: String, reason: String) throws {
    let path = try fixture("npy/bad-\(name).npy")
    let error = #expect(throws: DataError.self) { try NPYFile(contentsOfFile: path) }
    let text = error?.description ?? ""
    #expect(text.contains(reason) || text.contains("elements of type"), "\(text)")
    #expect(text.contains(path))
  }

  @Test(arguments: ["f4", "version2"])
  func `every truncation and an added byte are errors`(name: String) throws {
    let bytes = try FileBytes.read(fixture("npy/\(name).npy"))
    for length in bytes.indices {
      #expect(throws: DataError.self) { try NPYFile(decoding: Array(bytes[..<length]), file: "t") }
    }
    #expect(throws: DataError.self) { try NPYFile(decoding: bytes + [0], file: "t") }
  }

  @Test(arguments: [
    "(9223372036854775807, 4)", "(-1,)", "(4294967296, 4294967296, 1)", "(3", "x", "(99999999999999999999,)",
  ])
  func `shapes that lie are refused without taking memory`(shape: String) {
    #expect(throws: DataError.self) { try NPYFile(decoding: file(shape: shape), file: "t") }
  }

  @Test func `bytes are images, other numbers rows, and labels lie beside`() throws {
    let images = try Catalogue.load(fixture("npy/u1.npy"))
    #expect(images.shape == Shape([3, 4, 1]))
    #expect(images.isImage)
    let rows = try Catalogue.load(fixture("npy/f4.npy"))
    #expect(rows.shape == Shape([12]))
    #expect(rows.count == 2)
    try inTemporaryFolder { folder in
      try FileBytes.write(file(shape: "(2, 1)", data: [1, 2]), to: folder + "/x.npy")
      try FileBytes.write(file(shape: "(2,)", data: [1, 0]), to: folder + "/x.labels.npy")
      #expect(try Catalogue.load(folder + "/x.npy").labels == [1, 0])
      try FileBytes.write(file(shape: "(1,)", data: [1]), to: folder + "/x.labels.npy")
      #expect(throws: DataError.labelCount(file: folder + "/x.labels.npy", expected: 2, found: 1)) {
        try Catalogue.load(folder + "/x.npy")
      }
    }
  }

  /// A file of unsigned bytes with any text as its shape.
  private func file(shape: String, data: [UInt8] = [1, 2, 3]) -> [UInt8] {
    let header = Array("{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + data
  }
}
