import CVectorLoops
import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

@Suite struct OptimizerTests {
  @Test func `Adam takes the steps of its paper, with decay apart from the gradient`() {
    let rule = UpdateRule.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1)
    var w: [Float] = [1, -2, 0.5]
    var (m, v): ([Float], [Float]) = ([0, 0, 0], [0, 0, 0])
    var (exact, m1, m2) = (w.map(Double.init), [0.0, 0, 0], [0.0, 0, 0])
    for step in 1...50 {
      let gradient = (0..<3).map { Float(sin(Double(step * ($0 + 1)))) }
      m.withUnsafeMutableBufferPointer { m in
        v.withUnsafeMutableBufferPointer { v in
          rule.apply(
            to: &w, gradient: gradient, moments: (m.baseAddress!, v.baseAddress!), count: 3, rate: 0.01,
            step: step,
            decays: true)
        }
      }
      for i in 0..<3 {
        let g = Double(gradient[i])
        m1[i] = 0.9 * m1[i] + 0.1 * g
        m2[i] = 0.999 * m2[i] + 0.001 * g * g
        let mean = m1[i] / (1 - pow(0.9, Double(step)))
        let square = m2[i] / (1 - pow(0.999, Double(step)))
        exact[i] -= 0.01 * (mean / (square.squareRoot() + 1e-8) + 0.1 * exact[i])
      }
    }
    for i in 0..<3 { #expect(abs(Double(w[i]) - exact[i]) < 1e-5) }
  }

  @Test func `momentum gathers the gradients`() {
    let rule = UpdateRule.sgd(momentum: 0.5, decay: 0)
    var (w, v): ([Float], [Float]) = ([1], [0])
    for step in 1...3 {
      v.withUnsafeMutableBufferPointer { v in
        rule.apply(
          to: &w, gradient: [1], moments: (v.baseAddress!, v.baseAddress!), count: 1, rate: 0.1, step: step,
          decays: true)
      }
    }
    // Velocities 1, 1.5, 1.75.
    #expect(abs(w[0] - (1 - 0.425)) < 1e-6)
  }

  @Test func `L-BFGS finds the bottom of Rosenbrock's valley`() {
    let result = LBFGS(tolerance: 1e-9, iterations: 200).minimize(
      { x in
        let (a, b) = (x[0], x[1])
        return (
          (1 - a) * (1 - a) + 100 * (b - a * a) * (b - a * a),
          [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)]
        )
      }, from: [-1.2, 1])
    #expect(result.converged && result.iterations < 60)
    #expect(abs(result.x[0] - 1) < 1e-8 && abs(result.x[1] - 1) < 1e-8)
  }

  @Test func `L-BFGS solves an ill-conditioned quadratic in many dimensions`() {
    let scales = (0..<50).map { pow(10, Double($0) / 12) }
    let result = LBFGS(tolerance: 1e-7, iterations: 2000).minimize(
      { x in
        (
          zip(x, scales).reduce(0) { $0 + $1.1 * ($1.0 - 3) * ($1.0 - 3) / 2 },
          zip(x, scales).map { $1 * ($0 - 3) }
        )
      }, from: Array(repeating: 0, count: 50))
    #expect(result.converged)
    for x in result.x { #expect(abs(x - 3) < 1e-6) }
  }

  @Test func `L-BFGS stops when it is told to`() {
    var calls = 0
    _ = LBFGS(tolerance: 1e-12, iterations: 100).minimize(
      { ($0[0] * $0[0] * $0[0] * $0[0], [4 * $0[0] * $0[0] * $0[0]]) }, from: [3]
    ) { _, _ in
      calls += 1
      return calls < 4
    }
    #expect(calls == 4)
  }

  @Test(arguments: [
    (Recipe.ScheduleKind.constant, [1.0, 1, 1, 1]), (.step, [1, 1, 0.5, 0.5]),
    (.cosine, [1, 0.8681981, 0.55, 0.2318019]),
  ])
  func `schedules`(kind: Recipe.ScheduleKind, factors: [Double]) {
    let schedule = Recipe.Schedule(kind: kind, every: 4, factor: 0.5, floor: 0.1, warmup: 0)
    for (quarter, factor) in factors.enumerated() {
      #expect(abs(schedule.factor(progress: Double(quarter) * 2.5, epochs: 10) - factor) < 1e-6)
    }
    var warm = schedule
    warm.warmup = 2
    #expect(warm.factor(progress: 0, epochs: 10) == 0)
    #expect(warm.factor(progress: 1, epochs: 10) == schedule.factor(progress: 1, epochs: 10) / 2)
    #expect(warm.factor(progress: 2, epochs: 10) == schedule.factor(progress: 2, epochs: 10))
  }
}

@Suite struct VectorLoopTests {
  @Test func `bytes are normalized to the nearest Float`() {
    let bytes = (0...255).map(UInt8.init)
    var floats = [Float](repeating: .nan, count: 256)
    loops_normalize(&floats, bytes, 256)
    #expect(floats == InputDescription.normalized(bytes))
  }

  @Test func `snapping is what a weight grid does`() {
    var generator = SeededGenerator(seed: 3)
    for count in [1, 7, 16, 33, 784] {
      let values = (0..<count).map { _ in generator.uniform(-2, 2) }
      let grid = WeightGrid.fit(weight: values, outputs: 1, inputs: count)
      let scale = grid.scales[0]
      var snapped = [Float](repeating: .nan, count: count)
      loops_snap(&snapped, values, count, 1 / scale, scale)
      #expect(grid.snap(snapped) == snapped)
      for i in 0..<count { #expect(abs(snapped[i] - values[i]) <= 0.50001 * scale) }
      #expect(loops_largest_magnitude(values, count) == values.map(abs).max())
    }
    #expect(loops_largest_magnitude([], 0) == 0)
  }

  @Test func `a point climbs, and stays in the ball and the box`() {
    var x: [Float] = [0.5, 0.5, 0.5, 0.95, 0.02, 0.6]
    loops_climb(&x, [1, -1, 0, 1, -1, 5], [0.5, 0.5, 0.5, 0.9, 0.1, 0.5], 6, 0.1, 0.15, 0, 1)
    let expected: [Float] = [0.6, 0.4, 0.5, 1, 0, 0.65]
    for i in 0..<6 { #expect(abs(x[i] - expected[i]) < 1e-6) }
  }
}
