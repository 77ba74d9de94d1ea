import ScrupleNetwork
import ScrupleQuantization

/// Finds an input at which the first layer's neurons all round the way that widens one logit difference.
///
/// A neuron contributes half a step when its pre-activation lies at the middle between two steps, on the side
/// from which it is rounded towards the wanted sign; and nothing when it is cut off. So: move to where no
/// neuron is cut off; move a little further, so that each pre-activation stands just beyond the nearest
/// middle; and round the input to bytes so that the pre-activations hardly notice, which is a closest-vector
/// problem that a local search over one and two bytes solves well enough when there are many more inputs than
/// neurons.
struct RoundingAlignment {
  private let box: InputBox
  /// First-layer weights and biases in units of the layer's output step per input byte, row-major.
  private let weights: [Double]
  private let biases: [Double]
  private let inputs: Int
  private let neurons: Int
  /// What one step of each neuron is worth in the logit difference, signed.
  private let worth: [Double]

  init(_ pair: ModelPair, box: InputBox, worth: [Double]) {
    let layer = pair.layers[0]
    let step = Double(layer.limit ?? 255) / 255
    self.box = box
    inputs = layer.twin.inputs
    neurons = layer.twin.outputs
    weights = layer.twin.weight.map { Double($0) / 255 / step }
    biases = layer.twin.bias.map { Double($0) / step }
    self.worth = worth
  }

  /// - Parameters:
  ///   - start: where to begin, in bytes.
  ///   - margin: how far beyond the middle to aim, in steps: what rounding the input may spoil.
  func run(from start: [UInt8], margin: Double) -> [UInt8] {
    var x = start.map(Double.init)
    // To where no neuron is cut off.
    for _ in 0..<500 {
      if project(&x, onto: { min(max($0, 1), 254) }) { break }
    }
    // Just beyond the nearest middle between two steps.
    let targets = (0..<neurons).map { neuron in
      let z = preActivation(neuron, x)
      return min(max(z.rounded(.down), 1), 253) + 0.5 + (worth[neuron] > 0 ? margin : -margin)
    }
    return rounded(nearest(to: x, targets: targets), targets: targets)
  }

  private func preActivation(_ neuron: Int, _ x: [Double]) -> Double {
    var z = biases[neuron]
    for input in 0..<inputs { z += weights[neuron * inputs + input] * x[input] }
    return z
  }

  /// One round of projections (Kaczmarz 1937) onto each neuron's target; true when all were met already.
  private func project(_ x: inout [Double], onto target: (Double) -> Double) -> Bool {
    var met = true
    for neuron in 0..<neurons where worth[neuron] != 0 {
      let z = preActivation(neuron, x)
      let wanted = target(z)
      if wanted != z { met = !project(&x, neuron: neuron, onto: wanted) && met }
    }
    return met
  }

  /// Moves `x` the shortest way to where the neuron's pre-activation is `target`, then back into the box.
  ///
  /// - Returns: whether it moved more than a trifle.
  private func project(_ x: inout [Double], neuron: Int, onto target: Double) -> Bool {
    let row = neuron * inputs
    var norm = 0.0
    for input in 0..<inputs { norm += weights[row + input] * weights[row + input] }
    let distance = target - preActivation(neuron, x)
    if norm == 0 || abs(distance) < 1e-4 { return false }
    for input in 0..<inputs {
      let range = box.ranges[input]
      let moved = x[input] + distance / norm * weights[row + input]
      x[input] = min(max(moved, Double(range.lowerBound)), Double(range.upperBound))
    }
    return true
  }

  /// The point of the box nearest to `x` at which all pre-activations are on their targets, if there is one.
  ///
  /// Its dual is `W·clip(x + Wᵀy) = targets`, solved by Newton steps over the inputs that are not clipped.
  private func nearest(to x: [Double], targets: [Double]) -> [Double] {
    let chosen = (0..<neurons).filter { worth[$0] != 0 }
    let n = chosen.count
    var y = [Double](repeating: 0, count: n)
    func point(_ y: [Double]) -> [Double] {
      var moved = x
      for (row, neuron) in chosen.enumerated() where y[row] != 0 {
        for input in 0..<inputs { moved[input] += y[row] * weights[neuron * inputs + input] }
      }
      for input in 0..<inputs {
        let range = box.ranges[input]
        moved[input] = min(max(moved[input], Double(range.lowerBound)), Double(range.upperBound))
      }
      return moved
    }
    func residuals(_ point: [Double]) -> [Double] { chosen.map { targets[$0] - preActivation($0, point) } }
    func size(_ residuals: [Double]) -> Double { residuals.reduce(0) { $0 + $1 * $1 } }
    var current = point(y)
    var residual = residuals(current)
    for _ in 0..<40 where size(residual) > 1e-6 * Double(n) {
      let free = (0..<inputs).filter {
        current[$0] > Double(box.ranges[$0].lowerBound) && current[$0] < Double(box.ranges[$0].upperBound)
      }
      let step = newtonStep(residual, chosen: chosen, free: free)
      var scale = 1.0
      while true {
        let next = zip(y, step).map { $0 + scale * $1 }
        let nextPoint = point(next)
        let nextResidual = residuals(nextPoint)
        if size(nextResidual) < size(residual) || scale < 0.02 {
          (y, current, residual) = (next, nextPoint, nextResidual)
          break
        }
        scale /= 2
      }
    }
    return current
  }

  /// `(W_F·W_Fᵀ)⁻¹·residual` over the free inputs `F`, a little regularized, by Cholesky factorization.
  private func newtonStep(_ residual: [Double], chosen: [Int], free: [Int]) -> [Double] {
    let n = chosen.count
    let rows = chosen.map { neuron in free.map { weights[neuron * inputs + $0] } }
    var factor = [Double](repeating: 0, count: n * n)
    var trace = 0.0
    for i in 0..<n {
      for j in 0...i {
        var sum = 0.0
        for column in free.indices { sum += rows[i][column] * rows[j][column] }
        factor[i * n + j] = sum
        if i == j { trace += sum }
      }
    }
    let ridge = 1e-6 * trace / Double(max(n, 1)) + 1e-12
    for i in 0..<n {
      for j in 0...i {
        var sum = factor[i * n + j] + (i == j ? ridge : 0)
        for k in 0..<j { sum -= factor[i * n + k] * factor[j * n + k] }
        factor[i * n + j] = i == j ? max(sum, ridge).squareRoot() : sum / factor[j * n + j]
      }
    }
    var solution = residual
    for i in 0..<n {
      for k in 0..<i { solution[i] -= factor[i * n + k] * solution[k] }
      solution[i] /= factor[i * n + i]
    }
    for i in stride(from: n - 1, through: 0, by: -1) {
      for k in i + 1..<max(n, i + 1) { solution[i] -= factor[k * n + i] * solution[k] }
      solution[i] /= factor[i * n + i]
    }
    return solution
  }

  /// Bytes near `x` for which `Σ (worth·(z − target))²` is small.
  private func rounded(_ x: [Double], targets: [Double]) -> [UInt8] {
    var bytes = x.map { Int($0.rounded()) }
    // Weighted columns, their products, and the weighted residual's products with them.
    let scale = worth.map { abs($0) }
    var gram = [Double](repeating: 0, count: inputs * inputs)
    for neuron in 0..<neurons {
      let factor = scale[neuron] * scale[neuron]
      for i in 0..<inputs {
        let w = factor * weights[neuron * inputs + i]
        for j in 0..<inputs { gram[i * inputs + j] += w * weights[neuron * inputs + j] }
      }
    }
    var slope = [Double](repeating: 0, count: inputs)
    let values = bytes.map(Double.init)
    for neuron in 0..<neurons {
      let residual = scale[neuron] * scale[neuron] * (preActivation(neuron, values) - targets[neuron])
      for i in 0..<inputs { slope[i] += residual * weights[neuron * inputs + i] }
    }
    func allowed(_ i: Int, _ change: Int) -> Bool {
      bytes[i] + change >= Int(box.ranges[i].lowerBound) && bytes[i] + change <= Int(box.ranges[i].upperBound)
    }
    func apply(_ i: Int, _ change: Int) {
      bytes[i] += change
      for j in 0..<inputs { slope[j] += Double(change) * gram[i * inputs + j] }
    }
    /// What changing byte `i` by `change` adds to half of the sum of squares.
    func cost(_ i: Int, _ change: Int) -> Double {
      Double(change) * slope[i] + gram[i * inputs + i] / 2
    }
    for _ in 0..<40 * inputs {
      var best = (cost: -1e-12, move: [(Int, Int)]())
      for i in 0..<inputs {
        for change in [-1, 1] where allowed(i, change) && cost(i, change) < best.cost {
          best = (cost(i, change), [(i, change)])
        }
      }
      if best.move.isEmpty, inputs <= 2000 { best = bestPair(cost: cost, allowed: allowed, gram: gram) }
      if best.move.isEmpty { break }
      for (i, change) in best.move { apply(i, change) }
    }
    return bytes.map { UInt8($0) }
  }

  /// The best change of two bytes by one each.
  private func bestPair(
    cost: (Int, Int) -> Double, allowed: (Int, Int) -> Bool, gram: [Double]
  ) -> (cost: Double, move: [(Int, Int)]) {
    let moves = (0..<inputs).flatMap { i in
      [-1, 1].filter { allowed(i, $0) }.map { (input: i, change: $0, cost: cost(i, $0)) }
    }
    var best = (cost: -1e-12, first: 0, second: 0)
    gram.withUnsafeBufferPointer { gram in
      for a in moves.indices {
        let first = moves[a]
        for b in 0..<a where moves[b].input != first.input {
          let joint = Double(first.change * moves[b].change) * gram[first.input * inputs + moves[b].input]
          let total = first.cost + moves[b].cost + joint
          if total < best.cost { best = (total, a, b) }
        }
      }
    }
    guard best.cost < -1e-12 else { return (best.cost, []) }
    return (best.cost, [best.first, best.second].map { (moves[$0].input, moves[$0].change) })
  }
}

extension ModelPair {
  /// What one step of each first-layer neuron is worth in the difference of two logits, at one input: the
  /// twin's gradient.
  func worths(of classes: (first: Int, second: Int), at input: [UInt8]) -> [Double] {
    guard layers.count > 1 else { return [] }
    var reals = input.map { Double($0) / 255 }
    var isOpen: [[Bool]] = []
    for layer in layers.dropLast() {
      let (dense, limit) = (layer.twin, Double(layer.limit ?? 0))
      let z = (0..<dense.outputs).map { channel in
        reals.indices.reduce(Double(dense.bias[channel])) {
          $0 + Double(dense.weight[channel * dense.inputs + $1]) * reals[$1]
        }
      }
      isOpen.append(z.map { $0 > 0 && $0 < limit })
      reals = z.map { min(max($0, 0), limit) }
    }
    let head = layers[layers.count - 1].twin
    var row = (0..<head.inputs).map {
      Double(head.weight[classes.first * head.inputs + $0])
        - Double(head.weight[classes.second * head.inputs + $0])
    }
    for (index, layer) in layers.enumerated().dropFirst().dropLast().reversed() {
      let dense = layer.twin
      row = (0..<dense.inputs).map { input in
        (0..<dense.outputs).reduce(0) {
          $0 + (isOpen[index][$1] ? row[$1] * Double(dense.weight[$1 * dense.inputs + input]) : 0)
        }
      }
    }
    return row
  }
}
