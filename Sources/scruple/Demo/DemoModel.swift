import Foundation
import ScrupleCertification
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleQuantization
import ScrupleReport
import ScrupleTraining

/// A model of a demo: trained, quantized, certified where it can be, and written.
struct DemoModel {
  let title: String
  let network: Network
  let record: TrainingRecord
  let file: ProgramFile
  /// The float twin of `file`: the network itself, if it was trained on the grid.
  let twin: Network
  let certificate: CertificateDocument?

  /// Trains a recipe of `models/` into `directory/NAME` and makes its int8 program there.
  ///
  /// - Parameters:
  ///   - recipe: the name of a model in `models/`.
  ///   - epochs: fewer than the recipe's, of which a third is trained on the grid; nil for the recipe's.
  ///   - attackSteps: fewer than the recipe's.
  init(
    title: String, recipe: String, epochs: Int? = nil, attackSteps: Int? = nil, directory: String,
    progress: ProgressLine
  ) throws {
    var recipe = try DemoRecipe.read(recipe)
    if let epochs {
      recipe.epochs = epochs
      recipe.grid?.epochs = max(1, epochs / 3)
    }
    if let attackSteps, let attack = recipe.attack {
      recipe.attack?.steps = attackSteps
      recipe.attack?.step = attack.epsilon / Double(attackSteps)
    }
    try self.init(title: title, recipe: recipe, directory: directory, progress: progress)
  }

  /// Trains a recipe into `directory/NAME` and makes its int8 program there.
  init(title: String, recipe: Recipe, directory: String, progress: ProgressLine) throws {
    self.title = title
    let folder = "\(directory)/\(recipe.name)"
    let (network, record) = try train(
      recipe, into: folder, keepsLines: recipe.epochs <= 20, progress: progress)
    let data = try Catalogue.load(recipe.trainData, like: network.input, count: 2000)
    var quantized = try Quantizer(for: network).quantize(
      network, calibration: try data.normalized(0..<data.count, for: network.input))
    let certificate = try proveGap(of: try ModelPair(twin: quantized.twin, program: quantized.program))
    try replaceFile("\(folder)/certificate.json", with: [UInt8](try certificate.json))
    if certificate.isUseful { try quantized.program.metadata.setGap(certificate.gap) }
    let path = "\(folder)/model.scruple"
    try replaceFile(path, with: try quantized.program.encoded())
    if quantized.twin != network {
      try quantized.twin.write(to: URL(fileURLWithPath: "\(folder)/model.twin.safetensors"))
    }
    self.network = network
    self.record = record
    self.certificate = certificate.isUseful ? certificate : nil
    twin = quantized.twin
    file = try ProgramFile(path)
  }

  /// The float model, asked about raw inputs without any clamping.
  func float(_ raw: [Float]) -> [Double] {
    let inputs = network.input.normalize(raw)
    return network.probabilities(inputs, count: inputs.count / network.input.count)
  }

  /// The int8 program on a board, asked about raw inputs: probabilities, row-major.
  func int8(_ raw: [Float], on board: Board) throws -> [Double] {
    let inputs = network.input.quantize(raw)
    return try InProcessDevice(board).run(file.engine, inputs, progress: nil).predictions.probabilities.map(
      real)
  }

  /// The model as a page runs it.
  var live: LivePart.Model { LivePart.Model(title: title, program: file.bytes, twin: twin) }
}

/// Tells a story in the terminal, or keeps silent for the sake of JSON.
struct Teller {
  let silent: Bool
  let progress: ProgressLine

  init(silent: Bool) {
    self.silent = silent
    progress = ProgressLine(silent: silent)
  }

  func callAsFunction(_ text: String = "") { if !silent { print(text) } }

  func show(_ table: Table) { if !silent { TextTable(table).print() } }

  func show(_ checks: [Check]) {
    if silent { return }
    print("\nchecks")
    showChecks(checks)
  }
}
