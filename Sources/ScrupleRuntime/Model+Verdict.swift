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
  /// reaches it. Without a certificate the bracket is 0…1, and the confidence has to reach the threshold: that says
  /// something about the device, nothing about the float twin.
  ///
  /// - Parameter arena: at least ``arenaSize`` bytes, in which all operations have run.
  public func verdict(arena: inout MutableRawSpan) -> Verdict {
    precondition(arena.byteCount >= arenaSize)
    return unsafe arena.withUnsafeMutableBytes { memory in
      // SAFETY: validation put K words at logitsOffset inside the arena.
      unsafe verdict(words: memory.baseAddress.unsafelyUnwrapped + logitsOffset)
    }
  }

  /// The same for logits' accumulators that lie elsewhere, such as those of many inputs in a row.
  ///
  /// - Parameter logits: ``classCount`` accumulators (Int32) at an address that is a multiple of 4, to be replaced by
  ///   probabilities.
  public func verdict(logits: inout MutableRawSpan) -> Verdict {
    precondition(logits.byteCount >= 4 &* classCount)
    return unsafe logits.withUnsafeMutableBytes { memory in
      unsafe verdict(words: memory.baseAddress.unsafelyUnwrapped)
    }
  }

  /// - Parameter words: K of them.
  @unsafe
  func verdict(words: UnsafeMutableRawPointer) -> Verdict {
    let last = descriptorOffset(operationCount &- 1)
    let multipliers = field(last &+ FileLayout.Descriptor.multiplierOffset)
    return unsafe bytes.withUnsafeBytes { file in
      // SAFETY: validation put K multipliers there.
      let head = unsafe Head(
        words: words.assumingMemoryBound(to: UInt32.self),
        multipliers: (file.baseAddress.unsafelyUnwrapped + multipliers).assumingMemoryBound(to: Int32.self),
        count: classCount, shift: UInt32(byte(last &+ FileLayout.Descriptor.fractionBits)) &- 26)
      let terms = unsafe head.terms()
      unsafe head.normalize(terms.sum)
      let bracket = Bracket(rest: terms.sum &- (1 &<< 32), factor: gapFactor, classes: classCount)
      let confidence = unsafe head.words[Int(truncatingIfNeeded: terms.winner)]
      let threshold = threshold
      let sure = gapFactor == 0 ? confidence : bracket.lower
      return Verdict(
        classIndex: Int(truncatingIfNeeded: terms.winner), confidence: confidence,
        lower: bracket.lower, upper: bracket.upper,
        accepted: threshold != 0 && Bracket.reaches(sure, threshold),
        largestLogit: terms.best, sum: terms.sum)
    }
  }
}
