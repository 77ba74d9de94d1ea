import ArgumentParser
import ScrupleTraining

/// Timing for `tools/bench-training`; not shown in the help.
struct BenchTrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-training", abstract: "Time epochs of a 784-100-10 network on this host.",
    shouldDisplay: false)

  @Option(name: .long, help: "Threads that work.")
  var threads = 1

  @Option(name: .long, help: "Epochs.")
  var epochs = 5

  @OptionGroup var output: OutputOptions

  struct Result: Encodable {
    /// Of each epoch.
    var seconds: [Double]
  }

  func validate() throws {
    if threads < 1 || epochs < 1 { throw ValidationError("--threads and --epochs must be 1 or more") }
  }

  func run() throws {
    let seconds = try TrainingBenchmark.run(threads: threads, epochs: epochs)
    if output.json { return try printJSON(Result(seconds: seconds)) }
    print("fastest epoch \(fixed(1000 * (seconds.min() ?? 0), 1)) ms")
  }
}
