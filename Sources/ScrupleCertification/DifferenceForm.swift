/// How the activations of one layer may differ between program and twin, `â − a`, over a whole box: for each
/// neuron an affine form `Σ_s coefficient_s·ε_s` in shared, independent symbols `ε_s ∈ [−1, 1]` (a zonotope
/// around zero).
struct DifferenceForm {
  /// Number of neurons.
  let count: Int
  /// Number of symbols.
  let symbols: Int
  /// Row-major, `count × symbols`.
  var coefficients: [Double]
  /// What the coefficients would be if nothing cancelled: `operations` roundings moved a coefficient by at
  /// most `gamma(operations)` times this.
  var magnitudes: [Double]
  /// Roundings in each coefficient.
  var operations: Int

  /// No difference.
  init(zero count: Int) {
    self.init(count: count, symbols: 0, coefficients: [], magnitudes: [], operations: 0)
  }

  /// Every neuron differs by up to `radius`, independently.
  init(independent count: Int, radius: Double) {
    var diagonal = [Double](repeating: 0, count: count * count)
    for index in 0..<count { diagonal[index * count + index] = radius }
    self.init(count: count, symbols: count, coefficients: diagonal, magnitudes: diagonal, operations: 1)
  }

  private init(count: Int, symbols: Int, coefficients: [Double], magnitudes: [Double], operations: Int) {
    self.count = count
    self.symbols = symbols
    self.coefficients = coefficients
    self.magnitudes = magnitudes
    self.operations = operations
  }

  /// `matrix·self`, for exact entries, row-major `rows × count`.
  func applying(_ matrix: [Double], rows: Int) -> DifferenceForm {
    var product = [Double](repeating: 0, count: rows * symbols)
    var bound = product
    for row in 0..<rows {
      for inner in 0..<count {
        let factor = matrix[row * count + inner]
        if factor == 0 { continue }
        for symbol in 0..<symbols {
          product[row * symbols + symbol] += factor * coefficients[inner * symbols + symbol]
          bound[row * symbols + symbol] += abs(factor) * magnitudes[inner * symbols + symbol]
        }
      }
    }
    return DifferenceForm(
      count: rows, symbols: symbols, coefficients: product, magnitudes: bound,
      operations: operations + count + 2)
  }

  /// Each neuron's form times its exact factor, plus a symbol of its own with the given radius.
  func scaled(by factors: [Double], adding radii: [Double]) -> DifferenceForm {
    let total = symbols + count
    var coefficients = [Double](repeating: 0, count: count * total)
    var magnitudes = coefficients
    for row in 0..<count {
      for symbol in 0..<symbols {
        coefficients[row * total + symbol] = factors[row] * self.coefficients[row * symbols + symbol]
        magnitudes[row * total + symbol] = factors[row] * self.magnitudes[row * symbols + symbol]
      }
      coefficients[row * total + symbols + row] = radii[row]
      magnitudes[row * total + symbols + row] = radii[row]
    }
    return DifferenceForm(
      count: count, symbols: total, coefficients: coefficients, magnitudes: magnitudes,
      operations: operations + 1)
  }

  /// The largest absolute value of a neuron's form, rounded up.
  func radius(of row: Int) -> Double {
    var sum = 0.0
    var magnitude = 0.0
    for symbol in row * symbols..<(row + 1) * symbols {
      sum += abs(coefficients[symbol])
      magnitude += magnitudes[symbol]
    }
    return Slack.up(sum + Slack.gamma(operations) * magnitude, operations: symbols + 2)
  }
}
