import Foundation

/// How the clip of a hidden layer's activations is chosen from the values that it takes on calibration data.
public enum ClipCalibration: Hashable, Sendable {
  /// The largest value seen: nothing is clipped, and one outlier coarsens every step.
  case maximum
  /// The smallest value that at least this share (0 < share ≤ 1) of all values does not exceed.
  case percentile(Double)
  /// The clip `c` with the least sum of squared errors of clipping and rounding together.
  case leastSquaredError
}

extension ClipCalibration {
  /// The clip for activations with `levels` steps from zero.
  ///
  /// - Parameters:
  ///   - values: activations after ReLU, or the magnitudes of values with a sign; in any order, zeros included.
  ///   - levels: 255, or 127 for values with a sign.
  /// - Returns: a positive clip, or nil when no value is positive (a dead layer).
  func clip(for values: [Float], levels: Int = 255) -> Float? {
    // Zeros are exact under every clip; only positive values ask for a choice.
    var positive = values.filter { $0 > 0 }
    guard !positive.isEmpty else { return nil }
    switch self {
    case .maximum:
      return positive.max()
    case .percentile(let share):
      positive.sort()
      let zeros = values.count - positive.count
      let rank = Int((share * Double(values.count)).rounded(.up)) - 1 - zeros
      return positive[min(max(rank, 0), positive.count - 1)]
    case .leastSquaredError:
      positive.sort()
      return leastSquaredErrorClip(ascending: positive, levels: levels)
    }
  }
}

/// The clip `c` that minimizes `Σ_{x > c} (x − c)² + #{x ≤ c}·(c/levels)²/12`.
///
/// The second term is the error of rounding to steps of `c/levels`, taken as uniform within a step (Widrow and
/// Kollár, *Quantization Noise*, 2008). From one value up to, but not including, the next the sum is a
/// quadratic in `c`: its minimum there is at an end or at the parabola's vertex, so one pass over the values
/// searches every `c`.
///
/// - Parameter values: positive, ascending, not empty.
private func leastSquaredErrorClip(ascending values: [Float], levels: Int) -> Float {
  let rounding = 1.0 / Double(12 * levels * levels)
  // Sums over the values above the current interval.
  var count = 0.0, sum = 0.0, squares = 0.0
  var best = (error: Double.infinity, clip: Double(values[values.count - 1]))
  for index in stride(from: values.count - 1, through: 0, by: -1) {
    let upper = index == values.count - 1 ? Double.infinity : Double(values[index + 1].nextDown)
    let lower = Double(values[index])
    let below = Double(index + 1)
    if index + 1 < values.count, values[index + 1] == values[index] {
      count += 1
      sum += lower
      squares += lower * lower
      continue
    }
    // error(c) = squares − 2c·sum + c²·count + below·rounding·c² for lower ≤ c ≤ upper
    let curvature = count + below * rounding
    let vertex = min(max(sum / curvature, lower), upper)
    let error = squares - 2 * vertex * sum + vertex * vertex * curvature
    if error < best.error { best = (error, vertex) }
    count += 1
    sum += lower
    squares += lower * lower
  }
  return Float(best.clip)
}
