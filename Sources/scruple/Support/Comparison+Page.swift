import ScrupleData
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport

extension CompareCommand {
  /// The page of this comparison.
  func page(
    _ comparison: Comparison, sets: [ComparedSet], survey: RaySurvey?, data set: Dataset, file: ProgramFile,
    twin: Network
  ) throws -> Report {
    let model = LivePart.Model(
      title: file.program.metadata.name, program: file.bytes, twin: twin)
    return try Report(
      title: "\(file.program.metadata.name): float against int8", comparison: comparison, sets: sets,
      facts: [
        ("command", commandLine), ("scruple", toolVersion), ("seed of noise", "\(data.seed)"),
        ("float model", "\(float), SHA-256 \(twin.checksumText.prefix(16))…"),
        ("int8 model", "\(int8), \(grouped(file.bytes.count)) bytes"),
      ],
      live: Report.Section(
        title: "Play with it", blocks: [.live(try LivePart(models: [model], data: set))]),
      extra: try survey.map { [try .farAway([$0])] } ?? [])
  }
}

/// What was typed, without the program's path.
var commandLine: String { (["scruple"] + CommandLine.arguments.dropFirst()).joined(separator: " ") }
