/// A row-major matrix of Doubles that is padded and aligned for vector loops. The padding is zero and stays zero.
///
/// Written once or by one thread at a time: certifiers share theirs read-only, a workspace belongs to one thread.
final class DoubleMatrix: @unchecked Sendable {
  /// Doubles in one vector step of ``VectorLoops``.
  static let lanes = 8

  let rows: Int
  let columns: Int
  /// Doubles from one row to the next: a multiple of eight, and never of 512 (rows 4 KiB apart would fight for the same
  /// lines of the cache).
  let stride: Int
  private let base: UnsafeMutablePointer<Double>

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    var stride = Self.padded(columns)
    if stride % 512 == 0, rows > 1 { stride += Self.lanes }
    self.stride = stride
    let bytes = max(rows * stride, Self.lanes) * MemoryLayout<Double>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    base = raw.initializeMemory(as: Double.self, repeating: 0, count: max(rows * stride, Self.lanes))
  }

  deinit {
    UnsafeMutableRawPointer(base).deallocate()
  }

  /// A count rounded up to whole vector steps.
  static func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

  /// The columns with their padding.
  var paddedColumns: Int { Self.padded(columns) }

  /// One row.
  @inline(__always)
  subscript(row: Int) -> UnsafeMutablePointer<Double> { base + row * stride }
}
