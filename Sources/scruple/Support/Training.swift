import Foundation
import ScrupleDevice
import ScrupleNetwork
import ScrupleTraining

/// Trains with progress on the standard error stream; Ctrl-C leaves a checkpoint and ends the program.
func train(
  _ recipe: Recipe, into directory: String, resume: Bool = false, threads: Int? = nil,
  board: Board? = nil, keepsLines: Bool = true,
  progress: ProgressLine
) throws -> (Network, TrainingRecord) {
  var options = Trainer.Options()
  options.threads = threads
  options.board = board.map {
    Recipe.Budget(flash: $0.modelCapacity, ram: $0.arenaCapacity, owner: $0.name)
  }
  options.resume = resume
  options.command = ["scruple"] + Array(CommandLine.arguments.dropFirst())
  options.toolVersion = toolVersion
  let trainer = Trainer(recipe: recipe, directory: URL(fileURLWithPath: directory), options: options)
  let outcome = try trainer.run(
    progress: { state in
      // A line for each of at most 20 epochs stays; the others pass.
      if state.isEpochEnd, state.epoch % max(1, state.epochs / 20) == 0, keepsLines {
        progress.log(words(state, recipe.name))
      } else {
        progress.update(words(state, recipe.name) + ", \(duration(state.secondsLeft)) left")
      }
    },
    shouldStop: { Interruption.wasAsked })
  progress.clear()
  switch outcome {
  case .finished(let network, let record): return (network, record)
  case .interrupted(let checkpoint?):
    throw Failure(
      .interrupted, "stopped; \(checkpoint.relativePath) has the state: --resume goes on from there")
  case .interrupted(nil): throw Failure(.interrupted, "stopped; nothing is kept of a training this short")
  }
}

private func words(_ state: TrainingProgress, _ name: String) -> String {
  var text = "\(name): epoch \(state.epoch)/\(state.epochs)"
  if !state.isEpochEnd, state.batches > 1 { text += ", batch \(state.batch)/\(state.batches)" }
  text += ", loss \(fixed(state.loss, 4)), accuracy \(percent(state.trainAccuracy))"
  if let validation = state.validationAccuracy { text += ", validation \(percent(validation))" }
  if let test = state.testAccuracy { text += ", test \(percent(test))" }
  if let noise = state.noiseConfidence { text += ", confidence on noise \(fixed(noise, 3))" }
  if state.isOnGrid { text += ", on the grid" }
  return text + ", \(grouped(Int(state.samplesPerSecond)))/s"
}

/// A share as a percentage.
func percent(_ share: Double) -> String { fixed(100 * share, 2) + " %" }
