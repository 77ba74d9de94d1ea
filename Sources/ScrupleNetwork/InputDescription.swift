import Foundation

/// What a network's inputs mean, and how raw values become the numbers that it reads.
///
/// A network reads *normalized* inputs `x̂ = (x − low)/(high − low)`; for images `x̂ = pixel/255`. The device
/// reads `u = clamp(⌊255·x̂ + ½⌋, 0, 255)`, so on the device every input is `u/255`. Floats are never clamped.
public struct InputDescription: Equatable, Sendable, Codable {
  /// One column of a table.
  public struct Feature: Equatable, Sendable, Codable {
    /// The column's name.
    public var name: String
    /// The raw value that the device reads as 0.
    public var low: Double
    /// The raw value that the device reads as 255; greater than ``low``.
    public var high: Double

    /// A column and its range.
    public init(name: String, low: Double, high: Double) {
      self.name = name
      self.low = low
      self.high = high
    }

    /// The raw value of one of the device's steps.
    public var step: Double { (high - low) / 255 }
  }

  /// Images or rows of a table.
  public enum Kind: Equatable, Sendable {
    /// 8-bit pixels in the order height, width, channel.
    case image(height: Int, width: Int, channels: Int)
    /// One number per feature.
    case tabular([Feature])
  }

  /// What one sample is.
  public var kind: Kind

  /// Inputs of the given kind.
  public init(_ kind: Kind) {
    self.kind = kind
  }

  /// One sample's shape: `[height, width, channels]` or `[features]`.
  public var shape: Shape {
    switch kind {
    case .image(let height, let width, let channels): Shape([height, width, channels])
    case .tabular(let features): Shape([features.count])
    }
  }

  /// The number of values of one sample.
  public var count: Int { shape.count }

  /// The raw value that stands for 0, and the width of the range, of feature `index`.
  public func range(of index: Int) -> (low: Double, width: Double) {
    switch kind {
    case .image: (0, 255)
    case .tabular(let features): (features[index].low, features[index].high - features[index].low)
    }
  }

  /// Normalized values of raw ones: pixels 0…255, or the features' own units.
  ///
  /// - Parameter raw: samples × `count`, row-major; the result has the same layout.
  public func normalize(_ raw: [Float]) -> [Float] {
    map(raw) { x, low, width in Float((Double(x) - low) / width) }
  }

  /// The bytes that the device reads for raw values; outside the range they saturate.
  public func quantize(_ raw: [Float]) -> [UInt8] {
    map(raw) { x, low, width in
      let level = ((Double(x) - low) / width * 255 + 0.5).rounded(.down)
      return level.isNaN ? 0 : UInt8(min(max(level, 0), 255))
    }
  }

  /// The raw values that the device's bytes stand for.
  public func dequantize(_ bytes: [UInt8]) -> [Float] {
    map(bytes) { u, low, width in Float(low + width * Double(u) / 255) }
  }

  /// The normalized value `u/255` of each byte: what the float twin reads when the device reads `u`.
  public static func normalized(_ bytes: [UInt8]) -> [Float] {
    bytes.map { Float($0) / 255 }
  }

  private func map<A, B>(_ values: [A], _ transform: (A, Double, Double) -> B) -> [B] {
    let count = count
    precondition(count > 0 && values.count % count == 0, "not a whole number of samples of \(count) values")
    let ranges = (0..<count).map { range(of: $0) }
    return values.indices.map { index in
      let (low, width) = ranges[index % count]
      return transform(values[index], low, width)
    }
  }

  // MARK: Codable

  private enum CodingKeys: String, CodingKey { case kind, shape, features }

  /// Reads `{"kind": "image", "shape"}` or `{"kind": "tabular", "features"}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "image":
      let shape = try container.decode([Int].self, forKey: .shape)
      guard shape.count == 3 else {
        throw DecodingError.dataCorruptedError(
          forKey: .shape, in: container, debugDescription: "an image's shape is [height, width, channels]")
      }
      self.kind = .image(height: shape[0], width: shape[1], channels: shape[2])
    case "tabular":
      self.kind = .tabular(try container.decode([Feature].self, forKey: .features))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no input is called \"\(kind)\"")
    }
  }

  /// Writes what ``init(from:)`` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch kind {
    case .image(let height, let width, let channels):
      try container.encode("image", forKey: .kind)
      try container.encode([height, width, channels], forKey: .shape)
    case .tabular(let features):
      try container.encode("tabular", forKey: .kind)
      try container.encode(features, forKey: .features)
    }
  }
}
