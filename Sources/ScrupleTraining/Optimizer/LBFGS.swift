/// Limited-memory BFGS with the two-loop recursion (Nocedal 1980; Liu and Nocedal 1989) and a line search for
/// the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms 3.5 and 3.6).
struct LBFGS {
  /// A smooth function's value and gradient.
  typealias Objective = ([Double]) -> (value: Double, gradient: [Double])

  /// Curvature pairs that are kept.
  var memory = 10
  /// It stops when no component of the gradient is larger.
  var tolerance: Double
  /// The most iterations.
  var iterations: Int

  /// What came out.
  struct Result {
    var x: [Double]
    var value: Double
    var iterations: Int
    /// Whether the gradient got below the tolerance.
    var converged: Bool
  }

  /// Minimizes from `start`. `report` is called after each iteration with its number and value; when it returns
  /// false the search ends.
  func minimize(
    _ objective: Objective, from start: [Double], report: (Int, Double) -> Bool = { _, _ in true }
  ) -> Result {
    var x = start
    var (value, gradient) = objective(x)
    var pairs: [(s: [Double], y: [Double], rho: Double)] = []
    for iteration in 0..<iterations {
      if gradient.allSatisfy({ abs($0) <= tolerance }) {
        return Result(x: x, value: value, iterations: iteration, converged: true)
      }
      var direction = descent(gradient, pairs)
      var slope = dot(direction, gradient)
      if slope >= 0 {  // Rounding has spoiled the pairs: start over from steepest descent.
        pairs = []
        direction = gradient.map { -$0 }
        slope = dot(direction, gradient)
      }
      let first = pairs.isEmpty ? min(1, 1 / gradient.reduce(0) { $0 + abs($1) }) : 1
      guard let next = search(objective, x, direction, value, slope, first) else {
        return Result(x: x, value: value, iterations: iteration, converged: false)
      }
      let s = zip(next.x, x).map { $0 - $1 }
      let y = zip(next.gradient, gradient).map { $0 - $1 }
      let curvature = dot(s, y)
      if curvature > 1e-14 * dot(y, y) {
        pairs.append((s, y, 1 / curvature))
        if pairs.count > memory { pairs.removeFirst() }
      }
      (x, value, gradient) = (next.x, next.value, next.gradient)
      guard report(iteration + 1, value) else {
        return Result(x: x, value: value, iterations: iteration + 1, converged: false)
      }
    }
    return Result(
      x: x, value: value, iterations: iterations, converged: gradient.allSatisfy { abs($0) <= tolerance })
  }

  /// `−H·gradient`, with H the inverse Hessian's approximation.
  private func descent(_ gradient: [Double], _ pairs: [(s: [Double], y: [Double], rho: Double)]) -> [Double] {
    var q = gradient
    var alphas = [Double](repeating: 0, count: pairs.count)
    for i in pairs.indices.reversed() {
      alphas[i] = pairs[i].rho * dot(pairs[i].s, q)
      for j in q.indices { q[j] -= alphas[i] * pairs[i].y[j] }
    }
    if let last = pairs.last {
      let scale = 1 / (last.rho * dot(last.y, last.y))
      for j in q.indices { q[j] *= scale }
    }
    for i in pairs.indices {
      let beta = pairs[i].rho * dot(pairs[i].y, q)
      for j in q.indices { q[j] += (alphas[i] - beta) * pairs[i].s[j] }
    }
    return q.map { -$0 }
  }

  private struct Point {
    var step: Double
    var x: [Double]
    var value: Double
    var gradient: [Double]
    var slope: Double
  }

  /// A point along the direction that fulfils the strong Wolfe conditions, or the lowest one found that is lower
  /// than the start; `nil` if there is none.
  private func search(
    _ objective: Objective, _ x: [Double], _ direction: [Double], _ value: Double, _ slope: Double,
    _ first: Double
  ) -> Point? {
    let (sufficient, curvature) = (1e-4, 0.9)
    func point(_ step: Double) -> Point {
      let moved = zip(x, direction).map { $0 + step * $1 }
      let (value, gradient) = objective(moved)
      return Point(step: step, x: moved, value: value, gradient: gradient, slope: dot(gradient, direction))
    }
    var low = Point(step: 0, x: x, value: value, gradient: [], slope: slope)
    var high: Point?
    var step = first
    for _ in 0..<60 {
      let trial = point(step)
      if !trial.value.isFinite || trial.value > value + sufficient * trial.step * slope
        || trial.value >= low.value && low.step > 0
      {
        high = trial
      } else if abs(trial.slope) <= -curvature * slope {
        return trial
      } else {
        if trial.slope * ((high?.step ?? .infinity) - low.step) >= 0 { high = low }
        low = trial
      }
      if let high {
        step = (low.step + high.step) / 2
        if abs(high.step - low.step) <= 1e-12 * max(1, low.step) { break }
      } else {
        step *= 2
      }
    }
    return low.step > 0 ? low : nil
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
