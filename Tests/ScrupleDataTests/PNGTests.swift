import Foundation
import Testing

@testable import ScrupleData

@Suite struct `PNG files` {
  struct Expected: Decodable {
    let channels: Int
    let white, black: [UInt8]
  }

  static let expected: [String: Expected] = {
    let data = (try? Data(contentsOf: URL(fileURLWithPath: fixture("png/expected.json")))) ?? Data()
    return (try? JSONDecoder().decode([String: Expected].self, from: data)) ?? [:]
  }()

  @Test func `there is a fixture of every kind`() {
    #expect(Self.expected.count == 25)
  }

  @Test(arguments: expected.keys.sorted())
  func `every kind reads as the pixels that were written`(name: String) throws {
    let expected = try #require(Self.expected[name])
    for (background, pixels) in [(PNGImage.Background.white, expected.white), (.black, expected.black)] {
      let image = try PNGImage(contentsOfFile: fixture("png/\(name).png"), background: background)
      #expect((image.width, image.height, image.channels) == (5, 4, expected.channels))
      #expect(image.pixels == pixels)
    }
  }

  @Test(arguments: [1, 3], [(1, 1), (3, 2), (28, 28), (300, 7)])
  func `what is written is what is read`(channels: Int, size: (Int, Int)) throws {
    let image = picture(width: size.0, height: size.1, channels: channels)
    #expect(try PNGImage(decoding: image.encoded(), file: "test") == image)
  }

  @Test func `a picture with opacity is written and composited when read`() throws {
    let image = PNGImage(width: 2, height: 1, channels: 4, pixels: [10, 20, 30, 255, 10, 20, 30, 0])
    let read = try PNGImage(decoding: image.encoded(), file: "test")
    #expect(read.pixels == [10, 20, 30, 255, 255, 255])
  }

  @Test func `incompressible pixels fit in the file`() throws {
    var state: UInt64 = 1
    let pixels = (0..<(200 * 300 * 3)).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    let image = PNGImage(width: 200, height: 300, channels: 3, pixels: pixels)
    #expect(try PNGImage(decoding: image.encoded(), file: "test") == image)
  }

  @Test(arguments: ["grey8", "palette-alpha4", "rgb-interlaced"])
  func `every truncation is an error`(name: String) throws {
    let bytes = try FileBytes.read(fixture("png/\(name).png"))
    for length in bytes.indices {
      #expect(throws: DataError.self, "length \(length)") {
        try PNGImage(decoding: Array(bytes[..<length]), file: "cut")
      }
    }
  }

  @Test(arguments: ["grey8", "palette-alpha4", "rgb-interlaced"])
  func `every flipped bit is an error`(name: String) throws {
    var bytes = try FileBytes.read(fixture("png/\(name).png"))
    for position in bytes.indices {
      for bit in 0..<8 {
        bytes[position] ^= 1 << bit
        #expect(throws: DataError.self, "byte \(position) bit \(bit)") {
          try PNGImage(decoding: bytes, file: "flipped")
        }
        bytes[position] ^= 1 << bit
      }
    }
  }

  @Test(arguments: [(60_000, 60_000), (1 << 25, 1), (9000, 9000), (0, 4)])
  func `a header that lies about the size is refused before memory is taken`(size: (Int, Int)) throws {
    var bytes = try FileBytes.read(fixture("png/grey8.png"))
    for (offset, value) in [(16, size.0), (20, size.1)] {
      for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (24 - 8 * byte)) }
    }
    reseal(&bytes)
    #expect(throws: DataError.self) { try PNGImage(decoding: bytes, file: "huge") }
  }

  @Test func `a wrong row of pixels is an error`() throws {
    // A picture of 5×4 whose header says 5×5: the data ends too early.
    var bytes = try FileBytes.read(fixture("png/grey8.png"))
    bytes[23] = 5
    reseal(&bytes)
    #expect(throws: DataError.self) { try PNGImage(decoding: bytes, file: "short") }
  }

  @Test func `colour becomes grey by luma and grey becomes colour by repetition`() {
    let image = PNGImage(width: 3, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 10, 10, 10])
    #expect(image.converted(toChannels: 1).pixels == [76, 150, 10])
    let grey = PNGImage(width: 2, height: 1, channels: 1, pixels: [7, 9])
    #expect(grey.converted(toChannels: 3).pixels == [7, 7, 7, 9, 9, 9])
    #expect(grey.converted(toChannels: 3).converted(toChannels: 1) == grey)
  }

  @Test func `a file that can't be written says so and the old one stays`() throws {
    try inTemporaryFolder { folder in
      let image = picture(width: 2, height: 2)
      #expect(throws: DataError.self) { try image.write(toFile: folder + "/nowhere/x.png") }
      try image.write(toFile: folder + "/x.png")
      #expect(try PNGImage(contentsOfFile: folder + "/x.png") == image)
      #expect(try FileBytes.names(in: folder) == ["x.png"])
    }
  }

  /// Makes the header chunk's checksum right again.
  private func reseal(_ bytes: inout [UInt8]) {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes[12..<29] {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    crc = ~crc
    for byte in 0..<4 { bytes[29 + byte] = UInt8(truncatingIfNeeded: crc >> (24 - 8 * byte)) }
  }
}
