import ArgumentParser
import ScrupleQuantization

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what is in a .scruple file.",
    discussion: """
      Validates the file as a device does, proves again from its weights that no accumulator can overflow, and tells \
      header, operations, arena and metadata. docs/format.md specifies the file.
      """)

  @Argument(help: "The model (.scruple).")
  var model: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let summary: ModelSummary
    do {
      summary = try ModelSummary(of: ProgramFile(model).bytes)
    } catch let error as ProgramFileError {
      throw Failure(.badData, "\(model): \(error)")
    }
    if output.json { return try printJSON(summary) }
    print(
      "\(summary.name): .scruple version \(summary.version), \(grouped(summary.bytes)) bytes, checksum \(summary.checksum)"
    )
    print("input: \(words(summary)); classes: \(summary.labels.joined(separator: ", "))")
    print("float twin: \(summary.floatModel ?? "not named"); temperature \(summary.temperature)")
    print(
      "threshold: \(summary.threshold.map { fixed($0, 4) } ?? "none"); certified gap: \(summary.gap.map { fixed($0, 4) } ?? "none")"
    )
    var operations = TextTable([
      "operation", "shape", "layout", "weights", "MACs", "output", "shift", "accumulator",
    ])
    for operation in summary.operations {
      operations.add([
        operation.kind, operation.shape, operation.layout,
        "\(grouped(operation.weightBytes)) B", grouped(operation.multiplyAccumulates),
        operation.limit.map { "0…\($0) in bytes" }
          ?? "\(operation.output), \(operation.fractionBits ?? 0) fraction bits",
        "\(operation.preShift)", operation.accumulatorBits.map { "\($0) bits" } ?? "–",
      ])
    }
    operations.print()
    print("arena: \(grouped(summary.arena)) bytes, the least possible is \(grouped(summary.arenaLowerBound))")
    var arena = TextTable(["buffer", "offset", "bytes", "in operations"])
    for buffer in summary.buffers {
      arena.add([
        buffer.name, "\(buffer.offset)", grouped(buffer.size),
        "\(buffer.firstOperation) to \(buffer.lastOperation)",
      ])
    }
    arena.print()
  }

  private func words(_ summary: ModelSummary) -> String {
    switch summary.input.kind {
    case .image(let height, let width, let channels): "\(height)×\(width)×\(channels) image of bytes"
    case .tabular(let features):
      features.map { "\($0.name) in \($0.low)…\($0.high)" }.joined(separator: ", ")
    }
  }
}
