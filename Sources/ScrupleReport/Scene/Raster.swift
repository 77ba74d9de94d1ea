/// An 8-bit RGBA picture that is part of a scene.
struct Raster: Equatable, Sendable {
  let width: Int
  let height: Int
  /// height × width × 4, opacity last and not multiplied in.
  var pixels: [UInt8]
  /// Whether pixels are blended when the raster is enlarged; otherwise they show as squares.
  var isSmooth: Bool

  /// - Parameter color: the colour and opacity (0 … 1) of a pixel, (0, 0) at the top left.
  init(
    width: Int, height: Int, isSmooth: Bool, color: (_ x: Int, _ y: Int) -> (color: Color, opacity: Double)
  ) {
    self.width = width
    self.height = height
    self.isSmooth = isSmooth
    pixels = []
    pixels.reserveCapacity(width * height * 4)
    for y in 0..<height {
      for x in 0..<width {
        let (c, opacity) = color(x, y)
        pixels += [c.red, c.green, c.blue, UInt8(max(0, min(255, (opacity * 255).rounded())))]
      }
    }
  }

  var isOpaque: Bool { stride(from: 3, to: pixels.count, by: 4).allSatisfy { pixels[$0] == 255 } }

  /// height × width × 3.
  var rgb: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(width * height * 3)
    for i in stride(from: 0, to: pixels.count, by: 4) { result += pixels[i..<i + 3] }
    return result
  }
}
