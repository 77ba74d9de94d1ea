/// An image with what is said about it.
public struct GalleryItem: Sendable, Equatable {
  /// Rows from the top.
  public var height: Int
  /// Pixels of a row.
  public var width: Int
  /// height × width × channels (1: grey, 3: RGB).
  public var pixels: [UInt8]
  /// A few short lines below it.
  public var lines: [String]

  /// Wraps its parts.
  public init(height: Int, width: Int, pixels: [UInt8], lines: [String]) {
    (self.height, self.width, self.pixels, self.lines) = (height, width, pixels, lines)
  }
}

extension Figures {
  /// Images in rows, each with its lines below it.
  public static func gallery(
    _ items: [GalleryItem], columns: Int = 8, name: String, title: String, caption: String
  ) throws(ReportError) -> Figure {
    try require(!items.isEmpty, name, "there are no images")
    let (side, gap, line) = (92.0, 12.0, 13.0)
    let lines = items.map(\.lines.count).max() ?? 0
    let cell = Point(side + gap, side + Double(lines) * line + 14)
    let rows = (items.count + columns - 1) / columns
    var scene = Scene(
      width: Double(min(columns, items.count)) * cell.x + gap, height: Double(rows) * cell.y + gap,
      title: title)
    for (index, item) in items.enumerated() {
      let channels = item.pixels.count / max(item.width * item.height, 1)
      try require(
        item.pixels.count == item.width * item.height * channels && [1, 3].contains(channels), name,
        "image \(index) has \(item.pixels.count) values for \(item.width)×\(item.height) pixels")
      let raster = Raster(width: item.width, height: item.height, isSmooth: false) { x, y in
        let i = (y * item.width + x) * channels
        let levels = (0..<3).map { UInt32(item.pixels[i + (channels == 3 ? $0 : 0)]) }
        return (Color(levels[0] << 16 | levels[1] << 8 | levels[2]), 1)
      }
      let corner = Point(
        gap + Double(index % columns) * cell.x, gap + Double(index / columns) * cell.y)
      let scale = side / Double(max(item.width, item.height))
      scene.image(
        raster, in: Rect(corner.x, corner.y, Double(item.width) * scale, Double(item.height) * scale))
      for (row, text) in item.lines.enumerated() {
        scene.text(
          TextLayout.fitted(text, size: 10.5, width: side + gap - 4),
          at: Point(corner.x, corner.y + side + line * Double(row + 1)), size: 10.5, row == 0 ? .ink : .muted)
      }
    }
    return Figure(name: name, title: title, panels: [scene], caption: caption)
  }
}
