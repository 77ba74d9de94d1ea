import Foundation
import ScrupleNetwork

extension NoiseGenerator {
  /// Makes one normalized sample.
  ///
  /// - Parameters:
  ///   - isPermuted: for `smoothed`, which of its two sources.
  ///   - sigma: of the low-pass, in pixels; 0 for kinds without.
  func make(
    _ row: UnsafeMutableBufferPointer<Float>, isPermuted: Bool, sigma: Float,
    _ generator: inout SeededGenerator, _ scratch: inout Scratch
  ) {
    switch kind {
    case .uniform: uniform(row, &generator)
    case .permuted: permuted(row, &generator, &scratch)
    case .smoothed:
      if isPermuted { permuted(row, &generator, &scratch) } else { uniform(row, &generator) }
      blur(row, sigma, &scratch)
    case .lowFrequency:
      uniform(row, &generator)
      blur(row, sigma, &scratch)
    case .stripes: stripes(row, &generator)
    case .constant: row.update(repeating: generator.uniform())
    case .far: far(row, &generator)
    }
  }

  private func uniform(_ row: UnsafeMutableBufferPointer<Float>, _ generator: inout SeededGenerator) {
    for i in row.indices { row[i] = generator.uniform() }
  }

  /// An image's pixels in a random order (channels stay together), or each column of another row.
  private func permuted(
    _ row: UnsafeMutableBufferPointer<Float>, _ generator: inout SeededGenerator, _ scratch: inout Scratch
  ) {
    switch base {
    case .values(let all):
      for column in row.indices { row[column] = all[generator.next(below: baseCount) * row.count + column] }
    case .bytes(let all):
      let start = generator.next(below: baseCount) * row.count
      let pixels = scratch.order.count
      scratch.order.withUnsafeMutableBufferPointer { order in
        all.withUnsafeBufferPointer { all in
          // Any order is a fair start for the shuffle, but a sample must not depend on the one before it.
          for i in 0..<pixels { order[i] = UInt32(truncatingIfNeeded: i) }
          for i in 0..<pixels {
            let j = i + generator.next(below: pixels - i)
            let from = Int(order[j])
            order[j] = order[i]
            for c in 0..<channels {
              row[i * channels + c] = Float(all[start + from * channels + c]) * (1 / 255)
            }
          }
        }
      }
    case nil: preconditionFailure("the initializer has checked that there is a base")
    }
  }

  /// Low-pass, then stretched so that its least value is 0 and its greatest 1 (all 0 if they are equal).
  private func blur(_ row: UnsafeMutableBufferPointer<Float>, _ sigma: Float, _ scratch: inout Scratch) {
    if scratch.sigma != sigma {
      scratch.sigma = sigma
      scratch.filter.setSigma(sigma)
    }
    scratch.filter.apply(row)
    var low = row[0]
    var high = row[0]
    for value in row {
      low = min(low, value)
      high = max(high, value)
    }
    guard high > low else { return row.update(repeating: 0) }
    let width = high - low
    for i in row.indices { row[i] = (row[i] - low) / width }
  }

  /// Stripes with a soft edge of one pixel: direction from U[0, π), period from U[3, half the image's
  /// longer side), two greys at least 0.25 apart.
  private func stripes(_ row: UnsafeMutableBufferPointer<Float>, _ generator: inout SeededGenerator) {
    let angle = generator.uniform(0, .pi)
    let period = generator.uniform(3, max(Float(max(height, width)) / 2, 4))
    let phase = generator.uniform()
    let dark = generator.uniform(0, 0.75)
    let light = generator.uniform(dark + 0.25, 1)
    let (dx, dy) = (cos(angle) / period, sin(angle) / period)
    for y in 0..<height {
      for x in 0..<width {
        let along = Float(x) * dx + Float(y) * dy + phase
        let inPeriod = along - along.rounded(.down)
        // Distance, in pixels, to the nearer edge; positive inside the light stripe.
        let edge = (0.25 - abs(inPeriod - 0.5)) * period
        let value = dark + (light - dark) * min(max(edge + 0.5, 0), 1)
        for c in 0..<channels { row[(y * width + x) * channels + c] = value }
      }
    }
  }

  /// x̂ = ½ + ½·r·d, where d has largest component ±1 (a random direction to the border of the range) and
  /// ln r is uniform in [0, ln 100].
  private func far(_ row: UnsafeMutableBufferPointer<Float>, _ generator: inout SeededGenerator) {
    for i in row.indices { row[i] = generator.normal() }
    let longest = row.reduce(0) { max($0, abs($1)) }
    let distance = exp(generator.uniform(0, log(100))) / max(longest, .leastNormalMagnitude)
    for i in row.indices { row[i] = 0.5 + 0.5 * distance * row[i] }
  }
}

extension Dataset {
  /// The input that this dataset could be for: images as they are; of tables, each feature's range widened by
  /// `margin` times its width on either side.
  public func describedInput(margin: Double = 0) -> InputDescription {
    if isImage {
      return InputDescription(
        .image(height: shape.dimensions[0], width: shape.dimensions[1], channels: shape.dimensions[2]))
    }
    let features = featureRanges.enumerated().map { index, range in
      let width = max(Double(range.upperBound) - Double(range.lowerBound), 1e-6)
      return InputDescription.Feature(
        name: index < featureNames.count ? featureNames[index] : "x\(index)",
        low: Double(range.lowerBound) - margin * width, high: Double(range.lowerBound) + (1 + margin) * width)
    }
    return InputDescription(.tabular(features))
  }
}
