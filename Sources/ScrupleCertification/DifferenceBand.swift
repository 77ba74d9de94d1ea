/// A linear relaxation of `e = â − a` for one neuron, where `a` is the reference's activation and `â` the byte's real
/// value after clipping and rounding:
///
/// `e − (onDifference·d + onReference·z + onActivation·a) ∈ [low, high]`
///
/// with `z` the reference's pre-activation and `z + d` the program's.
struct DifferenceBand: Equatable {
  var onDifference: Double
  var onReference: Double
  /// 0 or −1.
  var onActivation: Double
  var low: Double
  var high: Double

  var center: Double { 0.5 * low + 0.5 * high }

  /// Half the band's width, rounded up.
  var radius: Double { (0.5 * (high - low)).nextUp }
}

/// What is known about one neuron before its activation; all real intervals are outward rounded.
struct NeuronRange {
  /// The reference's pre-activation.
  var reference: (low: Double, high: Double)
  /// The program's pre-activation in real units, before clipping and rounding.
  var program: (low: Double, high: Double)
  /// Program minus reference.
  var difference: (low: Double, high: Double)
  /// The byte that the program writes.
  var byte: (low: Int, high: Int)

  /// No input can do all of this: the box and the neuron's phases exclude each other.
  var isEmpty: Bool {
    reference.low > reference.high || program.low > program.high || difference.low > difference.high
      || byte.low > byte.high
  }
}

extension DifferenceBand {
  /// The best of four sound relaxations.
  ///
  /// 1. The byte is constant: `e = step·byte − a`, exactly.
  /// 2. `e = E₁ + E₂ + ρ` with `E₁ = clamp(z + d) − clamp(z)`, `E₂ = clamp(z) − clamp'(z)` (only when the reference
  ///    clips elsewhere), and the rounding `|ρ| ≤ step/2`. Clipping is monotone and 1-Lipschitz, so `E₁` lies between
  ///    0 and `d`, and a band with slope on `d` follows; see ``passing(_:limit:)``.
  /// 3. The byte's range against `a`: `e + a ∈ step·[low, high]`.
  /// 4. The hull of all that as an interval.
  ///
  /// All are sound; the score prefers little fresh noise, and of equal noise the band that keeps correlations.
  ///
  /// - Parameters:
  ///   - activation: the range of the reference's activation.
  ///   - activationSpread, differenceSpread, referenceSpread: half the widths of the affine forms that the slopes
  ///     would act on.
  init(
    _ range: NeuronRange, step: Double, limit: Double, referenceLimit: Double,
    activation: (low: Double, high: Double), activationSpread: Double
  ) {
    let bytes = (low: step * Double(range.byte.low), high: step * Double(range.byte.high))
    let slack =
      0x1p-49 * (limit + max(abs(range.difference.low), abs(range.difference.high)) + activation.high)
    if range.byte.low == range.byte.high {
      self.init(
        onDifference: 0, onReference: 0, onActivation: -1, low: bytes.low - slack, high: bytes.high + slack)
      return
    }
    let half = 0.5 * step
    let clip = LinearBand(
      differenceOfLimits: limit, referenceLimit, over: range.reference.low, range.reference.high)
    let differenceSpread = 0.5 * (range.difference.high - range.difference.low)
    let referenceSpread = 0.5 * (range.reference.high - range.reference.low)

    var best = DifferenceBand(
      onDifference: 0, onReference: 0, onActivation: -1, low: bytes.low, high: bytes.high)
    var bestScore = best.radius + Self.correlated * activationSpread
    var hull = (
      low: max(bytes.low - activation.high, -.infinity), high: min(bytes.high - activation.low, .infinity)
    )
    for band in Self.passing(range, limit: limit) {
      let low = band.low + clip.low - half
      let high = band.high + clip.high + half
      let score =
        0.5 * (high - low)
        + Self.correlated * (abs(band.slope) * differenceSpread + abs(clip.slope) * referenceSpread)
      if score < bestScore {
        bestScore = score
        best = DifferenceBand(
          onDifference: band.slope, onReference: clip.slope, onActivation: 0, low: low, high: high)
      }
      if band.slope == 0, clip.slope == 0 {
        hull = (max(hull.low, low), min(hull.high, high))
      }
    }
    if 0.5 * (hull.high - hull.low) < bestScore {
      best = DifferenceBand(onDifference: 0, onReference: 0, onActivation: 0, low: hull.low, high: hull.high)
    }
    self = best
    low -= slack
    high += slack
  }

  /// What a correlated term counts in comparison with fresh noise of the same width: below 1, because correlated terms
  /// may cancel later.
  private static let correlated = 0.9

  /// Bands of `E₁ = clamp(z + d) − clamp(z)` in `d`.
  ///
  /// - With both inside, `E₁ = d`.
  /// - `E₁` lies in the triangle pair between `0` and `d`; for any slope `λ ∈ [0, 1]` its distance from `λd` is extreme
  ///   at the ends of `d`. The smallest slope that does not widen the band is `min(|low|, high)/(high − low)` when `d`
  ///   changes sign, and 0 otherwise; for symmetric `d` that is the known `d/2 ± max|d|/2`.
  /// - With slope 1: `clamp(x) − x` falls with `x`, which bounds `E₁ − d` by the ends of both pre-activations.
  /// - With slope 0: clipping is monotone, which bounds `E₁` by the ends of both pre-activations.
  static func passing(_ range: NeuronRange, limit: Double) -> [LinearBand] {
    let (z, p, d) = (range.reference, range.program, range.difference)
    if z.low >= 0, p.low >= 0, z.high <= limit, p.high <= limit { return [.identity] }
    func clamp(_ x: Double) -> Double { min(max(x, 0), limit) }
    func rest(_ x: Double) -> Double { clamp(x) - x }
    let slope = d.low < 0 && d.high > 0 ? min(-d.low, d.high) / (d.high - d.low) : 0
    return [
      LinearBand(
        slope: slope,
        low: min(-slope * d.high, (1 - slope) * d.low, 0), high: max((1 - slope) * d.high, -slope * d.low, 0)),
      LinearBand(
        slope: 1,
        low: max(rest(p.high) - rest(z.low), -max(d.high, 0)),
        high: min(rest(p.low) - rest(z.high), max(-d.low, 0))),
      LinearBand(
        slope: 0,
        low: max(clamp(p.low) - clamp(z.high), min(d.low, 0)),
        high: min(clamp(p.high) - clamp(z.low), max(d.high, 0))),
    ]
  }
}
