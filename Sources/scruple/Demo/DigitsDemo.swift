import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport
import ScrupleTraining

/// The second half of "I Pity the fool": MNIST's digits 0 to 3 through two numbers, and backwards again.
struct DigitsDemo {
  let directory: String
  let teller: Teller
  /// Images made for each class, half of them from noise and half from an empty image.
  private static let imagesPerClass = 10

  /// A trained network, and images that it was fooled with.
  struct Fooled {
    var title: String
    var network: Network
    var record: TrainingRecord
    var accuracy: Double
    /// Starts, goals and finds of going backwards in float.
    var backwards: FoolOutcome
  }

  /// - Returns: the checks, held or not.
  func run() throws -> [Check] {
    let test = try Catalogue.load("mnist-0-3:test")
    teller(
      "MNIST's digits 0 to 3. Each network 784-50-20-2-4 has to squeeze an image through two numbers; then we go backwards,"
    )
    teller("from two numbers of which it is sure, layer by layer with pseudo-inverses, to an image.\n")
    var fooled: [Fooled] = []
    for activation in ["identity", "tanh"] {
      let recipe = try recipe(activation)
      let (network, record) = try train(
        recipe, into: "\(directory)/\(recipe.name)", keepsLines: false, progress: teller.progress)
      fooled.append(try fool(activation, network, record, test))
    }
    let model = try DemoModel(
      title: "ReLU", recipe: recipe("relu"), directory: directory, progress: teller.progress)
    fooled.append(try fool("ReLU", model.twin, model.record, test))
    let board = try Board.named("netduinoplus2")
    let device = try onDevice(model, test, board)
    let table = summary(fooled, device)
    teller.show(table)
    teller(
      "\nThe images look like nothing, and every network is sure of them. int8 is \(board.part), simulated here:"
    )
    teller("  \(model.title): \(model.file.size)")
    teller(
      "  of the images made for float, \(device.carried) of \(device.tried) are taken for digits on the device, too"
    )
    if let certificate = model.certificate {
      teller(
        "  proved: no input of all 256^784 can move a probability by more than \(bound(certificate.probabilityBound)) from float to int8"
      )
    }
    let checks = try checks(fooled, model, device)
    teller.show(checks)
    try report(fooled, model, device, table: table, test: test, checks: checks).write(toDirectory: directory)
    teller("\nThe pictures are in \(directory)/report.html")
    return checks
  }

  /// The recipe of one of the three networks, which is also left beside its result.
  private func recipe(_ activation: String) throws -> Recipe {
    let text = """
      # MNIST's digits 0 to 3 through a hidden layer of two neurons.
      name: digits-\(activation)
      seed: 1
      data: {train: "mnist-0-3:train", test: "mnist-0-3:test"}
      network: {hidden: [50, 20, 2], activation: \(activation)}
      optimizer: {kind: adam, rate: 0.005}
      schedule: {kind: cosine}
      epochs: 30
      batch: 128

      """ + (activation == "relu" ? "grid: {epochs: 8, limit: 6}\n" : "")
    return try DemoRecipe.write(text, name: "digits-\(activation)", in: directory)
  }

  private func fool(_ title: String, _ network: Network, _ record: TrainingRecord, _ test: Dataset) throws
    -> Fooled
  {
    teller.progress.update("\(title): going backwards")
    let answers = try FloatClassifier(network: network).predictions(for: test)
    let outcome = try fooling(test, network).backwards(
      model(title, network, nil), side: .float, perClass: DigitsDemo.imagesPerClass, AttackRun(seed: 1))
    teller.progress.clear()
    guard let outcome else { throw Failure(.badData, "\(title): there is no way backwards") }
    return Fooled(
      title: title, network: network, record: record, accuracy: answers.accuracy ?? 0, backwards: outcome)
  }

  private func fooling(_ test: Dataset, _ network: Network) throws -> Fooling {
    var fooling = try Fooling(data: test, input: network.input)
    fooling.budget = 400
    return fooling
  }

  private func model(_ title: String, _ network: Network, _ file: ProgramFile?) -> FoolModel {
    FoolModel(
      name: title, network: network, engine: file?.engine, input: network.input, labels: network.labels)
  }

  /// What the device says.
  struct OnDevice {
    var accuracy: Double
    /// Images made with the program as the judge.
    var backwards: FoolOutcome
    /// Images made for float, and how many of those that fool float fool the device.
    var tried: Int, carried: Int
    /// The largest change of a probability on all of them.
    var drift: Double
  }

  private func onDevice(_ model: DemoModel, _ test: Dataset, _ board: Board) throws -> OnDevice {
    teller.progress.update("ReLU on \(board.name)")
    defer { teller.progress.clear() }
    let both = self.model(model.title, model.twin, model.file)
    let fooling = try fooling(test, model.network)
    let float = try fooling.backwards(
      both, side: .float, perClass: DigitsDemo.imagesPerClass, AttackRun(seed: 1))
    let int8 = try fooling.backwards(
      both, side: .int8, perClass: DigitsDemo.imagesPerClass, AttackRun(seed: 1))
    guard let float, let int8 else { throw Failure(.badData, "there is no way backwards") }
    let device = InProcessDevice(board)
    let accuracy = try model.file.classifier(on: device).predictions(for: test.prefix(1000)).accuracy ?? 0
    let inputs = (float.finds + int8.finds).flatMap(\.input)
    let answers = try device.run(model.file.engine, inputs, progress: nil).predictions
    let twin = model.twin.preciseProbabilities(inputs)
    let drift = zip(twin, answers.probabilities).map { abs($0 - Double($1) * 0x1p-31) }.max() ?? 0
    return OnDevice(
      accuracy: accuracy, backwards: int8, tried: float.found, carried: float.carried ?? 0, drift: drift)
  }

  private func summary(_ fooled: [Fooled], _ device: OnDevice) -> Table {
    func row(_ title: String, _ accuracy: Double, _ outcome: FoolOutcome) -> [Table.Cell] {
      [
        title, percent(accuracy), "\(outcome.found) of \(outcome.tried)", fixed(outcome.medianConfidence, 4),
      ].map { Table.Cell($0) }
    }
    return Table(
      columns: [
        Table.Column("activation", isNumeric: false), Table.Column("test accuracy"),
        Table.Column("images ≥ 99 % sure"), Table.Column("median confidence"),
      ],
      rows: fooled.map { row($0.title, $0.accuracy, $0.backwards) } + [
        row("ReLU, int8", device.accuracy, device.backwards)
      ]
    )
  }

  private func checks(_ fooled: [Fooled], _ model: DemoModel, _ device: OnDevice) throws -> [Check] {
    var checks = [
      Check("identity: test accuracy", fooled[0].accuracy, .atLeast, 0.94),
      Check("tanh: test accuracy", fooled[1].accuracy, .atLeast, 0.97),
    ]
    checks += fooled.map {
      Check("\($0.title): share of images ≥ 99 % sure", $0.backwards.rate, .atLeast, 0.9)
    }
    if let certificate = model.certificate {
      checks.append(
        Check("ReLU: largest |Δp| on the made images", device.drift, .atMost, certificate.probabilityBound))
    }
    return checks
  }
}
