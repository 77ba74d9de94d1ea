import Foundation
import ScrupleEvaluation
import ScrupleReport

extension CompareCommand {
  /// The comparison as text: the sentences and tables of the report.
  func show(_ result: Comparison) {
    print("\(float) against \(int8)")
    for sentence in result.sentences { print(sentence) }
    print()
    TextTable(result.dataTable).print()
    if !result.oodOrder.isEmpty {
      print()
      TextTable(result.oodTable).print()
    }
    if let table = result.thresholdTable {
      print()
      TextTable(table).print()
    }
    if let rays = result.rays {
      print()
      TextTable(Table([rays])).print()
    }
    print("\nchecks")
    showChecks(result.checks)
  }
}

/// One line per check: whether it holds, its name, its value and its bound.
func showChecks(_ checks: [Check]) {
  var table = TextTable(["", "", "", "", ""])
  for check in checks {
    table.add([
      check.holds ? "holds" : "FAILS", check.name, String(format: "%.5g", check.value), check.relation.symbol,
      String(format: "%.5g", check.bound),
    ])
  }
  for line in table.lines.dropFirst() { print(line) }
}

extension TextTable {
  /// A report's table, a column's group before its title.
  init(_ table: Table) {
    self.init(table.header)
    for row in table.rows { add(row.map(\.text)) }
  }
}
