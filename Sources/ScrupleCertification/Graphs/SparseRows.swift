/// Rows of numbers most of which are zero.
struct SparseRows: Sendable {
  private(set) var starts = [0]
  private(set) var columns: [Int32] = []
  private(set) var values: [Double] = []

  /// Complete rows.
  var count: Int { starts.count - 1 }

  /// Numbers in all rows.
  var entryCount: Int { columns.count }

  /// Adds a row with the given entries.
  mutating func append(_ entries: [(column: Int, value: Double)] = []) {
    for entry in entries {
      columns.append(Int32(entry.column))
      values.append(entry.value)
    }
    starts.append(columns.count)
  }

  /// Where one row's columns and values are.
  func entries(of row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// One row's columns and values.
  func list(_ row: Int) -> [(column: Int, value: Double)] {
    entries(of: row).map { (Int(columns[$0]), values[$0]) }
  }

  /// Columns as rows.
  func transposed(columnCount: Int) -> SparseRows {
    var result = SparseRows()
    result.starts = [Int](repeating: 0, count: columnCount + 1)
    for column in columns { result.starts[Int(column) + 1] += 1 }
    for column in 0..<columnCount { result.starts[column + 1] += result.starts[column] }
    result.columns = [Int32](repeating: 0, count: columns.count)
    result.values = [Double](repeating: 0, count: columns.count)
    var next = result.starts
    for row in 0..<count {
      for entry in entries(of: row) {
        let place = next[Int(columns[entry])]
        next[Int(columns[entry])] += 1
        result.columns[place] = Int32(row)
        result.values[place] = values[entry]
      }
    }
    return result
  }
}
