/// What the zonotopes add to ``Slack``.
extension Slack {
  /// An upper bound of `γₙ₊₁₆` with half as much again to spare.
  ///
  /// The sixteen cover the roundings with which a term was made (a weight in real units takes five); the half covers
  /// the slack's own computation, a sum of `n` non-negative terms with a relative error below `γₙ₊₁₆ < ½`.
  @inline(__always)
  static func form(_ terms: Int) -> Double { Double(terms + 16) * 0x1.8p-52 }

  /// Products that underflow are not covered by relative bounds. Each loses at most `2⁻¹⁰⁷⁴`; this, added once to a
  /// slack, covers more of them than memory can hold.
  static let floor = 0x1p-1000

  /// The relative slack of `exp`, `log` and a few operations around them: the C library's are within two units in
  /// the last place, `2⁻⁵¹`.
  static let transcendental = 0x1p-48
}

/// `a + b`, rounded so that the result is not below the true sum.
@inline(__always)
func addUp(_ a: Double, _ b: Double) -> Double { (a + b).nextUp }

/// `a + b`, rounded so that the result is not above the true sum.
@inline(__always)
func addDown(_ a: Double, _ b: Double) -> Double { (a + b).nextDown }
