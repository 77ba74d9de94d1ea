import ScrupleNetwork

/// Where an attack may go from each of its starts. Whatever it is, pixels and features stay in the range that the
/// device reads.
public enum InputRegion: Sendable, Equatable {
  /// Everything that the device can read.
  case everything
  /// No value changes by more than `radius` (normalized: 1 is the whole range). What the device can read of that are
  /// ⌊255·radius⌋ steps.
  case maximumNorm(radius: Float)
  /// The Euclidean length of the change is at most `radius` (normalized).
  case euclidean(radius: Float)

  /// The most that one byte may change.
  public var byteRadius: Int {
    switch self {
    case .everything: 255
    // A radius such as 0.2, given in decimals, shall contain 51/255.
    case .maximumNorm(let radius), .euclidean(let radius):
      max(0, min(255, Int((Double(radius) * 255 + 1e-4).rounded(.down))))
    }
  }

  /// The smallest and largest byte in the place of `center`.
  @inline(__always)
  func bounds(_ center: UInt8, _ byteRadius: Int) -> (low: Int, high: Int) {
    (max(0, Int(center) - byteRadius), min(255, Int(center) + byteRadius))
  }

  /// Moves normalized inputs into the region, and gives the nearest input in it that the device can read.
  ///
  /// - Parameters:
  ///   - x: one row, normalized; what lies outside is moved in.
  ///   - center: the row's start, bytes.
  ///   - bytes: overwritten.
  func project(
    _ x: UnsafeMutableBufferPointer<Float>, center: UnsafeBufferPointer<UInt8>,
    into bytes: UnsafeMutableBufferPointer<UInt8>
  ) {
    switch self {
    case .everything, .maximumNorm:
      let radius = byteRadius
      for i in x.indices {
        let (low, high) = bounds(center[i], radius)
        let level = min(max(x[i] * 255, Float(low)), Float(high))
        x[i] = level / 255
        bytes[i] = UInt8((level + 0.5).rounded(.down))
      }
    case .euclidean(let radius):
      var square = 0.0
      for i in x.indices {
        let change = Double(x[i]) - Double(center[i]) / 255
        square += change * change
      }
      // A little inside, so that rounding cannot lead out.
      let limit = Double(radius) * (1 - 1e-6)
      let scale = Float(square > limit * limit ? limit / square.squareRoot() : 1)
      for i in x.indices {
        let middle = Float(center[i]) / 255
        let change = (x[i] - middle) * scale
        x[i] = min(max(middle + change, 0), 1)
        // Towards the centre: no change grows by rounding.
        let level = x[i] * 255
        bytes[i] =
          change > 0
          ? max(center[i], UInt8(min(level.rounded(.down), 255)))
          : min(center[i], UInt8(max(level.rounded(.up), 0)))
      }
    }
  }
}
