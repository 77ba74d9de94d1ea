import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport

/// Clothes against noise: the same network trained plainly and with ACET, in float and on a Cortex-M4.
struct FashionDemo {
  let directory: String
  let teller: Teller
  private static let noises = ["uniform", "permuted", "smoothed"]
  private static let samples = 2000

  /// - Returns: the checks, held or not.
  func run() throws -> [Check] {
    let board = try Board.named("netduinoplus2")
    let test = try Catalogue.load("fashion-mnist:test", count: FashionDemo.samples)
    teller(
      "Fashion-MNIST: 60,000 small pictures of clothes. Two networks 784-100-10 learn them: one plainly, one that is"
    )
    teller("also taught to doubt (ACET). Both train here with fewer epochs than their recipes in models/.\n")
    let plain = try DemoModel(
      title: "plain network", recipe: "fashion-plain", epochs: 6, directory: directory,
      progress: teller.progress)
    let cured = try DemoModel(
      title: "cured network (ACET)", recipe: "fashion-acet", epochs: 6, attackSteps: 10,
      directory: directory, progress: teller.progress)
    var results: [(model: DemoModel, comparison: Comparison, sets: [ComparedSet])] = []
    for model in [plain, cured] {
      let (comparison, sets) = try compare(model, test, board)
      results.append((model, comparison, sets))
    }
    teller(
      "On \(grouped(test.count)) test images and as many images of noise, float beside the \(board.part):\n")
    let table = summaryTable(results.map { ($0.model, $0.comparison) })
    teller.show(table)
    teller()
    for (model, comparison, _) in results {
      teller("  \(model.title): \(model.file.size)")
      if let certified = comparison.bracket.certifiedDrift {
        teller(
          "  proved: no input of all 256^784 can move a probability by more than \(bound(certified)) from float to int8"
        )
      }
    }
    let checks = results.flatMap { result in
      result.comparison.checks.map { check in
        var named = check
        named.name = "\(result.model.title): \(check.name)"
        return named
      }
    }
    teller.show(checks)
    try report(results, test: test, table: table, checks: checks).write(toDirectory: directory)
    teller("\nThe pictures are in \(directory)/report.html")
    return checks
  }

  private func compare(
    _ model: DemoModel, _ test: Dataset, _ board: Board
  ) throws -> (Comparison, [ComparedSet]) {
    let input = model.network.input
    let ood = try FashionDemo.noises.map {
      try Catalogue.load($0, like: input, seed: 1, count: test.count, base: test)
    }
    let (comparison, sets) = try Comparison.run(
      float: FloatClassifier(name: "float", network: model.twin),
      int8: model.file.classifier(on: InProcessDevice(board)), data: test, ood: ood,
      options: ComparisonOptions(maximumAccuracyLoss: 0.005, maximumAUROCDrift: 0.005)
    ) { set, classifier in teller.progress.update("\(model.title): \(classifier) on \(set)") }
    teller.progress.clear()
    return (comparison, sets)
  }

  private func summaryTable(_ results: [(model: DemoModel, comparison: Comparison)]) -> Table {
    var columns = [Table.Column("", isNumeric: false)]
    for result in results {
      columns += [
        Table.Column("float", group: result.model.title), Table.Column("int8", group: result.model.title),
      ]
    }
    func row(_ name: String, _ value: (Comparison) -> Sides<Double>?, _ show: (Double) -> String) -> [Table
      .Cell]
    {
      [Table.Cell(name)]
        + results.flatMap { result in
          [value(result.comparison)?.float, value(result.comparison)?.int8].map {
            Table.Cell($0.map(show) ?? "–")
          }
        }
    }
    var rows = [
      row("accuracy on clothes", \.accuracy, percent),
      row("mean confidence on clothes", \.mmc) { fixed($0, 3) },
    ]
    for noise in FashionDemo.noises {
      rows.append(row("mean confidence on \(noise) noise", { $0.ood[noise]?.mmc }) { fixed($0, 3) })
      rows.append(row("AUROC against \(noise) noise", { $0.ood[noise]?.auroc }) { fixed($0, 4) })
    }
    return Table(columns: columns, rows: rows)
  }

  private func report(
    _ results: [(model: DemoModel, comparison: Comparison, sets: [ComparedSet])], test: Dataset, table: Table,
    checks: [Check]
  ) throws -> Report {
    let part = try LivePart(models: results.map(\.model.live), data: test)
    var sections = [
      Report.Section(
        title: "Play with it",
        blocks: [
          .text(
            "Draw something that isn't clothes, turn up the noise, or push the picture towards more confidence."
          ),
          .live(part),
        ]),
      Report.Section(title: "Side by side", blocks: [.table(table)]),
    ]
    for result in results {
      sections.append(
        Report.Section(
          title: result.model.title,
          blocks: result.comparison.sentences.map { .text($0) }
            + [.table(result.comparison.oodTable)]
            + (try Figures.comparison(result.sets).map { .figure($0) })))
    }
    sections.append(
      Report.Section(
        title: "Training",
        blocks: [
          .figure(
            try Figures.trainingCurves([
              CurvePanel(
                title: "Loss", yLabel: "cross-entropy (nats)",
                curves: results.map { Curve(name: $0.model.title, y: $0.model.record.epochs.map(\.loss)) },
                isLogarithmic: true),
              CurvePanel(
                title: "Test accuracy", yLabel: "accuracy",
                curves: results.map {
                  Curve(name: $0.model.title, y: $0.model.record.epochs.compactMap(\.testAccuracy))
                }),
            ]))
        ]))
    return Report(
      title: "Clothes and noise", kicker: "scruple demo fashion",
      summary: [
        "Two networks with the same architecture and almost the same accuracy. Shown noise, the plain one is "
          + "sure of itself; the cured one is not, in float and in int8 alike."
      ],
      facts: [("command", "scruple demo fashion"), ("scruple", toolVersion)]
        + results.map {
          (
            $0.model.title,
            "seed \($0.model.record.seed), \($0.model.file.bytes.count) B, twin \($0.model.twin.checksumText.prefix(16))…"
          )
        },
      checks: checks, sections: sections)
  }
}
