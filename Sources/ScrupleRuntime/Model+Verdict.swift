import CScrupleIntrinsics

extension Model {
  /// Turns the logits into probabilities and judges the input.
  ///
  /// The logits' accumulators at ``logitsOffset`` are replaced by probabilities (UInt32, Q1.31). With
  /// t_k = acc_k·m_k exact in 64 bits with g fraction bits, d_k = max t − t_k, e_k = 2^(−d_k):
  ///
  ///     p_k = e_k / S,   S = Σ e
  ///
  /// # Error
  ///
  /// Against the exact softmax of these t_k, at most 2⁻²⁴ absolute, for 2…256 classes:
  ///
  /// - d_k is rounded once, to 26 fraction bits: e_k moves by at most the factor 1 ± 2⁻²⁷·ln 2 = 1 ± 2⁻²⁷·⁵.
  ///   ``exp2Negative(_:)`` adds 2⁻²⁸·⁸ relative and 2⁻³³ absolute (its final rounding). Together: the factor
  ///   1 ± ρ, ρ < 2⁻²⁶·⁹, and ± 2⁻³³.
  /// - The winner's e is exactly 1 in S. So p_k moves by at most p_k(1 − p_k)·ρ·2 ≤ 2⁻²⁷·⁹ from the factors, and by
  ///   2⁻³³ + p_k·255·2⁻³³ ≤ 2⁻²⁵ from the absolute parts, as S ≥ 1.
  /// - The reciprocal of S is at most 7·2⁻³¹ too small relatively (``Reciprocal``), truncating and rounding
  ///   the product costs less than 2⁻³¹: together 2⁻²⁸.
  ///
  /// 2⁻²⁵ + 2⁻²⁷·⁹ + 2⁻²⁸ < 2⁻²⁴·⁶.
  ///
  /// # Bracket
  ///
  /// See ``Bracket``. The verdict accepts when there is a threshold and the bracket's lower end
  /// reaches it. Without a certificate the bracket is 0…1, so nothing is accepted.
  ///
  /// - Parameter arena: at least ``arenaSize`` bytes, in which all operations have run.
  public func verdict(arena: inout MutableRawSpan) -> Verdict {
    precondition(arena.byteCount >= arenaSize)
    let classes = classCount
    let start = logitsOffset
    let last = descriptorOffset(operationCount &- 1)
    let multipliers = field(last &+ FileLayout.Descriptor.multiplierOffset)
    let shift = UInt32(byte(last &+ FileLayout.Descriptor.fractionBits)) &- 26
    let halfStep = scr_wide((1 &<< shift) &>> 1)

    // SAFETY of all loads and stores: validation put K words at logitsOffset inside the arena, and K multipliers
    // inside the file.
    var best: Int64 = -1 &<< 62
    var winner: UInt32 = 0
    for k in 0..<classes {
      let logit = logit(k, start, multipliers, arena)
      let difference = best &- logit
      // All ones where the logit is larger than the best so far. No branch, so that all inputs cost the same.
      let mask = 0 &- scr_hide(UInt32(truncatingIfNeeded: difference &>> 32) &>> 31)
      best &-= difference & scr_wide_signed(Int32(bitPattern: mask))
      winner ^= (winner ^ UInt32(truncatingIfNeeded: k)) & mask
    }

    // The winner's own term is 2³² − 2 and must count as 2³².
    var sum: UInt64 = 2
    for k in 0..<classes {
      let difference = UInt64(bitPattern: best &- logit(k, start, multipliers, arena)) &+ halfStep
      let e = exp2Negative(scr_shift_right_saturating(difference, shift))
      sum &+= scr_wide(e)
      unsafe arena.storeBytes(of: e, toUncheckedByteOffset: start &+ 4 &* k, as: UInt32.self)
    }

    let reciprocal = Reciprocal(of: sum)
    for k in 0..<classes {
      let at = start &+ 4 &* k
      let e = unsafe arena.unsafeLoad(fromUncheckedByteOffset: at, as: UInt32.self)
      let probability = ((scr_umulh(e, reciprocal.mantissa) &>> (reciprocal.shift &- 1)) &+ 1) &>> 1
      unsafe arena.storeBytes(of: probability, toUncheckedByteOffset: at, as: UInt32.self)
    }

    let index = Int(truncatingIfNeeded: winner)
    let bracket = Bracket(rest: sum &- (1 &<< 32), factor: gapFactor, classes: classes)
    return Verdict(
      classIndex: index,
      confidence: unsafe arena.unsafeLoad(fromUncheckedByteOffset: start &+ 4 &* index, as: UInt32.self),
      lower: bracket.lower, upper: bracket.upper,
      accepted: threshold != 0 && bracket.lower >= threshold,
      largestLogit: best, sum: sum)
  }

  /// The logit of class `k`, exact, before the head replaces its accumulator.
  @inline(__always)
  private func logit(_ k: Int, _ start: Int, _ multipliers: Int, _ arena: borrowing MutableRawSpan) -> Int64 {
    scr_smull(
      unsafe arena.unsafeLoad(fromUncheckedByteOffset: start &+ 4 &* k, as: Int32.self),
      Int32(bitPattern: word(multipliers &+ 4 &* k)))
  }
}
