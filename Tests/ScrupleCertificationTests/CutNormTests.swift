import ScrupleNetwork
import Testing

@testable import ScrupleCertification

struct CutNormTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> CutNorm {
    var generator = SeededGenerator(seed: seed)
    return CutNorm(
      matrix: (0..<rows * columns).map { _ in Double(generator.normal()) }, rows: rows, columns: columns)
  }

  /// `max τᵀBε` over signs.
  private func exact(_ norm: CutNorm) -> Double {
    (0..<1 << norm.rows).map { signs in
      (0..<norm.columns).reduce(0) { sum, column in
        sum
          + abs(
            (0..<norm.rows).reduce(0) {
              $0 + (signs >> $1 & 1 == 1 ? 1 : -1) * norm.matrix[$1 * norm.columns + column]
            })
      }
    }.max() ?? 0
  }

  @Test(arguments: [(1, 5), (4, 3), (8, 8), (10, 20), (12, 6)])
  func `both bounds are above the norm, the semidefinite one by less than 1.79`(rows: Int, columns: Int) {
    for seed in 0..<10 as Range<UInt64> {
      let norm = matrix(rows, columns, seed: seed)
      let value = exact(norm)
      #expect(norm.entrywise >= value)
      if let proof = norm.semidefinite(below: norm.entrywise) {
        #expect(proof.bound >= value)
        #expect(proof.bound <= 1.79 * value)
        #expect(norm.provenBound(proof.weights) == proof.bound)
      } else {
        // Only where the sum of absolute values is the norm.
        #expect(norm.entrywise <= value * 1.0001)
      }
    }
  }

  @Test func `weights that prove nothing are refused`() throws {
    let norm = matrix(6, 7, seed: 3)
    let proof = try #require(norm.semidefinite(below: norm.entrywise))
    #expect(norm.provenBound(proof.weights.map { $0 * 0.9 }) == nil)
    #expect(norm.provenBound(Array(proof.weights.dropLast())) == nil)
  }
}
