import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport

/// "I Pity the fool", deep-learning style: Fisher's irises, three classifiers, and points where no flower is.
struct IrisDemo {
  let directory: String
  let teller: Teller
  /// Petal length and width, in cm, of flowers that don't exist.
  static let farPoints: [(Float, Float)] = [(0.1, 5), (10, 10), (5, -5)]

  /// - Returns: the checks, held or not.
  func run() throws -> [Check] {
    let board = try Board.named("microbit")
    let iris = try Catalogue.load("iris")
    teller("Fisher's irises: \(iris.count) flowers, three species, told apart by petal length and width.\n")
    let logistic = try DemoModel(
      title: "logistic regression", recipe: "iris-logistic", directory: directory, progress: teller.progress)
    let plain = try DemoModel(
      title: "plain network", recipe: "iris-mlp-plain", directory: directory, progress: teller.progress)
    let cured = try DemoModel(
      title: "cured network (ACET)", recipe: "iris-mlp-acet", directory: directory, progress: teller.progress)
    let models = [logistic, plain, cured]
    for model in models {
      let right = try rightCount(model, iris)
      teller(
        "  \(model.title): \(right) of \(iris.count) right (\(fixed(Double(right) / Double(iris.count), 4)))")
    }
    teller("The report rings the wrong ones, and draws regions and contours far beyond the flowers.")
    teller("\nNow petals that no iris has. How sure is each?\n")
    let table = try farTable(models, board)
    teller.show(table)
    teller(
      "\nThe int8 column is the device: \(board.part), \(board.flash >> 10) KB of flash, \(board.ram >> 10) KB of RAM, simulated here."
    )
    for model in models { teller("  \(model.title): \(model.file.size)") }
    for model in models {
      guard let certificate = model.certificate else { continue }
      teller(
        "proved for the \(model.title): no input of all \(grouped(1 << 16)) can move a probability by more than "
          + "\(bound(certificate.probabilityBound)) from float to int8")
    }
    let cures = try cures(iris, input: plain.network.input)
    let cureTable = try cureTable(models, cures, iris, board)
    teller("\nAll cures side by side, and two models of another kind:\n")
    teller.show(cureTable)
    let result = try check(models + cures.networks, iris)
    teller.show(result.checks)
    try report(
      models, cures, iris: iris, tables: (far: table, cures: cureTable), board: board, checks: result.checks
    ).write(toDirectory: directory)
    teller("\nThe pictures are in \(directory)/report.html")
    return result.checks
  }

  /// How many flowers the float model names rightly.
  func rightCount(_ model: DemoModel, _ iris: Dataset) throws -> Int {
    let data = try iris.matching(model.network.input)
    let answers = try FloatClassifier(name: model.title, network: model.network).predictions(for: data)
    return answers.correct?.count { $0 } ?? 0
  }

  private func farTable(_ models: [DemoModel], _ board: Board) throws -> Table {
    let columns =
      [Table.Column("petal (cm)", isNumeric: false)]
      + models.flatMap {
        [Table.Column("float", group: $0.title), Table.Column("int8", group: $0.title)]
      }
    let rows = try IrisDemo.farPoints.map { x, y in
      var row = [Table.Cell("(\(short(x)), \(short(y)))")]
      for model in models {
        for probabilities in [model.float([x, y]), try model.int8([x, y], on: board)] {
          let confidence = probabilities.max() ?? 0
          row.append(
            Table.Cell(fixed(confidence, 4), confidence > 0.9 ? .bad : confidence < 0.6 ? .good : .plain))
        }
      }
      return row
    }
    return Table(caption: "Confidence at points far from all flowers", columns: columns, rows: rows)
  }

  /// Compares each pair of float twin and int8 over every input that the device can read.
  private func check(_ models: [DemoModel], _ iris: Dataset) throws -> (checks: [Check], drift: [Double]) {
    var checks: [Check] = [], drifts: [Double] = []
    for model in models {
      let all = everyInput
      let answers = try model.file.engine.run(all, threads: 2)
      let float = model.twin.preciseProbabilities(all)
      let drift = zip(float, answers.probabilities).map { abs($0 - real($1)) }.max() ?? 0
      drifts.append(drift)
      if let certificate = model.certificate {
        checks.append(
          Check(
            "\(model.title): largest |Δp| over all 65,536 inputs", drift, .atMost,
            certificate.probabilityBound))
      }
      let run = try InProcessDevice(try Board.named("microbit")).simulate(
        model.file.engine,
        try iris.matching(model.network.input).quantized(0..<iris.count, for: model.network.input))
      checks.append(
        Check("\(model.title): device and host differ in", run.report.identicalToHost ? 0 : 1, .atMost, 0))
    }
    return (checks, drifts)
  }

  /// All pairs of bytes.
  private var everyInput: [UInt8] {
    (0..<1 << 16).flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
  }

  func short(_ value: Float) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }
}
