/// The extents of an image or of a layer's maps; values stand in the order height, width, channel.
public struct ImageShape: Hashable, Sendable, CustomStringConvertible {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// Values of a pixel.
  public let channels: Int

  /// The largest extent that is accepted: what the device's file can say.
  public static let largestExtent = 65_535

  /// A shape; ``Network`` checks that all extents are positive.
  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// The number of values.
  public var count: Int { height * width * channels }

  /// The number of positions.
  public var pixels: Int { height * width }

  /// `28×28×1`
  public var description: String { "\(height)×\(width)×\(channels)" }

  /// What does not let a network read such images; `nil` if nothing.
  var fault: String? {
    [height, width, channels].allSatisfy { (1...Self.largestExtent).contains($0) }
      ? nil : "its images are \(self); every extent is from 1 to \(Self.largestExtent)"
  }
}

extension InputDescription {
  /// The images that come in; `nil` for tables.
  public var imageShape: ImageShape? {
    guard case .image(let height, let width, let channels) = kind else { return nil }
    return ImageShape(height: height, width: width, channels: channels)
  }
}
