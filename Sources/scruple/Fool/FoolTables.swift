import Foundation
import ScrupleEvaluation
import ScrupleReport

/// The results of `scruple fool`, side by side.
struct FoolTables {
  let models: [FoolModel]
  let outcomes: [FoolOutcome]
  let surveys: [RaySurvey]

  private var columns: [(model: String, side: ModelSide)] {
    models.flatMap { model in
      ModelSide.allCases.filter { model.victim($0) != nil }.map { (model.name, $0) }
    }
  }

  /// Success rates: a row for each attack, a column for each form of each model.
  var rates: Table {
    table(name: "rates", caption: "Share of starts from which an attack got what it wanted") { outcome in
      guard outcome.tried > 0 else { return Table.Cell("–", .muted) }
      return Table.Cell(
        share(outcome), outcome.rate > 0.5 ? .bad : outcome.rate == 0 ? .good : .plain, value: outcome.rate)
    }
  }

  /// The median confidence at the end of an attack.
  var confidences: Table {
    table(name: "confidences", caption: "Median confidence where the attacks ended") {
      Table.Cell(fixed($0.medianConfidence, 3), value: $0.medianConfidence)
    }
  }

  private func table(name: String, caption: String, _ cell: (FoolOutcome) -> Table.Cell) -> Table {
    var titles: [String] = []
    for outcome in outcomes where !titles.contains(outcome.title) { titles.append(outcome.title) }
    let rows = titles.map { title in
      [Table.Cell(title)]
        + columns.map { model, side in
          outcomes.first { $0.title == title && $0.model == model && $0.side == side }.map(cell)
            ?? Table.Cell("–", .muted)
        }
    }
    return Table(
      name: name, caption: caption,
      columns: [Table.Column("attack", isNumeric: false)]
        + columns.map { Table.Column($0.side.rawValue, group: $0.model) },
      rows: rows)
  }

  /// Far rays: a row for each form of each model.
  var rays: Table { Table(surveys.map(RaySummary.init)) }

  private func share(_ outcome: FoolOutcome) -> String {
    "\(fixed(100 * outcome.rate, outcome.tried > 100 ? 1 : 0)) %"
  }
}
