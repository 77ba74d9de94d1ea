import Foundation
import ScrupleData
import ScrupleNetwork

/// Trains a recipe and writes `model.safetensors` and `training.json` into a directory.
///
/// The same recipe gives the same bytes on the same kind of machine, with any number of threads, and also when
/// the training was interrupted and resumed.
public struct Trainer {
  /// What does not change the result.
  public struct Options: Sendable {
    /// Threads that work; `nil` for as many as there are cores. More than the recipe's shards are not used.
    public var threads: Int?
    /// Whether to go on from the directory's checkpoint.
    public var resume = false
    /// What the board has that the network is for: one that cannot fit is refused before it is trained.
    public var board: Recipe.Budget?
    /// The command line, for the record.
    public var command: [String] = []
    /// Scruple's version, for the record.
    public var toolVersion = ""

    /// All cores, from the start.
    public init() {}
  }

  /// How a run ends.
  public enum Outcome: Sendable {
    /// The network is written.
    case finished(Network, TrainingRecord)
    /// Asked to stop: the state is in this file. (L-BFGS leaves none: it takes seconds.)
    case interrupted(checkpoint: URL?)
  }

  /// What is trained.
  public let recipe: Recipe
  /// Where files are written.
  public let directory: URL
  /// What does not change the result.
  public let options: Options

  /// A trainer that writes into a directory, which is made if it does not exist.
  public init(recipe: Recipe, directory: URL, options: Options = Options()) {
    self.recipe = recipe
    self.directory = directory
    self.options = options
  }

  /// Where the network is written.
  public var modelFile: URL { directory.appendingPathComponent("model.safetensors") }
  /// Where the record is written.
  public var recordFile: URL { directory.appendingPathComponent("training.json") }
  /// Where an interrupted training's state is written.
  public var checkpointFile: URL { directory.appendingPathComponent(Checkpoint.fileName) }

  /// Trains.
  ///
  /// - Parameters:
  ///   - progress: called after every batch.
  ///   - shouldStop: asked before every batch; `true` leaves a checkpoint and ends the run.
  public func run(
    progress: (TrainingProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws(TrainingError) -> Outcome {
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(file: directory.relativePath, reason: reason(of: error))
    }
    let problem = try TrainingProblem(recipe, board: options.board)
    if let rule = UpdateRule(recipe.optimizer) {
      var descent = try Descent(self, problem, rule)
      return try descent.run(progress: progress, shouldStop: shouldStop)
    }
    return try LogisticRegression(problem).run(self, progress: progress, shouldStop: shouldStop)
  }

  /// SHA-256 of the recipe's text.
  var recipeChecksum: String { checksumText(of: Array(recipe.text.utf8)) }

  /// Writes the network, the record, and removes the checkpoint.
  func finish(
    _ network: Network, _ problem: TrainingProblem, epochs: [TrainingRecord.Epoch], keptEpoch: Int? = nil,
    threads: Int
  ) throws(TrainingError) -> Outcome {
    do {
      try network.write(to: modelFile)
    } catch {
      throw .network(error)
    }
    let graph = NetworkGraph(network)
    let parameters = graph.layout.gather(network)
    let record = TrainingRecord(
      name: recipe.name, command: options.command, seed: recipe.seed, recipe: recipeChecksum,
      model: network.checksumText, versions: TrainingRecord.versions(tool: options.toolVersion),
      shards: recipe.shards, threads: threads, trainSamples: problem.train.count,
      validationSamples: problem.validation?.count, keptEpoch: keptEpoch,
      testSamples: problem.test?.count ?? 0, epochs: epochs,
      trainAccuracy: problem.train.accuracy(of: network),
      testAccuracy: problem.test.map { $0.accuracy(of: network) },
      gap: network.isGridTwin
        ? gapBound(of: graph)?.evaluate(parameters, lambda: 0, addingTo: nil).largest : nil)
    try record.write(to: recordFile)
    try? FileManager.default.removeItem(at: checkpointFile)
    return .finished(network, record)
  }
}
