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
      What a folder's certificate.json proves is drawn, too, and so are certificates that are named themselves, such as \
      those of several radii. 'compare --report', 'certify --report' and 'demo' write pages of their own.

      Examples:
        scruple report runs/fashion-plain runs/fashion-acet --data fashion-mnist -o runs/side-by-side
        scruple report models/fashion-plain radius-1.json radius-2.json radius-4.json -o runs/proved
      """)

  @Argument(
    help: ArgumentHelp(
      "Folders with a training.json or a certificate.json; certificates.", valueName: "folders"))
  var sources: [String]

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
    if sources.isEmpty { throw ValidationError("name a folder that 'scruple train' wrote") }
  }

  func run() throws {
    for folder in folders { try checkFolder(folder) }
    if dataset != nil, !folders.contains(where: { hasFile("\($0)/model.scruple") }) {
      throw Failure(
        .usage, "--data is for models to play with, and no folder has a model.scruple: quantize one")
    }
    let records = try folders.compactMap { folder -> TrainingRecord? in
      let path = "\(folder)/training.json"
      // A folder of a certified model needs no record of its training.
      if !hasFile(path), hasFile("\(folder)/certificate.json") { return nil }
      let bytes = try readBytes(path)
      do {
        return try JSONDecoder().decode(TrainingRecord.self, from: Data(bytes))
      } catch {
        throw Failure(.badData, "\(path): not a training record: \(reason(of: error))")
      }
    }
    let certified = try certified()
    guard let target = output ?? folders.first else {
      throw Failure(.usage, "say where the report belongs with -o: there is no folder to put it into")
    }
    let page = try page(records, certified, parts: try liveParts()).write(toDirectory: target)
    if format.json { try printJSON(["report": page]) } else { print(page) }
  }

  /// Certificates among the sources.
  private var files: [String] { sources.filter { $0.hasSuffix(".json") } }

  private var folders: [String] { sources.filter { !$0.hasSuffix(".json") } }

  /// A folder that has something to report.
  private func checkFolder(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure(.missingInput, "\(path): no such folder")
    }
    guard isFolder.boolValue else {
      throw Failure(
        .badData, "\(path): a file; give the folder that 'scruple train' wrote, or a certificate (.json)")
    }
    guard hasFile("\(path)/training.json") || hasFile("\(path)/certificate.json") else {
      throw Failure(
        .missingInput,
        "\(path): neither a training.json nor a certificate.json is there; 'scruple train' writes one")
    }
  }

  private func hasFile(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// The folders' certificates, with their models, and those that were named.
  private func certified() throws -> [CertifiedModel] {
    let own = try folders.filter { hasFile("\($0)/certificate.json") }.map { folder in
      let document = try readCertificate("\(folder)/certificate.json")
      var models: (Network, ProgramFile)?
      if hasFile("\(folder)/model.scruple") {
        let file = try ProgramFile("\(folder)/model.scruple")
        models = try twin(of: file, in: folder).map { ($0, file) }
      }
      return CertifiedModel(title: document.models.name, certificate: document, models: models)
    }
    return own
      + (try files.map { path in
        let document = try readCertificate(path)
        return CertifiedModel(title: document.models.name, certificate: document)
      })
  }

  /// The folders' int8 programs to play with, those that read the same inputs together.
  private func liveParts() throws -> [LivePart] {
    var groups: [[LivePart.Model]] = []
    for folder in folders where hasFile("\(folder)/model.scruple") {
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
      guard hasFile(path) else { continue }
      let network = try readNetwork(path)
      if file.isTwin(network) { return network }
    }
    return nil
  }

  private func page(
    _ records: [TrainingRecord], _ certified: [CertifiedModel], parts: [LivePart]
  ) throws -> Report {
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
      name: "training",
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
    let trained =
      records.isEmpty
      ? []
      : [
        Report.Section(title: "Results", blocks: [.table(table)]),
        Report.Section(title: "Training", blocks: [.figure(try Figures.trainingCurves(panels))]),
      ]
    var names: [String] = []
    for name in records.map(\.name) + certified.map(\.title) where !names.contains(name) {
      names.append(name)
    }
    var summary: [String] = []
    if !records.isEmpty { summary.append("Training curves of \(counted(records.count, "model")).") }
    if !certified.isEmpty { summary.append("What \(counted(certified.count, "certificate")) proved.") }
    return Report(
      title: names.joined(separator: ", "), kicker: "scruple report", summary: summary,
      facts: records.map { ($0.name, "model \($0.model.prefix(16))…, recipe \($0.recipe.prefix(16))…") },
      sections: (parts.isEmpty
        ? [] : [Report.Section(title: "Play with it", blocks: parts.map { .live($0) })])
        + trained + [try Report.Section.proved(certified)].compactMap(\.self))
  }

  private func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
