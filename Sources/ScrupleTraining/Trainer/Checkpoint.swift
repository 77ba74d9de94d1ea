import Foundation
import ScrupleNetwork

/// The state of an unfinished training, as a safetensors file: parameters and the optimizer's moments as
/// tensors, the rest as JSON in the metadata. Random numbers need no state: they follow from the seed and the
/// numbers of epoch and step.
struct Checkpoint {
  static let fileName = "checkpoint.safetensors"
  static let currentVersion = 2

  /// Where the training is.
  struct State: Codable, Equatable {
    var version = currentVersion
    /// SHA-256 of the recipe's text.
    var recipe: String
    /// Epochs done.
    var epoch: Int
    /// Batches done in the present epoch.
    var batch: Int
    /// Steps done in all.
    var step: Int
    /// The present epoch's sums so far.
    var sums: TrainingEngine.Sums
    /// Seconds of the present epoch so far.
    var seconds: Double
    /// The epochs done.
    var records: [TrainingRecord.Epoch]
    /// Whether normalization is part of the kernels already.
    var isFolded = false
    /// The epoch with the lowest loss on the validation data so far, if it counts.
    var best: Best?
  }

  /// The best epoch so far.
  struct Best: Codable, Equatable {
    var epoch: Int
    var loss: Double
  }

  var state: State
  var parameters: [Float]
  var moments: [[Float]]
  var statistics: [Float]
  /// The best epoch's parameters and statistics.
  var best: KeptParameters?

  /// Parameters and running statistics of an epoch.
  struct KeptParameters: Equatable {
    var parameters: [Float]
    var statistics: [Float]

    init(_ engine: TrainingEngine) {
      parameters = Array(engine.parameters.elements)
      statistics = Array(engine.statistics.elements)
    }

    init(parameters: [Float], statistics: [Float]) {
      self.parameters = parameters
      self.statistics = statistics
    }
  }

  init(state: State, engine: TrainingEngine, best: KeptParameters?) {
    self.state = state
    self.best = best
    statistics = Array(engine.statistics.elements)
    parameters = Array(engine.parameters.elements)
    moments = engine.moments.map { Array($0.elements) }
  }

  /// Reads a checkpoint of the recipe with the given checksum. The engine takes on the checkpoint's layout.
  init(contentsOf file: URL, recipe: String, engine: TrainingEngine) throws(TrainingError) {
    func refuse(_ reason: String) -> TrainingError { .checkpoint(file: file.relativePath, reason: reason) }
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw refuse("there is no such file, so nothing was interrupted here; train without resuming")
    }
    let bytes: [UInt8]
    do {
      bytes = Array(try fileContents(of: file))
    } catch {
      throw refuse(reason(of: error))
    }
    let content: Safetensors
    do {
      content = try Safetensors(decoding: bytes, file: file.lastPathComponent)
    } catch {
      throw refuse(error.description)
    }
    guard let text = content.metadata["scruple-checkpoint"],
      let state = try? JSONDecoder().decode(State.self, from: Data(text.utf8)),
      state.version == Self.currentVersion
    else { throw refuse("it holds no training's state of version \(Self.currentVersion)") }
    guard state.recipe == recipe else {
      throw refuse("it belongs to another recipe, or the recipe was changed; train without resuming")
    }
    if state.isFolded { engine.fold() }
    func take(_ name: String, count: Int? = nil) throws(TrainingError) -> [Float] {
      guard let tensor = content.tensors[name], tensor.values.count == count ?? engine.layout.count else {
        throw refuse("tensor \"\(name)\" is missing or has another size than the recipe says")
      }
      return tensor.values
    }
    self.state = state
    parameters = try take("parameters")
    var moments: [[Float]] = []
    for index in engine.moments.indices { moments.append(try take("moment.\(index)")) }
    self.moments = moments
    let count = engine.statistics.count
    statistics = count > 0 ? try take("statistics", count: count) : []
    if state.best != nil {
      best = KeptParameters(
        parameters: try take("best.parameters"),
        statistics: count > 0 ? try take("best.statistics", count: count) : [])
    }
  }

  /// Puts parameters, moments and statistics back.
  func restore(_ engine: TrainingEngine) {
    engine.restore(parameters: parameters, statistics: statistics)
    for (block, values) in zip(engine.moments, moments) {
      for (i, value) in values.enumerated() { block.pointer[i] = value }
    }
  }

  /// Writes the checkpoint, replacing an old one whole or not at all.
  func write(to file: URL) throws(TrainingError) {
    do {
      let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
      var tensors = ["parameters": Safetensors.Tensor(shape: [parameters.count], values: parameters)]
      for (index, values) in moments.enumerated() {
        tensors["moment.\(index)"] = Safetensors.Tensor(shape: [values.count], values: values)
      }
      let blocks = [
        "statistics": statistics, "best.parameters": best?.parameters ?? [],
        "best.statistics": best?.statistics ?? [],
      ]
      for (name, values) in blocks where !values.isEmpty {
        tensors[name] = Safetensors.Tensor(shape: [values.count], values: values)
      }
      let content = Safetensors(metadata: ["scruple-checkpoint": text], tensors: tensors)
      try replaceFile(at: file, with: Data(content.encoded))
    } catch {
      throw .unwritable(file: file.relativePath, reason: reason(of: error))
    }
  }
}
