import ScrupleRuntime

/// The multipliers of one operation as the device applies them.
struct FixedPointMultipliers: Equatable {
  let values: [Int32]
  /// The pre-shift `s` of `(acc·2ˢ·m + 2³¹) >> 32`, or the fraction bits of `acc·m`.
  let shift: Int
}

extension FixedPointMultipliers {
  /// The nearest fixed-point multipliers, with the pre-shift that gives them the most bits.
  ///
  /// `m = round(M·2^(32−s))` has the more bits the smaller `s` is, and must stay below 2³¹: so `s` is the
  /// smallest shift for which the largest `M` does. The relative error of that largest multiplier is at most
  /// 2⁻³¹.
  ///
  /// - Parameters:
  ///   - real: positive multipliers, one per channel.
  ///   - magnitudes: the largest `|acc|` per channel; `acc·2^s` has to stay within Int32.
  /// - Returns: nil when no shift in 0…31 satisfies both.
  init?(toBytes real: [Double], magnitudes: [Int64]) {
    let largest = real.max() ?? 0
    let magnitude = magnitudes.max() ?? 0
    for shift in 0...31 {
      let unit = Double(sign: .plus, exponent: 32 - shift, significand: 1)
      guard (largest * unit).rounded() < 0x1p31 else { continue }
      guard magnitude << Int64(shift) < 1 << 31 else { return nil }
      // A channel with a multiplier of zero would be dropped silently: keep the smallest there is instead.
      // The error that this makes is part of every certificate, as each multiplier's error is.
      self.init(values: real.map { max(1, Int32(($0 * unit).rounded())) }, shift: shift)
      return
    }
    return nil
  }

  /// The nearest multipliers `m = round(M·2^g)` below 2³¹, with the most fraction bits `g`.
  ///
  /// - Returns: nil when no `g` that the format allows will do.
  init?(toLogits real: [Double]) {
    let largest = real.max() ?? 0
    for bits in FileLayout.Limit.fractionBits.reversed() {
      let unit = Double(sign: .plus, exponent: bits, significand: 1)
      guard (largest * unit).rounded() < 0x1p31 else { continue }
      self.init(values: real.map { max(1, Int32(($0 * unit).rounded())) }, shift: bits)
      return
    }
    return nil
  }
}
