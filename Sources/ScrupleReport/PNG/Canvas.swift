/// An RGB picture in memory that shapes are painted on.
struct Canvas {
  let width: Int
  let height: Int
  /// height × width × 3, 0 … 255. Kept in Float, so that many thin layers don't round away.
  private var pixels: [Float]

  init(width: Int, height: Int, background: Color) {
    self.width = width
    self.height = height
    pixels = []
    pixels.reserveCapacity(width * height * 3)
    for _ in 0..<width * height {
      pixels += [Float(background.red), Float(background.green), Float(background.blue)]
    }
  }

  /// 8-bit RGB.
  var bytes: [UInt8] { pixels.map { UInt8(max(0, min(255, $0.rounded()))) } }

  /// The whole canvas.
  var bounds: Rect { Rect(0, 0, Double(width), Double(height)) }

  /// Fills outlines in pixels; only inside `clip`.
  mutating func fill(_ outlines: [[Point]], _ color: Color, opacity: Double, clip: Rect) {
    var rasterizer = CoverageRasterizer()
    for outline in outlines { rasterizer.add(outline) }
    let (red, green, blue) = (Float(color.red), Float(color.green), Float(color.blue))
    let opacity = Float(opacity)
    let width = width
    let clip = whole(clip)
    pixels.withUnsafeMutableBufferPointer { pixels in
      rasterizer.render(clip: clip) { y, x, coverages in
        var index = (y * width + x) * 3
        for coverage in coverages {
          let a = coverage * opacity
          pixels[index] += (red - pixels[index]) * a
          pixels[index + 1] += (green - pixels[index + 1]) * a
          pixels[index + 2] += (blue - pixels[index + 2]) * a
          index += 3
        }
      }
    }
  }

  /// Paints a raster into `rect`, in pixels.
  mutating func draw(_ raster: Raster, in rect: Rect, clip: Rect) {
    guard rect.width > 0, rect.height > 0 else { return }
    let range = whole(rect.intersection(clip))
    let sx = Double(raster.width) / rect.width
    let sy = Double(raster.height) / rect.height
    for y in range.y {
      for x in range.x {
        let px = (Double(x) + 0.5 - rect.x) * sx
        let py = (Double(y) + 0.5 - rect.y) * sy
        let color = raster.isSmooth ? raster.blended(px, py) : raster.nearest(px, py)
        let index = (y * width + x) * 3
        for channel in 0..<3 {
          pixels[index + channel] += (color[channel] - pixels[index + channel]) * color[3] / 255
        }
      }
    }
  }

  /// The pixels whose centres lie in a rectangle.
  private func whole(_ rect: Rect) -> (x: Range<Int>, y: Range<Int>) {
    func range(_ low: Double, _ high: Double, _ limit: Int) -> Range<Int> {
      let a = max(0, min(limit, Int(low.rounded())))
      let b = max(a, min(limit, Int(high.rounded())))
      return a..<b
    }
    return (range(rect.x, rect.right, width), range(rect.y, rect.bottom, height))
  }
}

extension Raster {
  fileprivate func at(_ x: Int, _ y: Int) -> SIMD4<Float> {
    let i = (min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)) * 4
    return SIMD4(Float(pixels[i]), Float(pixels[i + 1]), Float(pixels[i + 2]), Float(pixels[i + 3]))
  }

  fileprivate func nearest(_ x: Double, _ y: Double) -> SIMD4<Float> {
    at(Int(x.rounded(.down)), Int(y.rounded(.down)))
  }

  /// Bilinear between the centres of pixels.
  fileprivate func blended(_ x: Double, _ y: Double) -> SIMD4<Float> {
    let x0 = (x - 0.5).rounded(.down)
    let y0 = (y - 0.5).rounded(.down)
    let (fx, fy) = (Float(x - 0.5 - x0), Float(y - 0.5 - y0))
    let (i, j) = (Int(x0), Int(y0))
    // Colours count by their opacity, as in browsers.
    func weighted(_ x: Int, _ y: Int, _ share: Float) -> SIMD4<Float> {
      var c = at(x, y)
      let weight = c.w * share
      c *= weight
      c.w = weight
      return c
    }
    var sum = weighted(i, j, (1 - fx) * (1 - fy)) + weighted(i + 1, j, fx * (1 - fy))
    sum += weighted(i, j + 1, (1 - fx) * fy) + weighted(i + 1, j + 1, fx * fy)
    guard sum.w > 0 else { return SIMD4(repeating: 0) }
    let opacity = sum.w
    sum /= opacity
    sum.w = opacity
    return sum
  }
}
