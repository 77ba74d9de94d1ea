import ArgumentParser
import Foundation
import ScrupleReport
import ScrupleTraining

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make one page of trained models: curves and figures.",
    discussion: """
      Takes folders that 'train' wrote (with training.json) and writes one report.html with their training curves and \
      end figures side by side. 'compare --report' and 'demo' write pages of their own.

      Example:
        scruple report runs/fashion-plain runs/fashion-acet -o runs/side-by-side
      """)

  @Argument(help: "Folders with a training.json.")
  var folders: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for report.html; the first one by default.", valueName: "dir"))
  var output: String?

  @OptionGroup var format: OutputOptions

  func validate() throws {
    if folders.isEmpty { throw ValidationError("name a folder that 'scruple train' wrote") }
  }

  func run() throws {
    let records = try folders.map { folder -> TrainingRecord in
      let path = "\(folder)/training.json"
      let bytes = try readBytes(path)
      do {
        return try JSONDecoder().decode(TrainingRecord.self, from: Data(bytes))
      } catch {
        throw Failure(.badData, "\(path): not a training record: \(error)")
      }
    }
    let target = output ?? folders[0]
    let page = try page(records).write(toDirectory: target)
    if format.json { try printJSON(["report": page]) } else { print(page) }
  }

  private func page(_ records: [TrainingRecord]) throws -> Report {
    func curves(_ value: (TrainingRecord.Epoch) -> Double?) -> [Curve] {
      records.compactMap { record in
        let values = record.epochs.compactMap(value)
        return values.isEmpty ? nil : Curve(name: record.name, y: values)
      }
    }
    let panels = [
      CurvePanel(title: "Loss", yLabel: "cross-entropy (nats)", curves: curves(\.loss), isLogarithmic: true),
      CurvePanel(title: "Test accuracy", yLabel: "accuracy", curves: curves(\.testAccuracy)),
      CurvePanel(title: "Confidence on noise", yLabel: "mean confidence", curves: curves(\.noiseConfidence)),
      CurvePanel(title: "Certified gap", yLabel: "gap c", curves: curves(\.gap)),
    ].filter { !$0.curves.isEmpty }
    let table = Table(
      columns: [
        Table.Column("model", isNumeric: false), Table.Column("epochs"), Table.Column("training accuracy"),
        Table.Column("test accuracy"), Table.Column("certified gap"), Table.Column("seed"),
      ],
      rows: records.map { record in
        [
          record.name, "\(record.epochs.count)", percent(record.trainAccuracy),
          record.testAccuracy.map(percent) ?? "–", record.gap.map { fixed($0, 4) } ?? "–", "\(record.seed)",
        ].map { Table.Cell($0) }
      })
    return Report(
      title: records.map(\.name).joined(separator: ", "), kicker: "scruple report",
      summary: ["Training curves of \(records.count) model\(records.count == 1 ? "" : "s")."],
      facts: records.map { ($0.name, "model \($0.model.prefix(16))…, recipe \($0.recipe.prefix(16))…") },
      sections: [
        Report.Section(title: "Results", blocks: [.table(table)]),
        Report.Section(title: "Training", blocks: [.figure(try Figures.trainingCurves(panels))]),
      ])
  }
}
