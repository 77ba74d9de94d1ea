import CScrupleIntrinsics

/// The confidence head at work on one input's K words: accumulators, then e_k in Q32, then probabilities in Q1.31.
///
/// SAFETY of all pointers: there are K = `count` words and K multipliers.
@unsafe
struct Head {
  let words: UnsafeMutablePointer<UInt32>
  let multipliers: UnsafePointer<Int32>
  let count: Int
  /// What turns products with the logits' fraction bits into distances with 26.
  let shift: UInt32

  /// What replacing the accumulators by e_k finds.
  struct Terms {
    /// The largest logit, with the logits' fraction bits.
    var best: Int64
    /// Its class, the first one among equals.
    var winner: UInt32
    /// Σ e in Q32, in which the winner's e is exactly 1.
    var sum: UInt64
  }

  /// The winner's own e is 2³² − 2 in Q32 and must count as 2³².
  static var winnerDeficit: UInt64 { 2 }

  /// Replaces the accumulators by e_k = 2^(−(best − t_k)).
  func terms() -> Terms {
    scr_instruction_set() >= SCR_AVX512_VNNI ? unsafe wideTerms() : unsafe portableTerms()
  }

  /// Replaces e_k by e_k/Σe.
  func normalize(_ sum: UInt64) {
    let reciprocal = Reciprocal(of: sum)
    if scr_instruction_set() >= SCR_AVX512_VNNI {
      unsafe scr_head_scale(words, count, reciprocal.mantissa, reciprocal.shift)
    } else {
      unsafe scale(reciprocal)
    }
  }

  func portableTerms() -> Terms {
    var terms = unsafe Terms(best: -1 &<< 62, winner: 0, sum: Self.winnerDeficit)
    let classes = unsafe count
    for k in 0..<classes {
      let difference = unsafe terms.best &- logit(k)
      // All ones where the logit is larger than the best so far. No branch, so that all inputs cost the same.
      let mask = 0 &- scr_hide(UInt32(truncatingIfNeeded: difference &>> 32) &>> 31)
      terms.best &-= difference & scr_wide_signed(Int32(bitPattern: mask))
      terms.winner ^= (terms.winner ^ UInt32(truncatingIfNeeded: k)) & mask
    }
    let halfStep = unsafe scr_wide((1 &<< shift) &>> 1)
    for k in 0..<classes {
      let difference = unsafe UInt64(bitPattern: terms.best &- logit(k)) &+ halfStep
      let e = unsafe exp2Negative(scr_shift_right_saturating(difference, shift))
      terms.sum &+= scr_wide(e)
      unsafe words[k] = e
    }
    return terms
  }

  func wideTerms() -> Terms {
    var terms = unsafe Terms(best: 0, winner: 0, sum: Self.winnerDeficit)
    let coefficients: InlineArray<3, UInt32> = [Exp2Table.a1, Exp2Table.a2, Exp2Table.a3]
    terms.sum &+= unsafe Exp2Table.entries.span.withUnsafeBufferPointer { table in
      unsafe coefficients.span.withUnsafeBufferPointer { coefficients in
        unsafe scr_head_terms(
          UnsafeMutableRawPointer(words).assumingMemoryBound(to: Int32.self), multipliers, count, shift,
          table.baseAddress.unsafelyUnwrapped, coefficients.baseAddress.unsafelyUnwrapped, &terms.best,
          &terms.winner)
      }
    }
    return terms
  }

  func scale(_ reciprocal: Reciprocal) {
    let classes = unsafe count
    for k in 0..<classes {
      unsafe words[k] = ((scr_umulh(words[k], reciprocal.mantissa) &>> (reciprocal.shift &- 1)) &+ 1) &>> 1
    }
  }

  /// The logit of class `k`, exact, as long as its accumulator is there.
  @inline(__always)
  private func logit(_ k: Int) -> Int64 { unsafe scr_smull(Int32(bitPattern: words[k]), multipliers[k]) }
}
