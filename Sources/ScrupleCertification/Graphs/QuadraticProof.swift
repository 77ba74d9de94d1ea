/// A bound of `|Σ g_u·d_u|` over everything that a ``DifferenceSystem`` allows, by one quadratic inequality.
///
/// With `y_u = Σ_k a_uk·d_k + r_u`, `d_u = θ_u·y_u` and `θ_u ∈ [0, 1]` mean `d_u·(y_u − d_u) ≥ 0`, and there is
/// `r_u² ≤ radius²`. Multiply the first by `λ_u ≥ 0`, the second by `μ_u > 0` and add up. Because `λ·d·r ≤ λ²d²/(4μ) + μ·r²`,
///
///     P(d) = Σ_u (λ_u − λ_u²/(4μ_u))·d_u² − Σ_u λ_u·d_u·Σ_k a_uk·d_k  ≤  M = Σ_u μ_u·radius_u²
///
/// (`μ_u·d_u²` alone for a free unit). Whenever `[t, −g/2; −gᵀ/2, P]` is positive semidefinite, `Σ g_u·d_u ≤ t + P(d) ≤
/// t + M`, and the same for `−g`. All layers are in one inequality: what cancels between them is not lost, whatever the θ
/// are, and no earlier rounding has its worst sign for each later value separately.
///
/// That the matrix is positive semidefinite is shown by its Cholesky factorization, free units first, the row of `g` last:
/// if it runs to its end in floating point, it is the exact factorization of a matrix whose entries are off by at most
/// `γ_m·√(P_ii·P_jj)` (Higham 2002, theorem 10.3), so with `|d_u| ≤ bound_u` the sum is at most
/// `t + M + γ_m·(√t + Σ_u √P_uu·bound_u)²`.
struct QuadraticProof {
  let system: DifferenceSystem
  /// `g`, of each unit; exact.
  let weights: [Double]

  /// Entries of a factor beyond which no proof is tried: a gigabyte.
  static let largestSize = 1 << 27

  /// The bound; nil if none was proved that is smaller than `limit`.
  func bound(below limit: Double, order: Ordering) -> Double? {
    guard let multipliers = MultiplierAscent(system: system, weights: weights).run(below: limit) else {
      return nil
    }
    var growth = 0.004
    while growth < 0.5 {
      if let bound = bound(multipliers, growth: growth, order: order) { return bound < limit ? bound : nil }
      growth *= 4
    }
    return nil
  }

  /// Units that have a part in the sum.
  var live: [Bool] {
    var live = weights.map { $0 != 0 }
    for unit in stride(from: system.count - 1, through: 0, by: -1) where !live[unit] {
      live[unit] = system.readers.entries(of: unit).contains { live[Int(system.readers.columns[$0])] }
    }
    return live
  }

  /// The longest way of each unit to one that nobody reads.
  private var depths: [Int] {
    var depths = [Int](repeating: 0, count: system.count)
    for unit in stride(from: system.count - 1, through: 0, by: -1) {
      for entry in system.rows.entries(of: unit) {
        let read = Int(system.rows.columns[entry])
        depths[read] = max(depths[read], depths[unit] + 1)
      }
    }
    return depths
  }

  /// - Parameter growth: multipliers are made larger by twice that for each step towards the input, so that the matrix is
  ///   definite.
  private func bound(_ found: MultiplierAscent.Multipliers, growth: Double, order: Ordering) -> Double? {
    let depths = depths
    var (sector, diagonal) = (found.sector, found.radius)
    var most = 0.0
    for unit in 0..<system.count where order.isLive[unit] {
      var factor = 1.0
      for _ in 0..<2 * depths[unit] { factor *= 1 + growth }
      var radius = found.radius[unit] * factor
      if system.isFree(unit) {
        diagonal[unit] = radius
      } else {
        sector[unit] *= factor
        radius = max(radius, sector[unit] / 4) * (1 + growth)
        let loss = system.radii[unit] > 0 ? sector[unit] * sector[unit] / (4 * radius) : 0
        // Rounded down: three roundings, of terms not above the sector's multiplier.
        diagonal[unit] = sector[unit] - loss - Slack.gamma(4) * sector[unit]
      }
      most += radius * system.radii[unit] * system.radii[unit]
      guard diagonal[unit] > 0, diagonal[unit].isFinite else { return nil }
    }
    most = Slack.up(most, operations: system.count + 3)
    let matrix = EnvelopeMatrix(starts: order.starts)
    fill(matrix, sector: sector, diagonal: diagonal, order: order)
    guard matrix.factor() else { return nil }
    // The row of g: what free units give it first.
    var last = order.units.map { weights[$0] / 2 }
    var square = 0.0
    for unit in 0..<system.count where order.isLive[unit] && system.isFree(unit) && weights[unit] != 0 {
      let own = weights[unit] / (2 * diagonal[unit])
      square += own * weights[unit] / 2
      for entry in system.readers.entries(of: unit) {
        let reader = Int(system.readers.columns[entry])
        let position = order.positions[reader]
        if position >= 0 { last[position] += own * sector[reader] * system.readers.values[entry] / 2 }
      }
    }
    matrix.solve(&last)
    square += last.reduce(0) { $0 + $1 * $1 }
    var reach = 0.0
    for unit in 0..<system.count where order.isLive[unit] {
      reach += diagonal[unit].squareRoot() * system.bounds[unit]
    }
    let operations = matrix.longest + order.mostFree + system.count + 32
    guard square > 0, most > 0 else { return nil }
    let target = Slack.up(square, operations: operations)
    // With all multipliers times a scale: t/scale + scale·M, smallest where both are equal. Any scale proves a bound.
    let scale = (target / most).squareRoot()
    let off = (target / scale).squareRoot() + scale.squareRoot() * reach
    return Slack.up(
      target / scale + scale * most + 2 * Slack.gamma(operations) * off * off, operations: operations)
  }

  /// `P`, less what eliminating the free units takes away.
  private func fill(_ matrix: EnvelopeMatrix, sector: [Double], diagonal: [Double], order: Ordering) {
    let (rows, readers) = (system.rows, system.readers)
    Parallel.chunks(of: 0..<order.units.count, size: 64) { position in
      let unit = order.units[position]
      let target = matrix[position]
      target[position] += diagonal[unit]
      for entry in rows.entries(of: unit) {
        let read = Int(rows.columns[entry])
        let own = -0.5 * sector[unit] * rows.values[entry]
        if !system.isFree(read) {
          // Units that are read stand before their readers or behind them.
          let other = order.positions[read]
          if other < position { target[other] += own }
          continue
        }
        let share = own / diagonal[read]
        for place in readers.entries(of: read) {
          let reader = Int(readers.columns[place])
          let other = order.positions[reader]
          if other <= position, other >= 0 {
            target[other] -= share * (-0.5 * sector[reader] * readers.values[place])
          }
        }
      }
      for entry in readers.entries(of: unit) {
        let reader = Int(readers.columns[entry])
        let other = order.positions[reader]
        if other >= 0, other < position { target[other] += -0.5 * sector[reader] * readers.values[entry] }
      }
    }
  }
}

extension QuadraticProof {
  /// In which order units are eliminated: free ones at once, the others along the image, so that few are coupled at a time.
  struct Ordering: Sendable {
    let isLive: [Bool]
    /// Units that are not free, in order.
    let units: [Int]
    /// Where they stand; −1 for the others.
    let positions: [Int]
    /// The first column of each one's row.
    let starts: [Int]
    /// The most free units that one unit reads.
    let mostFree: Int
    /// Multiplications that the factorization takes, about.
    let cost: Double

    /// - Returns: nil if there is nothing to order, or too much.
    init?(_ system: DifferenceSystem, live: [Bool]) {
      let units = (0..<system.count).filter { live[$0] && !system.isFree($0) }
        .sorted { (system.places[$0], $0) < (system.places[$1], $1) }
      var positions = [Int](repeating: -1, count: system.count)
      for (position, unit) in units.enumerated() { positions[unit] = position }
      var starts = Array(units.indices)
      func couple(_ others: [Int]) {
        guard let first = others.min() else { return }
        for position in others { starts[position] = min(starts[position], first) }
      }
      var mostFree = 0
      for unit in 0..<system.count where live[unit] {
        if system.isFree(unit) {
          couple(
            system.readers.entries(of: unit).map { positions[Int(system.readers.columns[$0])] }
              .filter { $0 >= 0 })
          continue
        }
        let read = system.rows.entries(of: unit).map { positions[Int(system.rows.columns[$0])] }
        mostFree = max(mostFree, read.count)
        for other in read where other >= 0 {
          let (low, high) = (min(other, positions[unit]), max(other, positions[unit]))
          starts[high] = min(starts[high], low)
        }
      }
      guard !units.isEmpty, EnvelopeMatrix.size(starts: starts) <= QuadraticProof.largestSize else {
        return nil
      }
      cost = EnvelopeMatrix.cost(starts: starts)
      (self.units, self.positions, self.starts, self.mostFree) = (units, positions, starts, mostFree)
      isLive = live
    }
  }
}
