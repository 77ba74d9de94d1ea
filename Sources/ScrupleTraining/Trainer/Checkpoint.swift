import Foundation
import ScrupleNetwork

/// The state of an unfinished training, as a safetensors file: parameters and the optimizer's moments as
/// tensors, the rest as JSON in the metadata. Random numbers need no state: they follow from the seed and the
/// numbers of epoch and step.
struct Checkpoint {
  static let fileName = "checkpoint.safetensors"
  static let currentVersion = 1

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
  }

  var state: State
  var parameters: [Float]
  var moments: [[Float]]

  init(state: State, engine: TrainingEngine) {
    self.state = state
    parameters = Array(engine.parameters.elements)
    moments = engine.moments.map { Array($0.elements) }
  }

  /// Reads a checkpoint of the recipe with the given checksum.
  init(contentsOf file: URL, recipe: String, engine: TrainingEngine) throws(TrainingError) {
    func refuse(_ reason: String) -> TrainingError { .checkpoint(file: file.relativePath, reason: reason) }
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: file))
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
    func take(_ name: String) throws(TrainingError) -> [Float] {
      guard let tensor = content.tensors[name], tensor.values.count == engine.layout.count else {
        throw refuse("tensor \"\(name)\" is missing or has another size than the recipe says")
      }
      return tensor.values
    }
    self.state = state
    parameters = try take("parameters")
    var moments: [[Float]] = []
    for index in engine.moments.indices { moments.append(try take("moment.\(index)")) }
    self.moments = moments
  }

  /// Puts parameters and moments back.
  func restore(_ engine: TrainingEngine) {
    for (i, value) in parameters.enumerated() { engine.parameters.pointer[i] = value }
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
      let content = Safetensors(metadata: ["scruple-checkpoint": text], tensors: tensors)
      try replaceFile(at: file, with: Data(content.encoded))
    } catch {
      throw .unwritable(file: file.relativePath, reason: reason(of: error))
    }
  }
}
