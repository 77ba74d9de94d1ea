import Foundation

/// How much one class's probability can change when the logit differences to it are bounded, over a small
/// box.
///
/// As in `SoftmaxBound`: `p = 1/(1 + S)` becomes `1/(1 + ρS)`, where `ρ` is a mean of `e^{D_l}` with weights
/// `e^{z_l − z_k}` that are known up to their ranges. A plain struct for the inner loop of a search.
struct ProbabilityChange {
  /// Ranges of `e^{z_l − z_k}` and bounds of `|D_l|`, for the other classes.
  private var weights: [(low: Double, high: Double, change: Double)]

  /// - Parameters:
  ///   - k: the class.
  ///   - pairs: all pairs of classes.
  init(class k: Int, _ pairs: [SmallBoxBounder.Pair]) {
    weights = pairs.compactMap { pair in
      // One exponential is within two units in the last place.
      if pair.second == k {
        return (exp(pair.low) * (1 - 0x1p-50), exp(pair.high) * (1 + 0x1p-50), pair.bound)
      }
      if pair.first == k {
        return (exp(-pair.high) * (1 - 0x1p-50), exp(-pair.low) * (1 + 0x1p-50), pair.bound)
      }
      return nil
    }
    // A mean is extreme when the largest changes have the largest weights.
    weights.sort { $0.change > $1.change }
  }

  /// The bound of `|p̂ − p|` when every difference moves by at most `share` of its bound.
  func bound(share: Double = 1) -> Double {
    var (low, high) = (0.0, 0.0)
    for weight in weights {
      low += weight.low
      high += weight.high
    }
    var (least, most) = (1.0, 1.0)
    // Prefixes with their upper weights, the rest with their lower ones.
    var (sum, down, up) = (low, 0.0, 0.0)
    for weight in weights {
      down += weight.low * exp(-share * weight.change)
      up += weight.low * exp(share * weight.change)
    }
    for weight in weights {
      let more = weight.high - weight.low
      sum += more
      down += more * exp(-share * weight.change)
      up += more * exp(share * weight.change)
      least = min(least, down / sum)
      most = max(most, up / sum)
    }
    least *= 1 - 0x1p-46
    most *= 1 + 0x1p-46
    return max(
      Self.change(ratio: least, low: low, high: high), Self.change(ratio: most, low: low, high: high))
  }

  /// The largest `|1/(1 + ρS) − 1/(1 + S)|` for `S` in a range: at `ρ^{−½}`, or at the range's nearer end.
  private static func change(ratio: Double, low: Double, high: Double) -> Double {
    let best = min(max(1 / ratio.squareRoot(), low), high)
    return abs(1 / (1 + ratio * best) - 1 / (1 + best)) * (1 + 0x1p-40) + 0x1p-50
  }

  /// The largest share of the bounds for which the change is certainly at most `target`.
  func share(below target: Double) -> Double {
    if bound() <= target { return 1 }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<20 {
      let middle = (low + high) / 2
      if bound(share: middle) <= target { low = middle } else { high = middle }
    }
    return low
  }
}
