import ArgumentParser
import Foundation
import ScrupleData
import ScrupleNetwork
import ScrupleReport
import ScrupleTraining

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make one page of trained models: curves, figures, and the models to play with.",
    discussion: """
      Takes folders that 'train' wrote (with training.json) and writes one report.html with their training curves and \
      end figures side by side. Folders that also hold a model.scruple, which 'quantize' wrote, come to life on the \
      page: their int8 programs run there beside their float twins. With --data they begin with samples of a set. \
      'compare --report' and 'demo' write pages of their own.

      Example:
        scruple report runs/fashion-plain runs/fashion-acet --data fashion-mnist -o runs/side-by-side
      """)

  @Argument(help: "Folders with a training.json.")
  var folders: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for report.html; the first one by default.", valueName: "dir"))
  var output: String?

  @Option(
    name: .customLong("data"),
    help: ArgumentHelp("Samples to begin with, for folders with a model.scruple.", valueName: "dataset"))
  var dataset: String?

  @OptionGroup var data: DataOptions
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
    let page = try page(records, parts: try liveParts()).write(toDirectory: target)
    if format.json { try printJSON(["report": page]) } else { print(page) }
  }

  /// The folders' int8 programs to play with, those that read the same inputs together.
  private func liveParts() throws -> [LivePart] {
    var groups: [[LivePart.Model]] = []
    for folder in folders where FileManager.default.fileExists(atPath: "\(folder)/model.scruple") {
      let file = try ProgramFile("\(folder)/model.scruple")
      guard let twin = try twin(of: file, in: folder) else {
        note("\(folder): no float twin of its model.scruple there, so the page doesn't run it")
        continue
      }
      let model = LivePart.Model(title: twin.name, program: file.bytes, twin: twin)
      let place = groups.firstIndex { $0[0].twin.input == twin.input && $0[0].twin.labels == twin.labels }
      if let place { groups[place].append(model) } else { groups.append([model]) }
    }
    return try groups.map { models in
      let (input, labels) = (models[0].twin.input, models[0].twin.labels)
      return try LivePart(
        models: models, data: try dataset.map { try data.load($0, for: input, labels: labels) })
    }
  }

  /// The float model in a folder that a program was made from.
  private func twin(of file: ProgramFile, in folder: String) throws -> Network? {
    for name in ["model.safetensors", "model.twin.safetensors"] {
      let path = "\(folder)/\(name)"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let network = try readNetwork(path)
      if file.isTwin(network) { return network }
    }
    return nil
  }

  private func page(_ records: [TrainingRecord], parts: [LivePart]) throws -> Report {
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
      sections: (parts.isEmpty
        ? [] : [Report.Section(title: "Play with it", blocks: parts.map { .live($0) })])
        + [
          Report.Section(title: "Results", blocks: [.table(table)]),
          Report.Section(title: "Training", blocks: [.figure(try Figures.trainingCurves(panels))]),
        ])
  }
}
