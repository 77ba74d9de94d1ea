/// A table for a terminal: columns padded to their widest cell, numbers to the right.
struct TextTable {
  private var rows: [[String]]
  private let columns: Int

  init(_ header: [String]) {
    rows = [header]
    columns = header.count
  }

  mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// The lines, each indented by two spaces.
  var lines: [String] {
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let numeric = (0..<columns).map { column in
      rows.dropFirst().allSatisfy { $0[column].first.map { "0123456789+-.≤≥<−–".contains($0) } ?? true }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return numeric[column] ? padding + cell : cell + padding
      }
      var line = "  " + cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  func print() {
    for line in lines { Swift.print(line) }
  }
}
