import ScrupleNetwork
import Testing

@testable import ScrupleData

/// Files with random damage are read or refused, never worse.
@Suite struct `Damaged files` {
  static let readers: [(name: String, bytes: [UInt8], read: @Sendable ([UInt8]) throws(DataError) -> Void)] =
    [
      (
        "CSV", Array("a,\"b\",kind\n1,2.5,dog\n-3,4e2,\"c\"\"at\"\n5,6,dog\n".utf8),
        { (bytes) throws(DataError) in _ = try CSVFile.decode(bytes, file: "t", name: "t") }
      ),
      (
        "IDX", IDXFile(dimensions: [2, 3, 2], elements: (0..<12).map { $0 }).encoded(),
        { (bytes) throws(DataError) in _ = try IDXFile(decoding: bytes, file: "t") }
      ),
      (
        "NumPy", (try? FileBytes.read(fixture("npy/f4.npy"))) ?? [],
        { (bytes) throws(DataError) in _ = try NPYFile(decoding: bytes, file: "t") }
      ),
      (
        "gzip", (try? FileBytes.read(fixture("gzip/two-members.gz"))) ?? [],
        { (bytes) throws(DataError) in _ = try Gzip.inflated(bytes, file: "t", limit: 1 << 20) }
      ),
      (
        "PNG", (try? FileBytes.read(fixture("png/palette-alpha4.png"))) ?? [],
        { (bytes) throws(DataError) in _ = try PNGImage(decoding: bytes, file: "t") }
      ),
    ]

  @Test(arguments: readers.indices)
  func `are read or refused with an error that names the file`(index: Int) {
    let (name, original, read) = Self.readers[index]
    #expect(!original.isEmpty)
    var generator = SeededGenerator(seed: UInt64(index))
    var refused = 0
    for _ in 0..<4000 {
      var bytes = original
      for _ in 0...generator.next(below: 4) {
        let position = generator.next(below: bytes.count)
        switch generator.next(below: 4) {
        case 0: bytes[position] = UInt8(generator.next(below: 256))
        case 1: bytes.insert(UInt8(generator.next(below: 256)), at: position)
        case 2: if bytes.count > 1 { bytes.remove(at: position) }
        default: bytes[position] ^= 1 << generator.next(below: 8)
        }
      }
      do { try read(bytes) } catch {
        refused += 1
        #expect(error.description.hasPrefix("t"), "\(name): \(error)")
      }
    }
    #expect(refused > 500, "\(name)")
  }
}
