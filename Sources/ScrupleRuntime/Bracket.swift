import CScrupleIntrinsics

/// Bounds on the float twin's probability of the winning class.
///
/// Let R* be the exact Σ 2^(t_k − max t) over the other classes, with t the int8 program's exact logits, and let
/// no logit difference of the float twin be farther than c = ln E from the program's. Then the twin's probability is
/// at least 1/(1 + R*·E) and at most 1/(1 + R*/E).
///
/// The computed rest R differs from R*: each of its K − 1 terms by a factor within 1 ± 2⁻²⁶·⁹ and by 2⁻³³
/// (``Model/verdict(arena:)``). So with δ = (⌊R·2⁶⌋ + ⌊K/2⌋ + 1)·2⁻³²,
///
///     R* ≤ (R + (K − 1)·2⁻³³) / (1 − 2⁻²⁶·⁹) ≤ R + δ,      R* ≥ (R − (K − 1)·2⁻³³) / (1 + 2⁻²⁶·⁹) ≥ R − δ
///
/// The lower end takes R + δ, rounds its product with E up, and takes ``Reciprocal/lowerBound``. The upper end takes
/// R − δ (at least 0), rounds its quotient by E down (a product with a lower bound of 1/E), and takes
/// ``Reciprocal/upperBound``. Each step errs to the outside only, so the bracket contains the twin's
/// probability. Beyond the exact bounds it reaches less than 2⁻²⁶ + E·(K + 3)·2⁻³² at the lower end and
/// 2⁻²⁶ + (K + 3)·2⁻³² at the upper one (R itself may be off by half of that in K).
struct Bracket: Equatable {
  /// Q1.31.
  let lower: UInt32
  /// Q1.31.
  let upper: UInt32

  /// - Parameters:
  ///   - rest: R in Q32, less than 2⁴⁰.
  ///   - factor: E in Q8.24, at least 2²⁴; or 0 for no certificate.
  ///   - classes: K.
  init(rest: UInt64, factor: UInt32, classes: Int) {
    if factor == 0 {
      lower = 0
      upper = 1 &<< 31
      return
    }
    let one: UInt64 = 1 &<< 32
    let slack = (rest &>> 26) &+ scr_wide(UInt32(truncatingIfNeeded: classes &>> 1)) &+ 1

    let most = rest &+ slack
    let grown =
      (scr_umull(UInt32(truncatingIfNeeded: most &>> 32), factor) &<< 8)
      &+ (scr_umull(UInt32(truncatingIfNeeded: most), factor) &>> 24) &+ 1
    lower = Reciprocal(of: one &+ grown).lowerBound

    let difference = rest &- slack
    // All ones where it is negative; hidden, so that all inputs cost the same.
    let negative = 0 &- scr_hide(UInt32(truncatingIfNeeded: difference &>> 63))
    let least = difference & ~UInt64(bitPattern: scr_wide_signed(Int32(bitPattern: negative)))
    let inverse = Reciprocal(of: scr_wide(factor) &<< 8).lowerBound
    let shrunk =
      (scr_umull(UInt32(truncatingIfNeeded: least &>> 32), inverse) &<< 1)
      &+ (scr_umull(UInt32(truncatingIfNeeded: least), inverse) &>> 31)
    upper = Reciprocal(of: one &+ shrunk).upperBound
  }

  /// Whether a probability is at least `threshold`, which is not 0.
  static func reaches(_ probability: UInt32, _ threshold: UInt32) -> Bool {
    scr_reaches(probability, threshold)
  }
}
