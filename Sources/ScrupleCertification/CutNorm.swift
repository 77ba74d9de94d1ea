/// Upper bounds of `max τᵀBε` over all `τ ∈ [−1, 1]^rows`, `ε ∈ [−1, 1]^columns`: the ∞→1 norm of a matrix.
///
/// The sum of all `|B_ij|` is one bound. A semidefinite one is often much smaller (Grothendieck 1953; Alon
/// and Naor 2004): whenever `diag(p)` and `diag(q)` make
///
///     K = [ diag(p)  −B ; −Bᵀ  diag(q) ]
///
/// positive semidefinite, `τᵀBε ≤ ½(τᵀ diag(p) τ + εᵀ diag(q) ε) ≤ ½(Σp + Σq)`. So any `p`, `q` with that
/// property prove a bound, however they were found; and the property is proved by a Cholesky factorization.
struct CutNorm {
  /// Row-major entries, exact.
  let matrix: [Double]
  let rows: Int
  let columns: Int

  /// A proof that the norm is at most `bound`.
  struct Proof {
    /// `½(Σp + Σq)` and the slack for rounding.
    let bound: Double
    /// `p` and then `q`.
    let weights: [Double]
  }

  /// `Σ|B_ij|`, rounded up.
  var entrywise: Double {
    Slack.up(matrix.reduce(0) { $0 + abs($1) }, operations: matrix.count)
  }

  /// A semidefinite bound; nil when no proof was found that is better than `limit`.
  func semidefinite(below limit: Double) -> Proof? {
    guard rows > 0, columns > 0 else { return nil }
    let (p, q) = dualCandidate()
    var growth = 1e-7
    while growth < 0.2 {
      // Rows and columns of zeros have weight zero in the candidate; a little weight keeps K definite.
      let weights = (p + q).map { $0 * (1 + growth) + growth * 1e-3 * limit / Double(rows + columns) }
      if let bound = provenBound(weights), bound < limit { return Proof(bound: bound, weights: weights) }
      growth *= 4
    }
    return nil
  }

  /// The bound that the weights prove, or nil when the factorization fails.
  ///
  /// If Cholesky in floating point runs to its end on a symmetric `n × n` matrix `K`, then the smallest
  /// eigenvalue of `K` is at least `−γ_{n+1}/(1 − γ_{n+1})·trace(K)` (Demmel 1989; Rump, *Verification of
  /// positive definiteness*, 2006, with `‖|Rᵀ||R|‖ ≤ trace`). Adding that much to every weight proves the
  /// bound; underflow plays no role at these sizes.
  func provenBound(_ weights: [Double]) -> Double? {
    let size = rows + columns
    guard weights.count == size, weights.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    // The upper left block is diagonal, so its factor is diag(√p), and the rest is the Schur complement row
    // by row. Ordinary column-by-column Cholesky, skipping the known zeros.
    var factor = [Double](repeating: 0, count: columns * columns)
    let roots = weights[..<rows].map { $0.squareRoot() }
    var side = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        side[row * columns + column] = -matrix[row * columns + column] / roots[row]
      }
    }
    for i in 0..<columns {
      for j in 0...i {
        var sum = i == j ? weights[rows + i] : 0
        for row in 0..<rows { sum -= side[row * columns + i] * side[row * columns + j] }
        for k in 0..<j { sum -= factor[i * columns + k] * factor[j * columns + k] }
        if i == j {
          guard sum > 0 else { return nil }
          factor[i * columns + i] = sum.squareRoot()
        } else {
          factor[i * columns + j] = sum / factor[j * columns + j]
        }
      }
    }
    let trace = weights.reduce(0, +)
    let shift = 2 * Slack.gamma(size + 2) * trace
    return Slack.up(trace / 2 + shift * Double(size) / 2, operations: size + 4)
  }

  /// Weights from the semidefinite relaxation `max Σ B_ij⟨x_i, y_j⟩` over unit vectors, solved by coordinate
  /// ascent in a low dimension (Burer and Monteiro 2003): at its optimum `p_i = ‖Σ_j B_ij y_j‖`, `q_j = ‖Σ_i
  /// B_ij x_i‖`.
  private func dualCandidate() -> (p: [Double], q: [Double]) {
    var dimension = 2
    while dimension * dimension < 2 * (rows + columns) { dimension += 1 }
    dimension = min(dimension, 24)
    var x = [Double](repeating: 0, count: rows * dimension)
    var y = [Double](repeating: 0, count: columns * dimension)
    // Any start that is not special; fixed, so that a certificate is reproducible.
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for index in y.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      y[index] = Double(Int64(bitPattern: state) >> 32)
    }
    Self.normalize(&y, dimension: dimension)
    var p: [Double] = []
    var q: [Double] = []
    var last = 0.0
    for _ in 0..<2000 {
      x = Self.product(matrix, rows: rows, columns: columns, y, dimension: dimension)
      p = Self.normalize(&x, dimension: dimension)
      y = Self.transposedProduct(matrix, rows: rows, columns: columns, x, dimension: dimension)
      q = Self.normalize(&y, dimension: dimension)
      let value = q.reduce(0, +)
      if value - last <= 1e-9 * value { break }
      last = value
    }
    return (p, q)
  }

  /// Scales every row to length 1 and returns the lengths.
  @discardableResult
  private static func normalize(_ vectors: inout [Double], dimension: Int) -> [Double] {
    stride(from: 0, to: vectors.count, by: dimension).map { start in
      let length = vectors[start..<start + dimension].reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0 { for index in start..<start + dimension { vectors[index] /= length } }
      return length
    }
  }

  private static func product(
    _ matrix: [Double], rows: Int, columns: Int, _ vectors: [Double], dimension: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: rows * dimension)
    for row in 0..<rows {
      for column in 0..<columns {
        let entry = matrix[row * columns + column]
        for d in 0..<dimension { result[row * dimension + d] += entry * vectors[column * dimension + d] }
      }
    }
    return result
  }

  private static func transposedProduct(
    _ matrix: [Double], rows: Int, columns: Int, _ vectors: [Double], dimension: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: columns * dimension)
    for row in 0..<rows {
      for column in 0..<columns {
        let entry = matrix[row * columns + column]
        for d in 0..<dimension { result[column * dimension + d] += entry * vectors[row * dimension + d] }
      }
    }
    return result
  }
}
