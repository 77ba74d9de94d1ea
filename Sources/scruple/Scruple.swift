import ArgumentParser
import Foundation

@main
struct Scruple: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scruple",
    abstract: "Small networks that know when to doubt: train, quantize, run, compare, prove.",
    discussion: """
      A network is trained in float (RECIPE.yaml → model.safetensors), quantized to int8 (→ model.scruple), run on \
      the host or on a simulated microcontroller, and compared with its float twin: does the device's confidence \
      still mean what was tested?

      A first walk:
        scruple demo iris
        scruple run models/iris-mlp-acet/model.scruple --row 1.4,0.2 --row 10,10
        scruple compare models/fashion-acet/model.safetensors models/fashion-acet/model.scruple \\
          --data fashion-mnist --ood uniform --ood smoothed

      Exit status: 0 done, 1 a check did not hold, 64 wrong usage, 65 bad data, 66 missing input, 69 a needed \
      program is not installed, 73 output can't be written, 130 interrupted.
      """,
    version: toolVersion,
    subcommands: [
      TrainCommand.self, QuantizeCommand.self, InspectCommand.self, RunCommand.self, SimulateCommand.self,
      CompareCommand.self, FoolCommand.self, CertifyCommand.self, CertifyMergeCommand.self,
      ReportCommand.self, ExportCommand.self,
      BoardsCommand.self, DatasetsCommand.self, DemoCommand.self, BenchCommand.self,
      BenchTrainingCommand.self, BenchKernelsCommand.self,
    ])

  /// A verb of two words is one command to the parser.
  private static func joiningWords(_ arguments: [String]) -> [String] {
    let words = CertifyMergeCommand.words
    for start in [0, 1]
    where arguments.dropFirst(start).starts(with: words) && (start == 0 || arguments[0] == "help") {
      return arguments[..<start] + [words.joined(separator: " ")] + arguments[(start + words.count)...]
    }
    return arguments
  }

  /// Parses and runs; an error becomes one clear line on the standard error stream and the exit status.
  static func main() {
    Interruption.listen()
    do {
      var command = try parseAsRoot(joiningWords(Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch {
      guard let failure = Failure(describing: error) else { exit(withError: error) }
      note("scruple: \(failure.description)")
      Foundation.exit(failure.status.rawValue)
    }
  }
}
