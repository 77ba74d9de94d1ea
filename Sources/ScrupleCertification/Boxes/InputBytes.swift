import Foundation

/// An input of the device as certificates store it: one byte a value, base64 in JSON.
public struct InputBytes: Equatable, Hashable, Sendable, Codable {
  /// One byte per input value.
  public var bytes: [UInt8]

  /// Wraps an input.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads base64 text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let data = Data(base64Encoded: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text.prefix(20))…' is not base64")
    }
    bytes = [UInt8](data)
  }

  /// Writes base64 text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Data(bytes).base64EncodedString())
  }
}
