import Foundation

extension Safetensors {
  /// Reads a file's bytes, strictly.
  ///
  /// - Throws: ``NetworkError/malformed(file:offset:reason:)`` for a wrong length, bad JSON, a duplicate name, a
  ///   type other than `F32`, a shape that does not match its bytes, a hole, an overlap, or bytes left over.
  public init(decoding bytes: [UInt8], file: String) throws(NetworkError) {
    func refuse(_ offset: Int, _ reason: String) -> NetworkError {
      .malformed(file: file, offset: offset, reason: reason)
    }
    guard bytes.count >= 8 else { throw refuse(bytes.count, "the file ends before the header's length") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(Self.largestHeader) else {
      throw refuse(0, "the header's length is \(length), more than \(Self.largestHeader)")
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw refuse(0, "the header's length is \(length), but only \(bytes.count - 8) bytes follow")
    }
    let dataStart = 8 + Int(length)
    guard length > 0, bytes[8] == UInt8(ascii: "{") else {
      throw refuse(8, "the header does not begin with \"{\"")
    }
    let header: JSONValue
    do {
      header = try JSONValue(parsing: bytes[8..<dataStart])
    } catch {
      throw refuse(error.offset, error.reason)
    }
    guard case .object(let members) = header else { throw refuse(8, "the header is not an object") }

    self.init()
    var regions: [Region] = []
    for (name, value) in members {
      if name == "__metadata__" {
        guard let metadata = Self.strings(value) else {
          throw refuse(8, "__metadata__ is not strings by name")
        }
        self.metadata = metadata
      } else {
        switch Region.parse(name: name, value) {
        case .success(let region): regions.append(region)
        case .failure(let lie): throw refuse(8, "tensor \"\(name)\": \(lie.reason)")
        }
      }
    }
    regions.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var position = 0
    let dataCount = bytes.count - dataStart
    for region in regions {
      guard region.begin == position else {
        throw refuse(
          dataStart + min(position, region.begin),
          "tensor \"\(region.name)\" begins at data byte \(region.begin), but \(position) are taken: "
            + (region.begin > position ? "a hole" : "an overlap"))
      }
      guard region.end <= dataCount else {
        throw refuse(
          bytes.count, "tensor \"\(region.name)\" ends at data byte \(region.end), but there are \(dataCount)"
        )
      }
      tensors[region.name] = Tensor(
        shape: region.shape,
        values: stride(from: dataStart + region.begin, to: dataStart + region.end, by: 4).map { at in
          Float(
            bitPattern: UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
              | UInt32(bytes[at + 3]) << 24)
        })
      position = region.end
    }
    guard position == dataCount else {
      throw refuse(dataStart + position, "\(dataCount - position) bytes belong to no tensor")
    }
  }

  private static func strings(_ value: JSONValue) -> [String: String]? {
    guard case .object(let members) = value else { return nil }
    var result: [String: String] = [:]
    for (key, value) in members {
      guard case .string(let text) = value else { return nil }
      result[key] = text
    }
    return result
  }

  /// One tensor's entry in the header.
  private struct Region {
    var name: String
    var shape: [Int]
    /// Bytes, from the end of the header.
    var begin: Int
    var end: Int

    struct Lie: Error { var reason: String }

    static func parse(name: String, _ value: JSONValue) -> Result<Region, Lie> {
      guard case .object(let members) = value else {
        return .failure(Lie(reason: "its entry is not an object"))
      }
      var type: String?
      var shape: [Int]?
      var offsets: [Int]?
      for (key, value) in members {
        switch (key, value) {
        case ("dtype", .string(let text)): type = text
        case ("shape", .array(let elements)): shape = integers(elements)
        case ("data_offsets", .array(let elements)): offsets = integers(elements)
        default: return .failure(Lie(reason: "its entry has an unknown or malformed \"\(key)\""))
        }
      }
      guard let type, let shape, let offsets, offsets.count == 2 else {
        return .failure(Lie(reason: "its entry lacks dtype, shape or data_offsets, or one is malformed"))
      }
      guard type == "F32" else { return .failure(Lie(reason: "its type is \(type); only F32 is read")) }
      var size = 4
      for extent in shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        guard !overflow else { return .failure(Lie(reason: "its shape \(shape) is too large")) }
        size = product
      }
      guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == size else {
        return .failure(Lie(reason: "its shape \(shape) needs \(size) bytes, but its offsets are \(offsets)"))
      }
      return .success(Region(name: name, shape: shape, begin: offsets[0], end: offsets[1]))
    }

    private static func integers(_ elements: [JSONValue]) -> [Int]? {
      var result: [Int] = []
      for case .integer(let number) in elements { result.append(number) }
      return result.count == elements.count ? result : nil
    }
  }
}
