/// The extents of a tensor: `[n]` for a vector, `[height, width, channels]` for an image.
public struct Shape: Hashable, Sendable, Codable, CustomStringConvertible {
  /// One extent per axis, the outermost first. All are positive.
  public var dimensions: [Int]

  /// A shape of the given extents.
  public init(_ dimensions: [Int]) {
    self.dimensions = dimensions
  }

  /// The number of elements: the product of the extents.
  public var count: Int { dimensions.reduce(1, *) }

  /// `28×28×1`
  public var description: String { dimensions.map(String.init).joined(separator: "×") }

  /// Reads an array of extents.
  public init(from decoder: any Decoder) throws {
    dimensions = try decoder.singleValueContainer().decode([Int].self)
  }

  /// Writes an array of extents.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dimensions)
  }
}
