import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport

extension IrisDemo {
  /// The page: maps of every model in float and int8, far points, training curves, rays.
  func report(
    _ models: [DemoModel], _ cures: Cures, iris: Dataset, tables: (far: Table, cures: Table), board: Board,
    checks: [Check]
  ) throws -> Report {
    let input = models[0].network.input
    let data = try iris.matching(input)
    guard case .values(let values) = data.samples, let labels = data.labels,
      case .tabular(let features) = input.kind
    else { throw Failure(.badData, "iris is a table") }
    let points = PlanePoints(
      x: stride(from: 0, to: values.count, by: 2).map { Double(values[$0]) },
      y: stride(from: 1, to: values.count, by: 2).map { Double(values[$0]) }, labels: labels)
    let grid = PlaneGrid(x: features[0].low...features[0].high, y: features[1].low...features[1].high)
    let axes = (x: "petal length (cm)", y: "petal width (cm)")
    let names = models[0].network.labels

    var maps: [Report.Block] = []
    for model in models {
      var panels: [PlanePanel] = []
      for (side, ask) in [
        ("float", { model.float($0) }), ("int8 on \(board.name)", { try model.int8($0, on: board) }),
      ] as [(String, ([Float]) throws -> [Double])] {
        let notes = try IrisDemo.farPoints.map { x, y in
          PlaneNote(x: Double(x), y: Double(y), text: fixed(try ask([x, y]).max() ?? 0, 3))
        }
        panels.append(
          PlanePanel(
            title: "\(model.title), \(side)", probabilities: try ask(grid.inputs),
            isWrong: wrong(try ask(values), labels), notes: notes))
      }
      maps.append(
        .figure(
          try Figures.decisionMap(
            panels, grid: grid, classNames: names, axes: axes, points: points,
            name: "map-\(model.file.program.metadata.name)", title: "Decisions: \(model.title)")))
    }
    let confidence = try Figures.confidenceMap(
      models.dropFirst().map {
        PlanePanel(title: $0.title + ", float", probabilities: $0.float(grid.inputs))
      },
      grid: grid, classNames: names, axes: axes, points: points)

    let proved = try Report.Section.proved(
      models.compactMap { model in
        model.certificate.map {
          CertifiedModel(title: model.title, certificate: $0, models: (model.twin, model.file))
        }
      }, points: points, axes: axes)

    return Report(
      title: "Irises, wrong and strong", kicker: "scruple demo iris",
      summary: try summary(models, iris),
      facts: facts(models), checks: checks,
      sections: [
        Report.Section(
          title: "Play with it",
          blocks: [
            .text(
              "Move over a map: each model says what it makes of petals of that length and width, and how sure it is."
            ), .live(try play(models, data)),
          ]),
        Report.Section(title: "Far from all flowers", blocks: [.table(tables.far)]),
        Report.Section(
          title: "Cures",
          blocks: [
            .table(tables.cures),
            .text(
              "CEDA asks for low confidence on noise, ACET on the worst point near noise, the certified network on whole "
                + "boxes around noise. Kernels vanish far from the data, so that only a guess is left. Gaussians are models of "
                + "the flowers themselves: the number is the share of a species that lies farther out than this point."
            ),
            .figure(
              try cureMaps(cures, grid: grid, classNames: names, axes: axes, points: points, board: board)),
          ]),
        Report.Section(title: "Who decides what, and how surely", blocks: maps + [.figure(confidence)]),
      ] + [proved].compactMap(\.self) + [
        Report.Section(title: "Along rays", blocks: [.figure(try rays(models))]),
        Report.Section(
          title: "Training",
          blocks: [.figure(try curves((models + cures.networks).filter { $0.record.epochs.count > 1 }))]),
      ])
  }

  /// The models side by side, with buttons for a flower of each species and the far points.
  private func play(_ models: [DemoModel], _ data: Dataset) throws -> LivePart {
    var part = try LivePart(models: models.map(\.live), data: data)
    part.places =
      IrisDemo.farPoints.map { LivePart.Place(name: "(\(short($0)), \(short($1)))", values: [$0, $1]) }
      + part.places
    return part
  }

  private func wrong(_ probabilities: [Double], _ labels: [Int]) -> [Bool] {
    let classes = probabilities.count / max(labels.count, 1)
    return labels.enumerated().map { index, label in
      let row = probabilities[index * classes..<(index + 1) * classes]
      return row.firstIndex(of: row.max() ?? 0) != row.startIndex + label
    }
  }

  private func rays(_ models: [DemoModel]) throws -> Figure {
    let walk = try FarRays(from: 0.1, to: 1e4)
    var generator = SeededGenerator(seed: 1)
    let directions = (0..<200).flatMap { _ in
      let angle = Float.random(in: 0..<(2 * .pi), using: &generator)
      return [cos(angle), sin(angle)]
    }
    return try Figures.rays(
      models.map { model in
        (
          model.title,
          try walk.profile(directions: directions, dimension: 2, origin: [0.5, 0.5]) { inputs, count in
            let classes = model.network.classCount
            let all = model.network.probabilities(inputs, count: count)
            return (0..<count).map { all[$0 * classes..<($0 + 1) * classes].max() ?? 0 }
          }
        )
      })
  }

  private func curves(_ models: [DemoModel]) throws -> Figure {
    try Figures.trainingCurves([
      CurvePanel(
        title: "Loss", yLabel: "cross-entropy (nats)",
        curves: models.map { Curve(name: $0.title, y: $0.record.epochs.map(\.loss)) }, isLogarithmic: true),
      CurvePanel(
        title: "Accuracy while training", yLabel: "accuracy",
        curves: models.map { Curve(name: $0.title, y: $0.record.epochs.map(\.trainAccuracy)) }),
    ])
  }

  private func summary(_ models: [DemoModel], _ iris: Dataset) throws -> [String] {
    let accuracy = try models.map { "the \($0.title) \(try rightCount($0, iris))" }
    var result = [
      "Three classifiers learn the same flowers and get almost as many of the 150 right: \(accuracy.joined(separator: ", ")). "
        + "Far from every flower the first two are certain all the same; the cured one says that it doesn't know."
    ]
    for model in models {
      guard let certificate = model.certificate else { continue }
      result.append(
        "Proved for the \(model.title): over all 65,536 inputs that the device can read, no probability differs by more "
          + "than \(bound(certificate.probabilityBound)) between the float twin and the int8 program.")
    }
    return result
  }

  private func facts(_ models: [DemoModel]) -> [(name: String, value: String)] {
    [("command", "scruple demo iris"), ("scruple", toolVersion)]
      + models.map {
        (
          "\($0.title)",
          "seed \($0.record.seed), \($0.file.bytes.count) B, twin \($0.twin.checksumText.prefix(16))…"
        )
      }
  }
}
