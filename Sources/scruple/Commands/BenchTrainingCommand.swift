import ArgumentParser
import ScrupleTraining

/// Timing for `tools/bench-training`; not shown in the help.
struct BenchTrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-training", abstract: "Time epochs of a reference network on this host.",
    shouldDisplay: false)

  @Option(name: .long, help: "Threads that work.")
  var threads = 1

  @Option(name: .long, help: "Which network: dense (784-100-10) or lenet.")
  var network = TrainingBenchmark.Problem.dense

  @Option(name: .long, help: "The loss: cross-entropy, or acet with 40 attack steps.")
  var loss = Loss.crossEntropy

  @Option(name: .long, help: "Images of an epoch.")
  var samples = 60_000

  @Option(name: .long, help: "Epochs.")
  var epochs = 5

  @OptionGroup var output: OutputOptions

  enum Loss: String, CaseIterable, ExpressibleByArgument {
    case crossEntropy = "cross-entropy"
    case acet
  }

  struct Result: Encodable {
    /// Of each epoch.
    var seconds: [Double]
  }

  func validate() throws {
    if threads < 1 || epochs < 1 || samples < 1 {
      throw ValidationError("--threads, --epochs and --samples must be 1 or more")
    }
  }

  func run() throws {
    let seconds = try TrainingBenchmark.run(
      network, acet: loss == .acet, count: samples, threads: threads, epochs: epochs)
    if output.json { return try printJSON(Result(seconds: seconds)) }
    print("fastest epoch \(fixed(1000 * (seconds.min() ?? 0), 1)) ms")
  }
}

extension TrainingBenchmark.Problem: ExpressibleByArgument {}
