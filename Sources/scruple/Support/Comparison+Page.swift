import ScrupleEvaluation
import ScrupleReport

extension CompareCommand {
  /// The page of this comparison.
  func page(_ comparison: Comparison, sets: [ComparedSet], file: ProgramFile, twin: String) throws -> Report {
    try Report(
      title: "\(file.program.metadata.name): float against int8", comparison: comparison, sets: sets,
      facts: [
        ("command", commandLine), ("scruple", toolVersion), ("seed of noise", "\(data.seed)"),
        ("float model", "\(float), SHA-256 \(twin.prefix(16))…"),
        ("int8 model", "\(int8), \(grouped(file.bytes.count)) bytes"),
      ])
  }
}

/// What was typed, without the program's path.
var commandLine: String { (["scruple"] + CommandLine.arguments.dropFirst()).joined(separator: " ") }
