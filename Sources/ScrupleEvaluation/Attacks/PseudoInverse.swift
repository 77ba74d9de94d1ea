/// The Moore–Penrose inverse of a matrix of full rank, by the Cholesky factorization of its smaller Gram matrix.
struct PseudoInverse: Sendable {
  let rows: Int
  let columns: Int
  private let matrix: [Double]
  /// Lower triangle of the Gram matrix's factor.
  private let factor: [Double]
  private let isWide: Bool

  /// - Parameter matrix: row-major, `rows × columns`. To its Gram matrix's diagonal 10⁻¹² of the diagonal's mean is added,
  ///   so that dead rows do no harm.
  init(_ matrix: [Double], rows: Int, columns: Int) {
    precondition(matrix.count == rows * columns)
    (self.matrix, self.rows, self.columns) = (matrix, rows, columns)
    isWide = columns >= rows
    let n = min(rows, columns)
    var gram = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        var sum = 0.0
        if columns >= rows {
          for k in 0..<columns { sum += matrix[i * columns + k] * matrix[j * columns + k] }
        } else {
          for k in 0..<rows { sum += matrix[k * columns + i] * matrix[k * columns + j] }
        }
        gram[i * n + j] = sum
      }
    }
    let ridge = 1e-12 * (0..<n).reduce(0) { $0 + gram[$1 * n + $1] } / Double(max(n, 1)) + 1e-300
    for i in 0..<n { gram[i * n + i] += ridge }
    for i in 0..<n {
      for j in 0...i {
        var sum = gram[i * n + j]
        for k in 0..<j { sum -= gram[i * n + k] * gram[j * n + k] }
        gram[i * n + j] = i == j ? max(sum, ridge / 2).squareRoot() : sum / gram[j * n + j]
      }
    }
    factor = gram
  }

  /// The shortest `x` for which `matrix·x` is nearest to `y`.
  func callAsFunction(_ y: [Double]) -> [Double] {
    isWide ? transposed(solve(y)) : solve(transposed(y))
  }

  /// `matrixᵀ·y`.
  private func transposed(_ y: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: columns)
    for i in 0..<rows where y[i] != 0 {
      for k in 0..<columns { result[k] += matrix[i * columns + k] * y[i] }
    }
    return result
  }

  private func solve(_ right: [Double]) -> [Double] {
    let n = right.count
    var x = right
    for i in 0..<n {
      for k in 0..<i { x[i] -= factor[i * n + k] * x[k] }
      x[i] /= factor[i * n + i]
    }
    for i in (0..<n).reversed() {
      for k in i + 1..<max(n, i + 1) { x[i] -= factor[k * n + i] * x[k] }
      x[i] /= factor[i * n + i]
    }
    return x
  }
}
