import Dispatch

/// Looks for multipliers of a ``QuadraticProof``: how much each unit of a ``DifferenceSystem`` matters to a weighted sum.
///
/// The proof's best bound has a counterpart that is easy to climb. Put a vector in the place of each number: `d_u` becomes
/// `D_u = (Y_u + |Y_u|·U_u)/2` with `Y_u = Σ_k a_uk·D_k + R_u` and any `|U_u| ≤ 1`, `|R_u| ≤ radius` (on a line that is
/// `θ·Y`), and `Σ g_u·⟨D_u, e⟩` is to be as large as it can be. Given everything else, the best `U_u` points along what later
/// units make of `D_u`, and the best `R_u` along what they make of `Y_u`; so sweeps to and fro climb (the low-rank method of
/// Burer and Monteiro 2003 for a network in the place of a matrix). At the top, the lengths of these directions are the
/// multipliers. Nothing here has to be exact: what is found is proved, or it is not.
struct MultiplierAscent {
  typealias Vector = SIMD8<Double>

  let system: DifferenceSystem
  /// Of each unit.
  let weights: [Double]

  /// For each unit, of `d·(y − d) ≥ 0` and of `r² ≤ radius²`; free units have the second only.
  struct Multipliers {
    var sector: [Double]
    var radius: [Double]
    /// What the vectors reach: about the least that such a proof can give.
    var value: Double
  }

  /// Sweeps until the value doesn't grow any more.
  ///
  /// - Returns: nil as soon as it reaches `limit`: then no proof reaches less.
  func run(below limit: Double, sweeps: Int = 300) -> Multipliers? {
    let count = system.count
    var directions = [Vector](repeating: .zero, count: count)
    var noises = directions
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random() -> Vector {
      var vector = Vector()
      for lane in 0..<Vector.scalarCount {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        vector[lane] = Double(Int64(bitPattern: state) >> 32)
      }
      return vector.normalized
    }
    for unit in 0..<count {
      directions[unit] = random()
      noises[unit] = system.radii[unit] * random()
    }
    var carried = noises
    var differences = noises
    var result = Multipliers(
      sector: [Double](repeating: 0, count: count), radius: [Double](repeating: 0, count: count), value: 0)
    for sweep in 0..<sweeps {
      forward(noises, directions, &carried, &differences)
      let value = weights.indices.reduce(0) { $0 + weights[$1] * differences[$1][0] }
      if value >= limit { return nil }
      backward(carried, &directions, &noises, &result)
      let hasSettled = sweep >= 20 && value - result.value <= 1e-7 * value
      result.value = value
      if hasSettled { break }
    }
    return result
  }

  /// `Y` and `D` from `R` and `U`.
  private func forward(
    _ noises: [Vector], _ directions: [Vector], _ carried: inout [Vector], _ differences: inout [Vector]
  ) {
    let rows = system.rows
    carried.withUnsafeMutableBufferPointer { carried in
      differences.withUnsafeMutableBufferPointer { differences in
        nonisolated(unsafe) let (carried, differences) = (carried, differences)
        for level in system.levels {
          Parallel.chunks(of: level) { unit in
            var sum = noises[unit]
            for entry in rows.entries(of: unit) {
              sum += rows.values[entry] * differences[Int(rows.columns[entry])]
            }
            carried[unit] = sum
            differences[unit] =
              system.isFree(unit) ? sum : 0.5 * (sum + sum.length * directions[unit])
          }
        }
      }
    }
  }

  /// New `U` and `R`, from the last unit to the first, and the multipliers that go with them.
  private func backward(
    _ carried: [Vector], _ directions: inout [Vector], _ noises: inout [Vector], _ result: inout Multipliers
  ) {
    let readers = system.readers
    var passed = [Vector](repeating: .zero, count: carried.count)
    passed.withUnsafeMutableBufferPointer { passed in
      directions.withUnsafeMutableBufferPointer { directions in
        noises.withUnsafeMutableBufferPointer { noises in
          result.sector.withUnsafeMutableBufferPointer { sector in
            result.radius.withUnsafeMutableBufferPointer { radius in
              nonisolated(unsafe) let (passed, directions, noises) = (passed, directions, noises)
              nonisolated(unsafe) let (sector, radius) = (sector, radius)
              for level in system.levels.reversed() {
                Parallel.chunks(of: level) { unit in
                  var pull = Vector.zero
                  pull[0] = weights[unit]
                  for entry in readers.entries(of: unit) {
                    pull += readers.values[entry] * passed[Int(readers.columns[entry])]
                  }
                  let (length, own) = (pull.length, system.radii[unit])
                  if !system.isFree(unit) {
                    let arriving = carried[unit].length
                    sector[unit] = arriving > 0 ? length / arriving : 0
                    directions[unit] = pull.normalized
                    pull = 0.5 * sector[unit] * (carried[unit] + arriving * directions[unit])
                    passed[unit] = pull
                  }
                  radius[unit] = own > 0 ? pull.length / (2 * own) : 0
                  noises[unit] = own * pull.normalized
                }
              }
            }
          }
        }
      }
    }
  }
}

extension SIMD8<Double> {
  fileprivate var length: Double { (self * self).sum().squareRoot() }

  fileprivate var normalized: Self {
    let length = length
    return length > 0 ? self / length : .zero
  }
}

extension Parallel {
  /// `body` for each number of a range, on all cores.
  static func chunks(of range: Range<Int>, size: Int = 256, _ body: @Sendable (Int) -> Void) {
    let count = (range.count + size - 1) / size
    if count <= 1 { return range.forEach(body) }
    DispatchQueue.concurrentPerform(iterations: count) { chunk in
      let start = range.lowerBound + chunk * size
      for index in start..<min(start + size, range.upperBound) { body(index) }
    }
  }
}
