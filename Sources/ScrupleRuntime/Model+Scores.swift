import CScrupleIntrinsics

/// Further scores of an input, from what the confidence head left behind.
extension Model {
  /// The probability of class `k`, Q1.31, after ``verdict(arena:)``.
  public func probability(of k: Int, arena: borrowing MutableRawSpan) -> UInt32 {
    precondition(k >= 0 && k < classCount && arena.byteCount >= arenaSize)
    // SAFETY: validation put K words at logitsOffset inside the arena.
    return unsafe arena.unsafeLoad(fromUncheckedByteOffset: logitsOffset &+ 4 &* k, as: UInt32.self)
  }

  /// The winner's probability minus the largest of the others, Q1.31.
  public func margin(of verdict: Verdict, arena: borrowing MutableRawSpan) -> UInt32 {
    var second: UInt32 = 0
    for k in 0..<classCount {
      // The winner takes part as 0.
      let other = 0 &- scr_hide((UInt32(truncatingIfNeeded: k ^ verdict.classIndex) &+ 0x7FFF_FFFF) &>> 31)
      let p = probability(of: k, arena: arena) & other
      // Probabilities are at most 2³¹: the difference of two has its sign in bit 31, but for 2³¹ − 0.
      let larger = 0 &- scr_hide(UInt32(truncatingIfNeeded: (scr_wide(second) &- scr_wide(p)) &>> 32) &>> 31)
      second ^= (second ^ p) & larger
    }
    // Equal winners may differ in their last bit.
    return verdict.confidence > second ? verdict.confidence &- second : 0
  }

  /// The Shannon entropy of the probabilities in bits, Q8.24, off by less than 2⁻¹⁴ for 256 classes and by less
  /// than 2⁻¹⁸ for 10.
  public func entropy(arena: borrowing MutableRawSpan) -> UInt32 {
    var sum: UInt64 = 0
    for k in 0..<classCount {
      let p = probability(of: k, arena: arena)
      // −log₂ p in Q6.26; a zero probability adds nothing.
      sum &+= scr_umull(p, (31 &<< 26) &- log2(p | 1))
    }
    return UInt32(truncatingIfNeeded: sum &>> 33)
  }

  /// The energy score log₂ Σ 2^(t_k) of the base-2 logits t_k (Liu et al. 2020, eq. 4, at temperature 1 and in base 2), Q15.16,
  /// rounded down and off by less than 2⁻¹⁵; clamped to what 32 bits hold.
  public func energy(of verdict: Verdict) -> Int32 {
    let last = descriptorOffset(operationCount &- 1)
    let shift = UInt32(byte(last &+ FileLayout.Descriptor.fractionBits)) &- 16
    let top = scr_shift_right_signed(verdict.largestLogit, shift)
    // Σ is at least 2³² and less than 2⁴¹ in Q32; its upper bits in Q22 fit a word.
    let sum = log2(UInt32(truncatingIfNeeded: verdict.sum &>> 10)) &- (22 &<< 26)
    let energy = top &+ Int64(bitPattern: scr_wide(sum &>> 10))
    if energy > 0x7FFF_FFFF { return .max }
    return energy < -0x8000_0000 ? .min : Int32(truncatingIfNeeded: energy)
  }
}
