import ScrupleData
import ScrupleDevice
import ScrupleNetwork
import ScrupleReport
import ScrupleTraining

extension IrisDemo {
  /// Other cures than ACET, and models of another kind, on the same flowers.
  struct Cures {
    /// The same network with other losses.
    var networks: [DemoModel]
    /// A kernel method: far from all flowers it knows nothing.
    var kernels: KernelLogisticRegression
    /// A model of the flowers themselves.
    var gaussians: ClassGaussians
  }

  /// Trains and fits them.
  func cures(_ iris: Dataset, input: InputDescription) throws -> Cures {
    let networks = try [("CEDA", "ceda"), ("certified", "certified")].map { title, name in
      try DemoModel(
        title: title, recipe: DemoRecipe.write(Self.recipe(name), name: "iris-mlp-\(name)", in: directory),
        directory: directory, progress: teller.progress)
    }
    let data = try iris.matching(input)
    guard case .values(let values) = data.samples, let labels = data.labels else {
      throw Failure(.badData, "iris is a table")
    }
    let samples = values.map(Double.init)
    let classes = data.labelNames.count
    return Cures(
      networks: networks,
      kernels: KernelLogisticRegression(samples: samples, labels: labels, classCount: classes),
      gaussians: ClassGaussians(samples: samples, labels: labels, classCount: classes))
  }

  private static func recipe(_ name: String) -> String {
    let losses = [
      "ceda": """
      # Low confidence on noise over the whole range of the device's inputs and beyond.
      loss:
        kind: ceda
        noise: {kinds: [uniform, far]}
      """,
      "certified": """
      # Interval bounds keep the confidence low in boxes around noise: proved, not sampled.
      interval: {lambda: 0.3, warmup: 100, noise: {kinds: [uniform, far], rows: 32}, epsilon: 0.01, ramp: 300}
      """,
    ]
    return """
      name: iris-mlp-\(name)
      seed: 1
      data: {train: "iris:train", test: "iris:test"}
      features:
        - {name: petal length, low: -10, high: 15.5}
        - {name: petal width, low: -10, high: 15.5}
      network: {hidden: [16, 16], activation: relu}
      \(losses[name] ?? "")
      optimizer: {kind: adam, rate: 0.01}
      schedule: {kind: cosine}
      epochs: 3000
      batch: 64
      grid: {epochs: 1000, limit: 0.5}
      gap: {lambda: 0.4, warmup: 50}

      """
  }

  /// A row for each model, its confidence at the far points in float and on the device.
  func cureTable(_ models: [DemoModel], _ cures: Cures, _ iris: Dataset, _ board: Board) throws -> Table {
    var rows: [[Table.Cell]] = []
    for model in models + cures.networks {
      var row = [Table.Cell(model.title), Table.Cell("\(try rightCount(model, iris))")]
      for (x, y) in IrisDemo.farPoints {
        for probabilities in [model.float([x, y]), try model.int8([x, y], on: board)] {
          row.append(cell(probabilities.max() ?? 0))
        }
      }
      rows.append(row)
    }
    let answers = cures.kernels.probabilities(cures.kernels.samples)
    let classes = cures.kernels.classCount
    let right = (iris.labels ?? []).enumerated().count { index, label in
      let row = answers[index * classes..<(index + 1) * classes]
      return row.firstIndex(of: row.max() ?? 0) == row.startIndex + label
    }
    rows.append(
      [Table.Cell("RBF kernels"), Table.Cell("\(right)")]
        + IrisDemo.farPoints.flatMap { x, y in
          [cell(cures.kernels.probabilities([Double(x), Double(y)]).max() ?? 0), Table.Cell("–", .muted)]
        })
    rows.append(
      [Table.Cell("Gaussians: share of flowers farther out"), Table.Cell("–", .muted)]
        + IrisDemo.farPoints.flatMap { x, y in
          [cell(cures.gaussians.typicality(Double(x), Double(y))), Table.Cell("–", .muted)]
        })
    return Table(
      caption: "Confidence far from all flowers, by cure",
      columns: [Table.Column("model", isNumeric: false), Table.Column("right of \(iris.count)")]
        + IrisDemo.farPoints.flatMap { x, y in
          ["float", "int8"].map { Table.Column($0, group: "(\(short(x)), \(short(y)))") }
        }, rows: rows)
  }

  private func cell(_ confidence: Double) -> Table.Cell {
    Table.Cell(fixed(confidence, 3), confidence > 0.9 ? .bad : confidence < 0.6 ? .good : .plain)
  }

  /// Maps of the cures: the networks as the device runs them, and the kernels.
  func cureMaps(
    _ cures: Cures, grid: PlaneGrid, classNames: [String], axes: (x: String, y: String), points: PlanePoints,
    board: Board
  ) throws -> Figure {
    // A coarser map: three more pictures shall not make a heavy page.
    let grid = PlaneGrid(x: grid.x, y: grid.y, width: 150, height: 125)
    let networks = try cures.networks.map {
      PlanePanel(
        title: "\($0.title), int8 on \(board.name)", probabilities: try $0.int8(grid.inputs, on: board))
    }
    let kernels = PlanePanel(
      title: "RBF kernels, float", probabilities: cures.kernels.probabilities(grid.inputs.map(Double.init)))
    return try Figures.decisionMap(
      networks + [kernels], grid: grid, classNames: classNames, axes: axes, points: points, name: "map-cures",
      title: "Other cures",
      caption:
        "The same network with two other losses, and a kernel method, which far from all flowers falls back on a guess."
    )
  }
}
