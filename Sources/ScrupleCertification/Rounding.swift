/// How bounds stay bounds although they are computed in Double.
///
/// A sum of `n` products in any order, each term rounded, differs from the exact one by at most `γₙ·Σ|termᵢ|`
/// with `γₙ = n·u/(1 − n·u)` and `u = 2⁻⁵³` (Higham, *Accuracy and Stability of Numerical Algorithms*, 2002,
/// section 3.1). `n·2⁻⁵²` is above `γₙ` for every `n` below 2⁵², with as much again to spare for the rounding
/// of the bound itself.
enum Slack {
  /// An upper bound of `γₙ`.
  static func gamma(_ operations: Int) -> Double { Double(operations) * 0x1p-52 }

  /// `value ≥ 0`, the result of at most `operations` roundings of non-negative operands, moved up past all of
  /// them.
  static func up(_ value: Double, operations: Int) -> Double { value * (1 + gamma(operations + 1)) }
}
