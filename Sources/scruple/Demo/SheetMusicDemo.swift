import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleQuantization
import ScrupleReport

/// "Wrong and Strong": is an arbitrary picture sheet music? What a threshold with 99 % precision is worth where pictures
/// come that no one has thought of.
struct SheetMusicDemo {
  let directory: String
  let teller: Teller
  static let kinds = ["handwriting", "staves", "fretboards", "barcodes", "science"]
  static let label = "sheet music"
  private static let models = [
    ("plain", "sheet-music-plain"), ("CEDA", "sheet-music-ceda"), ("ACET", "sheet-music-acet"),
    ("best", "sheet-music"),
  ]

  /// One of the models, with what it says on both sides.
  struct Tested {
    var title: String
    var name: String
    var file: ProgramFile
    var twin: Network
    var sides: Sides<OpenWorld>
  }

  /// The pictures, in the form that the models read.
  struct Pictures {
    var test: Dataset
    var mixture: Dataset
    /// In the order of ``kinds``.
    var unseen: [Dataset]
  }

  /// - Returns: the checks, held or not.
  func run() throws -> [Check] {
    let board = try Board.named("netduinoplus2")
    teller(
      "Is a picture sheet music? Four small networks of models/, trained on the same pictures, meet kinds that none has seen:"
    )
    teller("handwriting on ruled paper, empty staves, tablature, barcodes, pictures through microscopes.\n")
    var pictures: Pictures?
    var tested: [Tested] = []
    for (title, name) in SheetMusicDemo.models {
      let file = try ProgramFile(try DemoRecipe.file("model.scruple", of: name))
      let twin = try readNetwork(try DemoRecipe.file("model.safetensors", of: name))
      let sets = try pictures ?? load(like: file.program.metadata)
      pictures = sets
      tested.append(try test(title, name, file, twin, sets, board))
    }
    teller.progress.clear()
    guard let pictures, let best = tested.last else { return [] }
    let table = summary(tested)
    teller.show(table)
    teller(
      "\nint8 is \(board.part), simulated here. Each threshold is the least one with 99 % precision on validation"
    )
    teller("pictures; in the open world as many unseen pictures come as known ones.")
    teller("  best: \(best.file.size)")
    let checks = checks(best)
    teller.show(checks)
    try report(tested, pictures, table: table, checks: checks).write(toDirectory: directory)
    teller("\nThe pictures are in \(directory)/report.html")
    return checks
  }

  private func load(like model: ProgramMetadata) throws -> Pictures {
    func load(_ name: String) throws -> Dataset { try Catalogue.load(name, like: model.input) }
    return Pictures(
      test: try load("sheet-music:test").relabelled(as: model.labels),
      mixture: try load("sheet-music-unseen"),
      unseen: try SheetMusicDemo.kinds.map { try load("sheet-music-unseen-" + $0) })
  }

  private func test(
    _ title: String, _ name: String, _ file: ProgramFile, _ twin: Network, _ pictures: Pictures,
    _ board: Board
  ) throws -> Tested {
    let metadata = file.program.metadata
    guard let k = metadata.labels.firstIndex(of: SheetMusicDemo.label),
      let threshold = metadata.thresholdProbability
    else {
      throw Failure(.badData, "\(file.path): it needs a threshold, and a class \"\(SheetMusicDemo.label)\"")
    }
    func measure(_ classifier: some Classifier) throws -> OpenWorld {
      func predictions(_ set: Dataset) throws -> ScrupleEvaluation.Predictions {
        teller.progress.update("\(title): \(classifier.name) on \(set.name)")
        return try classifier.predictions(for: set)
      }
      return try OpenWorld(
        of: k, threshold: threshold, known: predictions(pictures.test),
        mixture: predictions(pictures.mixture),
        unseen: pictures.unseen.map(predictions))
    }
    return Tested(
      title: title, name: name, file: file, twin: twin,
      sides: Sides(
        float: try measure(FloatClassifier(name: "float", network: twin)),
        int8: try measure(file.classifier(on: InProcessDevice(board)))))
  }

  private func summary(_ tested: [Tested]) -> Table {
    func row(_ name: String, _ value: (OpenWorld) -> Double?, _ show: (Double) -> String) -> [Table.Cell] {
      [Table.Cell(name)]
        + tested.flatMap { [$0.sides.float, $0.sides.int8] }.map { Table.Cell(value($0).map(show) ?? "–") }
    }
    var rows = [
      row("accuracy", \.accuracy, percent),
      row("AUROC against unseen kinds", \.auroc) { fixed($0, 4) },
      row("threshold", \.known.threshold) { fixed($0, 4) },
      row("sheet music that reaches it", \.recall, percent),
      row("precision on known kinds", \.known.precision, percent),
      row("precision in the open world", \.openPrecision, percent),
    ]
    for (index, kind) in SheetMusicDemo.kinds.enumerated() {
      rows.append(row("taken for sheet music: \(kind)", { $0.unseen[index] }, percent))
    }
    return Table(
      columns: [Table.Column("", isNumeric: false)]
        + tested.flatMap { model in
          ["float", "int8"].map { Table.Column($0, group: model.title) }
        },
      rows: rows)
  }

  private func checks(_ best: Tested) -> [Check] {
    let (float, int8) = (best.sides.float, best.sides.int8)
    return [
      Check("best: accuracy, int8", int8.accuracy, .atLeast, 0.99),
      Check("best: AUROC against unseen kinds, int8", int8.auroc, .atLeast, 0.98),
      Check("best: precision in the open world, int8", int8.openPrecision ?? 0, .atLeast, 0.97),
      Check("best: accuracy, float minus int8", float.accuracy - int8.accuracy, .atMost, 0.002),
    ]
  }
}
