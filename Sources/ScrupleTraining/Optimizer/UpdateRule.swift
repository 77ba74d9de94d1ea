import CVectorLoops

/// One step of an optimizer for a run of parameters.
enum UpdateRule: Equatable, Sendable {
  /// `v ← μ·v + g + d·w`, `w ← w − η·v` (Polyak 1964, in the form of Sutskever et al. 2013 without Nesterov).
  case sgd(momentum: Float, decay: Float)
  /// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `w ← w − η·(m̂ / (√v̂ + ε) + d·w)` with the biases of the two
  /// means corrected (Kingma and Ba 2015; the decay apart from the gradient: Loshchilov and Hutter 2019).
  case adam(beta1: Double, beta2: Double, epsilon: Double, decay: Float)

  init?(_ optimizer: Recipe.Optimizer) {
    switch optimizer.kind {
    case .lbfgs: return nil
    case .sgd:
      self = .sgd(momentum: Float(optimizer.momentum), decay: Float(optimizer.weightDecay))
    case .adam:
      self = .adam(
        beta1: optimizer.beta1, beta2: optimizer.beta2, epsilon: optimizer.epsilon,
        decay: Float(optimizer.weightDecay))
    }
  }

  /// The number of values kept for each parameter.
  var momentCount: Int { if case .adam = self { 2 } else { 1 } }

  /// One step.
  ///
  /// - Parameters:
  ///   - moments: for SGD the velocity; for Adam the two means.
  ///   - step: 1 for the first.
  ///   - decays: whether weight decay applies (to weights, not to biases).
  func apply(
    to w: UnsafeMutablePointer<Float>, gradient g: UnsafePointer<Float>,
    moments: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>), count: Int, rate: Double, step: Int,
    decays: Bool
  ) {
    switch self {
    case .sgd(let momentum, let decay):
      let decay = decays ? decay : 0
      loops_momentum(w, g, moments.0, count, momentum, decay, Float(rate))
    case .adam(let beta1, let beta2, let epsilon, let decay):
      // m̂/(√v̂ + ε) = (m·√c₂/c₁) / (√v + ε·√c₂), with c = 1 − βᵗ.
      let correction1 = 1 - power(beta1, step)
      let correction2 = (1 - power(beta2, step)).squareRoot()
      loops_adam(
        w, g, moments.0, moments.1, count,
        loops_adam_constants(
          beta1: Float(beta1), complement1: Float(1 - beta1), beta2: Float(beta2),
          complement2: Float(1 - beta2),
          keep: 1 - (decays ? Float(rate) * decay : 0), scale: Float(rate * correction2 / correction1),
          epsilon: Float(epsilon * correction2)))
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
