import Foundation
import Testing

@testable import ScrupleNetwork

@Suite struct SafetensorsTests {
  private func network() throws -> Network {
    try randomNetwork(widths: [3, 5, 2], activation: .clippedReLU(limit: 0.1), temperature: 1.25)
  }

  private func twin() throws -> Network {
    let network = try network()
    return try network.replacing(
      layers: [.flatten]
        + network.denseLayers.map { dense in
          var dense = dense
          let grid = WeightGrid.fit(weight: dense.weight, outputs: dense.outputs, inputs: dense.inputs)
          dense.weight = grid.snap(dense.weight)
          dense.grid = grid
          return .dense(dense)
        })
  }

  /// A file with the given header and data.
  private func file(_ header: String, data: Int = 0) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
      + Array(repeating: 0, count: data)
  }

  private func complaint(_ bytes: [UInt8]) -> String? {
    do {
      _ = try Safetensors(decoding: bytes, file: "f")
      return nil
    } catch { return error.description }
  }

  @Test func `a network survives its file, bit by bit`() throws {
    for network in [try network(), try twin()] {
      let bytes = network.safetensors.encoded
      let read = try Network(decoding: bytes, file: "f")
      #expect(read == network)
      #expect(read.checksum == network.checksum)
      #expect(read.safetensors.encoded == bytes)
      #expect(network.checksum.count == 32 && network.checksumText.count == 64)
    }
  }

  @Test func `writing replaces a file, and a failure leaves the old one`() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let url = directory.appendingPathComponent("model.safetensors")
    try network().write(to: url)
    try twin().write(to: url)
    #expect(try Network(contentsOf: url) == twin())
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["model.safetensors"])
    #expect(throws: NetworkError.self) {
      try network().write(to: directory.appendingPathComponent("no/where"))
    }
    #expect(throws: NetworkError.self) {
      try Network(contentsOf: directory.appendingPathComponent("missing"))
    }
  }

  @Test func `every truncation is refused`() throws {
    let bytes = try twin().safetensors.encoded
    for length in 0..<bytes.count { #expect(complaint(Array(bytes[..<length])) != nil) }
    #expect(complaint(bytes + [0]) != nil)
  }

  @Test func `a flipped bit in the header never crashes the reader`() throws {
    let bytes = try twin().safetensors.encoded
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    for index in 0..<header {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        _ = try? Network(decoding: damaged, file: "f")
      }
    }
  }

  @Test(arguments: [
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "a hole"),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
      12, "an overlap"
    ),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "needs 12 bytes"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "ends at data byte 8"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "4 bytes belong to no tensor"),
    ("{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "its type is F16"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "malformed"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,4],\"data_offsets\":[0,4]}}", 4, "too large"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 0, "lacks"),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
      0, "comes twice"
    ),
    ("{\"__metadata__\":{\"a\":1}}", 0, "not strings"),
    ("{} x", 0, "text follows"), ("[]", 0, "begin with"), ("{\"a\":[[[[[[[[[[]]]]]]]]]]}", 0, "nested"),
    ("{\"\\ud800\":{}}", 0, "surrogate"), ("{\"a", 0, "does not end"), ("", 0, "begin with"),
  ])
  func `holes, overlaps and lies are refused`(header: String, data: Int, reason: String) {
    let complaint = complaint(file(header, data: data))
    #expect(complaint?.contains(reason) == true, "\(complaint ?? "accepted")")
    #expect(complaint?.hasPrefix("f: not a valid safetensors file: at byte ") == true)
  }

  @Test func `a header longer than the file is refused before it is read`() {
    #expect(complaint(Array(repeating: 255, count: 16))?.contains("more than 100000000") == true)
    #expect(complaint([9, 0, 0, 0, 0, 0, 0, 0, 123])?.contains("only 1 bytes follow") == true)
  }

  @Test func `tensors that are not what the architecture says are refused by name`() throws {
    func complaint(_ change: (inout Safetensors) -> Void) throws -> String {
      var content = try twin().safetensors
      change(&content)
      do {
        _ = try Network(decoding: content.encoded, file: "f")
        return "accepted"
      } catch { return error.description }
    }
    #expect(try complaint { _ in } == "accepted")
    #expect(
      try complaint { $0.tensors["layers.1.bias"] = nil } == "f: tensor \"layers.1.bias\": missing")
    #expect(
      try complaint { $0.tensors["layers.1.weight"]?.shape = [3, 5] }
        == "f: tensor \"layers.1.weight\": its shape is [3, 5], not [5, 3]")
    #expect(
      try complaint { $0.tensors["more"] = .init(shape: [0], values: []) }
        == "f: tensor \"more\": the architecture has no such tensor")
    #expect(try complaint { $0.metadata = [:] }.contains("no \"scruple\" entry"))
    #expect(
      try complaint { $0.metadata["scruple"] = "{}" }.contains("not a Scruple network: its architecture"))
    #expect(
      try complaint { $0.tensors["layers.1.scale"]?.values[0] = 1.0 / 3 }.contains("16 significant bits"))
    #expect(try complaint { $0.tensors["layers.1.weight"]?.values[1] += 1e-3 }.contains("not on its grid"))
    #expect(try complaint { $0.tensors["layers.2.bias"]?.values[1] = .nan }.contains("a bias is not finite"))
  }

  @Test func `names and labels of any characters survive`() throws {
    let content = Safetensors(
      metadata: ["a\"\\\n\u{1}é": "😀\u{7F}"], tensors: ["ü": .init(shape: [1], values: [1])])
    #expect(try Safetensors(decoding: content.encoded, file: "f") == content)
    let escaped = file("{\"__metadata__\":{\"\\u00e9\\ud83d\\ude00\\/\":\"\\b\\f\\n\\r\\t\"}}")
    #expect(
      try Safetensors(decoding: escaped, file: "f").metadata == ["é😀/": "\u{8}\u{C}\n\r\t"])
  }
}
