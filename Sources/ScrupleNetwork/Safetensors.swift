import Foundation

/// A safetensors file's content: named `Float32` tensors and string metadata.
///
/// The format (Hugging Face, 2022): 8 bytes, the header's length, little-endian; the header, a JSON object
/// `{name: {"dtype", "shape", "data_offsets"}, "__metadata__": {…}}`; then the tensors' bytes, which must tile
/// the rest of the file exactly.
public struct Safetensors: Equatable, Sendable {
  /// Numbers in a shape.
  public struct Tensor: Equatable, Sendable {
    /// The extents, the outermost first.
    public var shape: [Int]
    /// Row-major.
    public var values: [Float]

    /// A tensor; as many values as the shape says.
    public init(shape: [Int], values: [Float]) {
      self.shape = shape
      self.values = values
    }
  }

  /// Strings by name.
  public var metadata: [String: String]
  /// Tensors by name.
  public var tensors: [String: Tensor]

  /// A file's content.
  public init(metadata: [String: String] = [:], tensors: [String: Tensor] = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// A longer header is refused, as by the format's reference reader.
  static let largestHeader = 100_000_000

  /// The file's bytes: tensors in the order of their names, the header padded with spaces to a multiple of 8.
  public var encoded: [UInt8] {
    let names = tensors.keys.sorted()
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.keys.sorted().map { "\(Self.quoted($0)):\(Self.quoted(metadata[$0] ?? ""))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    var data: [UInt8] = []
    for name in names {
      guard let tensor = tensors[name] else { continue }
      let end = offset + 4 * tensor.values.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(Self.quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      for value in tensor.values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
      offset = end
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(0x20) }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
