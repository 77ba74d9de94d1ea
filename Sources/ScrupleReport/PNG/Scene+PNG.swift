import ScrupleData

extension Scene {
  /// The picture in pixels.
  ///
  /// - Parameter scale: pixels per unit.
  func rasterized(scale: Double = 2) -> Canvas {
    var canvas = Canvas(
      width: max(1, Int((width * scale).rounded())), height: max(1, Int((height * scale).rounded())),
      background: Paint.paper.light)
    canvas.paint(items, Transform.scale(scale), scale: scale, clip: canvas.bounds)
    return canvas
  }

  /// The picture as a PNG file's bytes, 8-bit RGB on a light background.
  ///
  /// - Parameter scale: pixels per unit.
  public func png(scale: Double = 2) throws(ReportError) -> [UInt8] {
    let canvas = rasterized(scale: scale)
    return try encodePNG(
      width: canvas.width, height: canvas.height, channels: 3, pixels: canvas.bytes, name: title)
  }
}

/// 8-bit RGB or RGBA as PNG.
func encodePNG(
  width: Int, height: Int, channels: Int, pixels: [UInt8], name: String
) throws(ReportError) -> [UInt8] {
  do {
    return try PNGImage(width: width, height: height, channels: channels, pixels: pixels).encoded(file: name)
  } catch {
    throw ReportError.picture(name: name, reason: "\(error)")
  }
}

extension Canvas {
  fileprivate mutating func paint(_ items: [Scene.Item], _ t: Transform, scale: Double, clip: Rect) {
    for item in items {
      switch item {
      case .fill(let path, let paint):
        fill(
          path.applying(t).flattened(tolerance: 0.05).map(\.points), paint.light, opacity: paint.opacity,
          clip: clip)
      case .stroke(let path, let stroke):
        let lines = path.applying(t).flattened(tolerance: 0.05)
        let outlines = Stroker.outlines(
          of: lines, width: stroke.width * scale, dash: stroke.dash.map { $0 * scale }, cap: stroke.cap)
        fill(outlines, stroke.paint.light, opacity: stroke.paint.opacity, clip: clip)
      case .text(let text):
        paint(text, t, scale: scale, clip: clip)
      case .image(let raster, let rect):
        let origin = t(Point(rect.x, rect.y))
        draw(
          raster, in: Rect(origin.x, origin.y, rect.width * scale, rect.height * scale), clip: clip)
      case .clip(let rect, let items):
        let origin = t(Point(rect.x, rect.y))
        let inner = Rect(origin.x, origin.y, rect.width * scale, rect.height * scale)
        paint(items, t, scale: scale, clip: clip.intersection(inner))
      case .shift(let offset, let items):
        let origin = t(offset)
        var moved = t
        (moved.e, moved.f) = (origin.x, origin.y)
        paint(items, moved, scale: scale, clip: clip)
      }
    }
  }

  private mutating func paint(_ text: Text, _ t: Transform, scale: Double, clip: Rect) {
    let path = StrokeFont.path(of: text.string, size: text.size, bold: text.bold)
    let at = t(text.at)
    let back =
      switch text.align {
      case .start: 0.0
      case .middle: -text.width / 2
      case .end: -text.width
      }
    let place =
      text.rotated
      ? Transform(a: 0, b: -scale, c: scale, d: 0, e: at.x, f: at.y - back * scale)
      : Transform(a: scale, d: scale, e: at.x + back * scale, f: at.y)
    let outlines = Stroker.outlines(
      of: path.applying(place).flattened(tolerance: 0.05),
      width: StrokeFont.strokeWidth(size: text.size, bold: text.bold) * scale, cap: .round)
    fill(outlines, text.paint.light, opacity: text.paint.opacity, clip: clip)
  }
}
