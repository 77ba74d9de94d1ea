import Foundation
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleTraining

/// Models of `scruple fool`, from any mix of files and folders.
struct FoolModels {
  private(set) var models: [FoolModel] = []
  /// The data of the first recipe beside a model.
  private(set) var dataset: String?

  /// Reads every model. A folder has `model.safetensors`, `model.scruple` or both; of single files, an int8
  /// program goes together with its float twin.
  init(_ paths: [String]) throws {
    for path in paths {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      if exists, isFolder.boolValue {
        try add(folder: path)
      } else {
        try add(file: path)
      }
      if dataset == nil { dataset = Self.dataset(near: path, isFolder: isFolder.boolValue) }
    }
    guard let first = models.first else { throw Failure(.usage, "name a model to fool") }
    for model in models where model.input.shape != first.input.shape || model.labels != first.labels {
      throw Failure(
        .badData,
        "\(first.name) reads \(first.input.shape) and knows \(first.labels.count) classes, \(model.name) reads "
          + "\(model.input.shape) and knows \(model.labels.count): attack them one after the other")
    }
  }

  private mutating func add(folder: String) throws {
    let (float, int8) = ("\(folder)/model.safetensors", "\(folder)/model.scruple")
    let files = [float, int8].filter { FileManager.default.fileExists(atPath: $0) }
    guard !files.isEmpty else {
      throw Failure(.missingInput, "\(folder): has neither model.safetensors nor model.scruple")
    }
    let name = URL(fileURLWithPath: folder).lastPathComponent
    let network = files.contains(float) ? try readNetwork(float) : nil
    let file = files.contains(int8) ? try ProgramFile(int8) : nil
    guard let input = network?.input ?? file?.program.metadata.input,
      let labels = network?.labels ?? file?.program.metadata.labels
    else { return }
    if let file, file.program.metadata.input != input || file.program.metadata.labels != labels {
      throw Failure(.badData, "\(folder): model.safetensors and model.scruple don't read the same inputs")
    }
    if let network, let file, !file.isTwin(network) {
      note("\(folder): model.safetensors is not the float twin that model.scruple was made from")
    }
    append(FoolModel(name: name, network: network, engine: file?.engine, input: input, labels: labels))
  }

  private mutating func add(file path: String) throws {
    let url = URL(fileURLWithPath: path)
    let base = url.deletingPathExtension().lastPathComponent
    let name = base == "model" ? url.deletingLastPathComponent().lastPathComponent : base
    switch try AnyModel(path) {
    case .float(let network):
      append(
        FoolModel(name: name, network: network, engine: nil, input: network.input, labels: network.labels))
    case .int8(let file):
      let metadata = file.program.metadata
      let twin = models.indices.first {
        models[$0].engine == nil && (models[$0].network.map { file.isTwin($0) } ?? false)
      }
      if let twin {
        models[twin].engine = file.engine
      } else {
        append(
          FoolModel(
            name: name, network: nil, engine: file.engine, input: metadata.input, labels: metadata.labels))
      }
    }
  }

  /// Two models of one name get numbers.
  private mutating func append(_ model: FoolModel) {
    var model = model
    let same = models.count { $0.name == model.name || $0.name.hasPrefix(model.name + " #") }
    if same > 0 { model.name += " #\(same + 1)" }
    models.append(model)
  }

  private static func dataset(near path: String, isFolder: Bool) -> String? {
    let folder =
      isFolder ? URL(fileURLWithPath: path) : URL(fileURLWithPath: path).deletingLastPathComponent()
    guard let recipe = try? Recipe(contentsOf: folder.appendingPathComponent("recipe.yaml")) else {
      return nil
    }
    return recipe.testData ?? recipe.trainData
  }
}
