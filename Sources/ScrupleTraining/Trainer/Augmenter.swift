import Foundation
import ScrupleNetwork

/// Changes images at random before they are trained on: each is mirrored, turned and moved, its contrast and brightness
/// are changed, noise is added, and values are clipped to [0, 1]. What comes into sight at the edge repeats the edge.
struct Augmenter {
  private let augmentation: Recipe.Augmentation
  private let image: ImageShape
  private var source: [Float]

  init(_ augmentation: Recipe.Augmentation, image: ImageShape) {
    self.augmentation = augmentation
    self.image = image
    source = Array(repeating: 0, count: image.count)
  }

  /// Changes `count` images in place.
  mutating func apply(
    to rows: UnsafeMutablePointer<Float>, count: Int, using generator: inout SeededGenerator
  ) {
    for row in 0..<count {
      let pixels = rows + row * image.count
      move(pixels, using: &generator)
      shade(pixels, using: &generator)
    }
  }

  private mutating func move(_ pixels: UnsafeMutablePointer<Float>, using generator: inout SeededGenerator) {
    let reach = 2 * augmentation.shift + 1
    let down = generator.next(below: reach) - augmentation.shift
    let right = generator.next(below: reach) - augmentation.shift
    let isMirrored = augmentation.flips && generator.next(below: 2) == 1
    let angle = Float(augmentation.rotation) * generator.uniform(-1, 1) * .pi / 180
    guard down != 0 || right != 0 || isMirrored || angle != 0 else { return }
    for i in source.indices { source[i] = pixels[i] }
    let (height, width, channels) = (image.height, image.width, image.channels)
    let (cosine, sine) = (cos(angle), sin(angle))
    let (middleY, middleX) = (Float(height - 1) / 2, Float(width - 1) / 2)
    for y in 0..<height {
      for x in 0..<width {
        let (dy, dx) = (Float(y - down) - middleY, Float(isMirrored ? width - 1 - x : x) - middleX)
        let fromY = min(max(middleY + cosine * dy - sine * dx, 0), Float(height - 1))
        let fromX = min(max(middleX + sine * dy + cosine * dx - Float(right), 0), Float(width - 1))
        let (top, left) = (Int(fromY), Int(fromX))
        let (below, beside) = (min(top + 1, height - 1), min(left + 1, width - 1))
        let (v, u) = (fromY - Float(top), fromX - Float(left))
        for c in 0..<channels {
          let upper =
            source[(top * width + left) * channels + c] * (1 - u)
            + source[(top * width + beside) * channels + c] * u
          let lower =
            source[(below * width + left) * channels + c] * (1 - u)
            + source[(below * width + beside) * channels + c] * u
          pixels[(y * width + x) * channels + c] = upper * (1 - v) + lower * v
        }
      }
    }
  }

  private func shade(_ pixels: UnsafeMutablePointer<Float>, using generator: inout SeededGenerator) {
    let count = image.count
    let factor = 1 + Float(augmentation.contrast) * generator.uniform(-1, 1)
    let lift = Float(augmentation.brightness) * generator.uniform(-1, 1)
    let deviation = Float(augmentation.noise) * generator.uniform()
    if factor != 1 || lift != 0 {
      var mean: Float = 0
      for i in 0..<count { mean += pixels[i] }
      mean /= Float(count)
      for i in 0..<count { pixels[i] = min(max((pixels[i] - mean) * factor + mean + lift, 0), 1) }
    }
    guard deviation > 0 else { return }
    for i in 0..<count { pixels[i] = min(max(pixels[i] + deviation * generator.normal(), 0), 1) }
  }
}
