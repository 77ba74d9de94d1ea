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
    table(caption: "Share of starts from which an attack got what it wanted") { outcome in
      guard outcome.tried > 0 else { return Table.Cell("–", .muted) }
      return Table.Cell(share(outcome), outcome.rate > 0.5 ? .bad : outcome.rate == 0 ? .good : .plain)
    }
  }

  /// The median confidence at the end of an attack.
  var confidences: Table {
    table(caption: "Median confidence where the attacks ended") { Table.Cell(fixed($0.medianConfidence, 3)) }
  }

  private func table(caption: String, _ cell: (FoolOutcome) -> Table.Cell) -> Table {
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
      caption: caption,
      columns: [Table.Column("attack", isNumeric: false)]
        + columns.map { Table.Column($0.side.rawValue, group: $0.model) },
      rows: rows)
  }

  /// Far rays: a row for each model.
  var rays: Table {
    Table(
      caption: "Far rays: medians over rays through data and in random directions",
      columns: [
        Table.Column("model", isNumeric: false),
        Table.Column("α to 95 %", group: "float"), Table.Column("to 99 %", group: "float"),
        Table.Column("to 99.9 %", group: "float"), Table.Column("limit", group: "float"),
        Table.Column("pieces", group: "float"), Table.Column("end as predicted", group: "float"),
        Table.Column("saturates at α", group: "int8"), Table.Column("inputs tried", group: "int8"),
        Table.Column("highest on a ray", group: "int8"), Table.Column("highest on any", group: "int8"),
      ],
      rows: surveys.map(row))
  }

  private func row(_ survey: RaySurvey) -> [Table.Cell] {
    let hasFloat = survey.profile != nil
    var cells = [survey.model]
    for level in survey.levels.indices {
      cells.append(hasFloat ? survey.median { $0.crossings[level] }.map(brief) ?? "never" : "–")
    }
    cells.append(survey.median { $0.end?.confidence }.map { fixed($0, 4) } ?? "–")
    cells.append(survey.median { $0.pieces.map(Double.init) }.map { "\(Int($0))" } ?? "–")
    cells.append(survey.checked > 0 ? "\(survey.confirmed)/\(survey.checked)" : "–")
    let devices = survey.rays.compactMap(\.device)
    cells.append(survey.median { $0.device?.saturates }.map(brief) ?? "–")
    let isExact = devices.allSatisfy { $0.isExact }
    cells.append(
      devices.isEmpty ? "–" : (isExact ? "all " : "") + grouped(devices.reduce(0) { $0 + $1.tried }))
    cells.append(survey.median { $0.device?.highest }.map { fixed($0, 4) } ?? "–")
    cells.append(devices.map(\.highest).max().map { fixed($0, 4) } ?? "–")
    return cells.map { Table.Cell($0) }
  }

  private func share(_ outcome: FoolOutcome) -> String {
    "\(fixed(100 * outcome.rate, outcome.tried > 100 ? 1 : 0)) %"
  }

  private func brief(_ alpha: Double) -> String {
    String(format: alpha >= 1e5 ? "%.1e" : alpha >= 100 ? "%.0f" : "%.3g", alpha)
  }
}
