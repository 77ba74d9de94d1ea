/// A symmetric matrix whose rows are zero up to some column each, and its Cholesky factor in the same place: between the first
/// entry of a row and the diagonal everything may fill up, before it nothing does.
///
/// Rows stand in blocks of eight that begin at the same column. Left-looking: a block is finished when all those above it
/// are, by products of rows, which are contiguous.
final class EnvelopeMatrix: @unchecked Sendable {
  /// Rows in a block, and what columns are aligned to.
  static let lanes = 8
  /// Blocks that are worked on at a time, by all cores.
  private static let panel = 12

  let count: Int
  private let blocks: Int
  /// Where each block begins: its first column, and its first row's place in memory less that column.
  private let firsts: [Int]
  private let bases: [Int]
  private let strides: [Int]
  private let storage: UnsafeMutablePointer<Double>

  /// Entries that are kept for rows which begin at the columns `starts`.
  static func size(starts: [Int]) -> Int {
    blockFirsts(starts).enumerated().reduce(0) { $0 + lanes * (($1.offset + 1) * lanes - $1.element) }
  }

  /// Multiplications that the factor takes, about.
  static func cost(starts: [Int]) -> Double {
    blockFirsts(starts).enumerated().reduce(0) { sum, block in
      let length = Double((block.offset + 1) * lanes - block.element)
      return sum + Double(lanes) * length * length / 2
    }
  }

  private static func blockFirsts(_ starts: [Int]) -> [Int] {
    stride(from: 0, to: starts.count, by: lanes).map { row in
      starts[row..<min(row + lanes, starts.count)].reduce(row) { min($0, $1) } / lanes * lanes
    }
  }

  /// Zeros, but for a diagonal of ones where rows are filled up to whole blocks.
  ///
  /// - Parameter starts: each row's first column.
  init(starts: [Int]) {
    let lanes = Self.lanes
    count = starts.count
    firsts = Self.blockFirsts(starts)
    blocks = firsts.count
    var (bases, strides): ([Int], [Int]) = ([], [])
    var size = 0
    for (block, first) in firsts.enumerated() {
      let stride = (block + 1) * lanes - first
      bases.append(size - first)
      strides.append(stride)
      size += lanes * stride
    }
    (self.bases, self.strides) = (bases, strides)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(size, 1) * 8, alignment: 64)
    storage = raw.initializeMemory(as: Double.self, repeating: 0, count: max(size, 1))
    for row in count..<max(blocks * lanes, count) { self[row][row] = 1 }
  }

  deinit {
    UnsafeMutableRawPointer(storage).deallocate()
  }

  /// One row, to be indexed by column from its block's first to the diagonal.
  subscript(row: Int) -> UnsafeMutablePointer<Double> {
    let (block, inside) = row.quotientAndRemainder(dividingBy: Self.lanes)
    return storage + bases[block] + inside * strides[block]
  }

  /// The first column of a row.
  func first(of row: Int) -> Int { firsts[row / Self.lanes] }

  /// The longest row.
  var longest: Int { strides.max() ?? 0 }

  /// Replaces the matrix by its lower factor.
  ///
  /// - Returns: whether all pivots were positive.
  func factor() -> Bool {
    for start in stride(from: 0, to: blocks, by: Self.panel) {
      let panel = start..<min(start + Self.panel, blocks)
      Parallel.chunks(of: panel, size: 1) { block in
        for column in firsts[block] / Self.lanes..<max(start, firsts[block] / Self.lanes) {
          reduce(block, by: column)
          solve(block, against: column)
        }
      }
      for block in panel {
        for column in max(start, firsts[block] / Self.lanes)..<block {
          reduce(block, by: column)
          solve(block, against: column)
        }
        reduce(block, by: block)
        guard factorDiagonal(block) else { return false }
      }
    }
    return true
  }

  /// Solves `L·y = b` in place, after ``factor()``.
  func solve(_ b: inout [Double]) {
    for row in 0..<count {
      let values = self[row]
      var sum = b[row]
      for column in first(of: row)..<row { sum -= values[column] * b[column] }
      b[row] = sum / values[row]
    }
  }

  /// `C ← C − L_block·L_columnᵀ` for the square where they cross, with all columns before it.
  private func reduce(_ block: Int, by column: Int) {
    let lanes = Self.lanes
    let (from, to) = (max(firsts[block], firsts[column]), column * lanes)
    guard from < to else { return }
    for i in stride(from: 0, to: lanes, by: 4) {
      let row = self[block * lanes + i]
      for j in stride(from: 0, to: lanes, by: 2) {
        let other = self[column * lanes + j]
        Self.reduce(
          row, strides[block], other, strides[column], from: from, to: to, into: column * lanes + j)
      }
    }
  }

  /// Products of four rows with two.
  @inline(__always)
  private static func reduce(
    _ a: UnsafeMutablePointer<Double>, _ aStride: Int, _ b: UnsafeMutablePointer<Double>, _ bStride: Int,
    from: Int, to: Int, into column: Int
  ) {
    typealias Pair = SIMD2<Double>
    @inline(__always) func load(_ p: UnsafeMutablePointer<Double>, _ index: Int) -> Pair {
      UnsafeRawPointer(p + index).loadUnaligned(as: Pair.self)
    }
    let (a0, a1, a2, a3) = (a, a + aStride, a + 2 * aStride, a + 3 * aStride)
    let (b0, b1) = (b, b + bStride)
    var (s00, s10, s20, s30) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
    var (s01, s11, s21, s31) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
    var k = from
    while k < to {
      let (v, w) = (load(b0, k), load(b1, k))
      let (x0, x1, x2, x3) = (load(a0, k), load(a1, k), load(a2, k), load(a3, k))
      s00 += x0 * v
      s10 += x1 * v
      s20 += x2 * v
      s30 += x3 * v
      s01 += x0 * w
      s11 += x1 * w
      s21 += x2 * w
      s31 += x3 * w
      k += 2
    }
    a0[column] -= s00[0] + s00[1]
    a1[column] -= s10[0] + s10[1]
    a2[column] -= s20[0] + s20[1]
    a3[column] -= s30[0] + s30[1]
    a0[column + 1] -= s01[0] + s01[1]
    a1[column + 1] -= s11[0] + s11[1]
    a2[column + 1] -= s21[0] + s21[1]
    a3[column + 1] -= s31[0] + s31[1]
  }

  /// Finishes the square where a block crosses the columns of an earlier one.
  private func solve(_ block: Int, against column: Int) {
    let lanes = Self.lanes
    for i in block * lanes..<(block + 1) * lanes {
      let row = self[i]
      for j in column * lanes..<(column + 1) * lanes {
        let other = self[j]
        var sum = row[j]
        for k in column * lanes..<j { sum -= row[k] * other[k] }
        row[j] = sum / other[j]
      }
    }
  }

  private func factorDiagonal(_ block: Int) -> Bool {
    let lanes = Self.lanes
    for i in block * lanes..<(block + 1) * lanes {
      let row = self[i]
      for j in block * lanes..<i {
        let other = self[j]
        var sum = row[j]
        for k in block * lanes..<j { sum -= row[k] * other[k] }
        row[j] = sum / other[j]
      }
      var pivot = row[i]
      for k in block * lanes..<i { pivot -= row[k] * row[k] }
      guard pivot > 0, pivot.isFinite else { return false }
      row[i] = pivot.squareRoot()
    }
    return true
  }
}
