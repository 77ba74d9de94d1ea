import CScrupleIntrinsics

/// 2^(−distance) in Q32.
///
/// With distance = n + i/32 + y/32, where n and i < 32 are integers and 0 ≤ y < 1:
///
///     2^(−distance) = 2^(−n) · T[i] · (1 − a₁y + a₂y² − a₃y³)
///
/// T holds 2^(−i/32) in Q32. The cubic interpolates 2^(−y/32) at the zeros of the Chebyshev polynomial T₄ shifted
/// so that one of them is y = 0.
///
/// Error, in units of 2⁻³²: the cubic 0.36 (2⁻³³·⁴⁹, from its interpolation remainder), the three truncating
/// products together less than 0.1 (they are taken with 5 to 19 bits more), the product with T and T itself less
/// than 1.5 + 2 (the entry 1 is stored 2 too small, so that rounding can't overflow), the last shift ½.
/// Together below 4.5·2⁻³² < 2⁻²⁹.
///
/// - Parameter distance: Q6.26. From 33 on the result is 0.
/// - Returns: 0…2³² − 2.
@inline(__always)
func exp2Negative(_ distance: UInt32) -> UInt32 {
  let n = distance &>> 26
  // SAFETY: an index of five bits.
  let base = unsafe Exp2Table.entries[unchecked: Int(truncatingIfNeeded: (distance &>> 21) & 31)]
  let y = distance &<< 11
  let cubic = Exp2Table.a2 &- (scr_umulh(y, Exp2Table.a3) &>> 7)
  let slope = Exp2Table.a1 &- (scr_umulh(y, cubic) &>> 7)
  let mantissa = base &- (scr_umulh(base, scr_umulh(y, slope)) &>> 5)
  // Shift by n in three steps, none of which is 32 or overflows, and round half up on the way.
  let low = n & 31
  let first = low &>> 1
  let second = low &- first
  let half = (1 &<< second) &>> 1
  return (((mantissa &>> first) &+ half) &>> second) &>> ((n &>> 5) &* 31)
}

/// The same for tests and writers.
///
/// - Parameter distance: Q6.26.
/// - Returns: 2^(−distance) in Q32, 0…2³² − 2, off by less than 2⁻²⁹.
public func exp2(minus distance: UInt32) -> UInt32 { exp2Negative(distance) }

/// The constants of ``exp2Negative(_:)``.
enum Exp2Table {
  /// a₁ in Q37.
  static var a1: UInt32 { 0xB172_1712 }
  /// a₂ in Q44.
  static var a2: UInt32 { 0xF5FB_3770 }
  /// a₃ in Q51.
  static var a3: UInt32 { 0xE0FE_629D }
  /// 2^(−i/32) in Q32, rounded; the first is 2 too small.
  static let entries: InlineArray<32, UInt32> = [
    0xFFFF_FFFE, 0xFA83_B2DB, 0xF525_7D15, 0xEFE4_B99C, 0xEAC0_C6E8, 0xE5B9_06E7, 0xE0CC_DEEC, 0xDBFB_B798,
    0xD744_FCCB, 0xD2A8_1D92, 0xCE24_8C15, 0xC9B9_BD86, 0xC567_2A11, 0xC12C_4CCA, 0xBD08_A39F, 0xB8FB_AF47,
    0xB504_F334, 0xB123_F582, 0xAD58_3EEA, 0xA9A1_5AB5, 0xA5FE_D6AA, 0xA270_4303, 0x9EF5_3261, 0x9B8D_39BA,
    0x9837_F052, 0x94F4_EFA9, 0x91C3_D374, 0x8EA4_398B, 0x8B95_C1E4, 0x8898_0E81, 0x85AA_C368, 0x82CD_8699,
  ]
}
