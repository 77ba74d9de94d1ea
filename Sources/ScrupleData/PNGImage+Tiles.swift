import ScrupleNetwork

extension PNGImage {
  /// A square part of a picture.
  public struct Tile: Equatable, Sendable {
    /// Its place in the picture, counted from the top left.
    public let row, column: Int
    /// The part.
    public let image: PNGImage
  }

  /// The picture cut into squares side by side, row by row: `count` along the shorter side, as many as fit whole along the
  /// longer one; what is left over is left out in equal parts on both sides.
  ///
  /// - Parameter count: at least 1, at most the pixels of the shorter side.
  public func tiles(_ count: Int) -> [Tile] {
    let side = min(width, height) / count
    precondition(count > 0 && side > 0)
    let (across, down) = (width / side, height / side)
    let (left, top) = ((width - across * side) / 2, (height - down * side) / 2)
    return (0..<down).flatMap { row in
      (0..<across).map { column in
        let rows = (0..<side).flatMap { y in
          let start = ((top + row * side + y) * width + left + column * side) * channels
          return pixels[start..<start + side * channels]
        }
        return Tile(
          row: row, column: column,
          image: PNGImage(width: side, height: side, channels: channels, pixels: Array(rows)))
      }
    }
  }
}

extension Dataset {
  /// Parts of a picture as images that a model reads, resized.
  ///
  /// - Parameter name: of the picture, for errors.
  public init(_ tiles: [PNGImage.Tile], name: String, for input: InputDescription) throws(DataError) {
    guard case .image(let height, let width, let channels) = input.kind else {
      throw .wrongShape(file: name, expected: "\(input.count) features", found: "an image", remedy: "")
    }
    self.init(
      name: name,
      samples: .bytes(
        tiles.flatMap {
          $0.image.resized(toWidth: width, height: height).converted(toChannels: channels).pixels
        }
      ), shape: Shape([height, width, channels]))
  }
}
