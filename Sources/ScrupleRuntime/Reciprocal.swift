import CScrupleIntrinsics

/// An approximation of 2⁶³ / d from below, for 2³² ≤ d < 2⁶³, as `mantissa >> shift`.
///
/// With s = d >> shift in [2³¹, 2³²), the mantissa x satisfies
///
///     2⁶³/s − 5  <  x  ≤  2⁶³/s        and x < 2³²
///
/// This was checked for all 2³¹ values of s (a test that `SCRUPLE_EXHAUSTIVE=1` turns on); ``init(of:)`` says why it holds. There
/// is no division in it, so it costs the same number of steps for every d on every processor.
struct Reciprocal: Equatable {
  /// How much less than 2⁶³/s the mantissa can be.
  static var slack: UInt32 { 5 }

  /// x, Q31.
  let mantissa: UInt32
  /// 1…31.
  let shift: UInt32

  /// Let d̂ = s·2⁻³² in [½, 1), X = 1/d̂, and count errors in units of 2⁻³¹.
  ///
  /// 1. The line 48/17 − 32/17·d̂ is off by at most 1/17 relatively; truncation adds less than 3 units.
  /// 2. x ← x(2 − d̂x) turns a relative error ε into −ε². With truncations: `d̂x` is at most 1 unit too small, so
  ///    the step is at most 2 units too large; the product is at most 2 units too small. After two steps the
  ///    relative error is 17⁻⁴ (below X) ± less than 3 units, so subtracting 4 makes x ≤ X for sure.
  /// 3. The residual 1 − d̂x is then in [0, 2⁻¹⁶); taken from `2³¹ − umulh(s, x)` it is at most 1 unit too large.
  ///    x + x·residual is exact up to X·residual² < 2·2⁻³²·³ (≤ 2 units), at most 2 units too large from the
  ///    residual, and at most 2 too small from truncation. Subtracting 2 gives X − 6 ≤ x ≤ X; the enumeration
  ///    of all s finds nothing below ⌊X⌋ − 4.
  ///
  /// Truncating d to s makes 2⁶³/s at least the reciprocal of d, by at most the factor 1 + 2⁻³¹ (2 units).
  @inline(never)
  init(of divisor: UInt64) {
    let high = UInt32(truncatingIfNeeded: divisor &>> 32)
    let low = UInt32(truncatingIfNeeded: divisor)
    let zeros = scr_leading_zeros(high)
    shift = 32 &- zeros
    // (high:low) >> (32 − zeros), in shifts by less than 32.
    let s = (high &<< zeros) | ((low &>> 1) &>> (31 &- zeros))
    var x = (3_031_741_620 &- scr_umulh(s, 2_021_161_080)) &<< 1
    x = scr_umulh(x, 0 &- scr_umulh(s, x)) &<< 1
    x = (scr_umulh(x, 0 &- scr_umulh(s, x)) &<< 1) &- 4
    let residual = 0x8000_0000 &- scr_umulh(s, x)
    mantissa = x &+ (scr_umulh(x, residual) &<< 1) &- 2
  }

  /// A number not above 2⁶³ / d: with s ≤ d·2^(−shift) < s + 1, 2⁶³/(s + 1) > 2⁶³/s − 2 ≥ x − 2.
  var lowerBound: UInt32 { (mantissa &- 2) &>> shift }

  /// A number not below 2⁶³ / d, at most 2³¹: 2⁶³/d ≤ 2⁶³/s·2^(−shift) < (x + 5)·2^(−shift).
  var upperBound: UInt32 {
    // The sum may carry into bit 32, so the first shift comes before the second half of the sum.
    let half = (mantissa &>> 1) &+ (Self.slack &>> 1) &+ 1
    let bound = (half &>> (shift &- 1)) &+ 1
    let over = scr_hide(bound &>> 31)
    return (bound & (over &- 1)) | (over &<< 31)
  }
}
