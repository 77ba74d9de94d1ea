import ArgumentParser
import Foundation
import ScrupleDevice
import ScrupleTraining

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network from a recipe.",
    discussion: """
      Writes DIR/model.safetensors (the float model; with a grid in the recipe it is the float twin of an int8 \
      program) and DIR/training.json (curves, seed, versions). Ctrl-C leaves a checkpoint in DIR; --resume goes on \
      from there and ends with the same weights as a run without a break. The number of threads does not change the \
      result. docs/recipes.md lists the recipe's keys.

      Example:
        scruple train models/fashion-acet/recipe.yaml -o runs/acet
        scruple quantize runs/acet/model.safetensors -o runs/acet/model.scruple
      """)

  @Argument(help: "The recipe (YAML).")
  var recipe: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder to write into; runs/NAME by default.", valueName: "dir"))
  var output: String?

  @Flag(name: .long, help: "Go on from the folder's checkpoint.")
  var resume = false

  @Option(name: .long, help: "Threads that work; all cores by default.")
  var threads: Int?

  @Option(
    name: .long, help: "Refuse, before training, a network that cannot fit this board ('scruple boards').")
  var board: String?

  @OptionGroup var format: OutputOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be 1 or more") }
  }

  func run() throws {
    let recipe = try Recipe(contentsOf: URL(fileURLWithPath: recipe))
    let directory = output ?? "runs/\(recipe.name)"
    let board = try board.map { try Board.named($0) }
    let checkpoint = "\(directory)/checkpoint.safetensors"
    if !resume, FileManager.default.fileExists(atPath: checkpoint) {
      throw Failure(
        .usage,
        "\(checkpoint) has the state of a training that was stopped: --resume goes on from there, or remove it"
      )
    }
    let progress = ProgressLine(silent: format.json)
    let (_, record) = try train(
      recipe, into: directory, resume: resume, threads: threads, board: board, progress: progress)
    if format.json { return try printJSON(record) }
    var line = "\(directory)/model.safetensors: training accuracy \(percent(record.trainAccuracy))"
    if let test = record.testAccuracy { line += ", test accuracy \(percent(test))" }
    if let gap = record.gap { line += ", certified gap \(fixed(gap, 4))" }
    print(line)
  }
}
