import ArgumentParser
import ScrupleData
import ScrupleDevice

/// Which device runs the int8 side.
enum EngineChoice: String, ExpressibleByArgument, CaseIterable {
  case inProcess = "in-process"
  case qemu

  func device(_ board: Board) -> any Device {
    switch self {
    case .inProcess: InProcessDevice(board)
    case .qemu: QEMUDevice(board)
    }
  }
}

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Run an int8 model on a simulated microcontroller.",
    discussion: """
      Every answer is compared with the host's, bit by bit; the exit status is 1 when one differs. in-process runs \
      the program under the board's flash and RAM limits in a poisoned arena with guards behind it. qemu runs it as \
      bare-metal firmware on an emulated core and counts instructions (it needs qemu-system-arm or \
      qemu-system-misc, and builds the image the first time).

      Time is estimated: in-process from multiply-accumulates and per-core constants, qemu from the counted \
      instructions, both at the board's clock. It is no measurement.

      Example:
        scruple simulate models/fashion-acet/model.scruple --board netduinoplus2 --data fashion-mnist --limit 1000
      """)

  @Argument(help: "The model (.scruple).")
  var model: String

  @Option(name: .long, help: "The board; 'scruple boards' lists them.")
  var board: String

  @Option(name: .customLong("data"), help: ArgumentHelp("The inputs.", valueName: "dataset"))
  var dataset: String

  @Option(name: .long, help: "in-process or qemu.")
  var engine: EngineChoice = .inProcess

  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let file = try ProgramFile(model)
    let board = try Board.named(board)
    let set = try data.load(dataset, for: file.program.metadata.input)
    let inputs = try set.quantized(0..<set.count, for: file.program.metadata.input)
    let progress = ProgressLine(silent: output.json)
    let (_, report) = try engine.device(board).simulate(file.engine, inputs) { done in
      progress.update("\(board.name): \(grouped(done)) of \(grouped(set.count)) inputs")
    }
    progress.clear()
    if output.json { try printJSON(report) } else { show(report, board) }
    if !report.identicalToHost { throw ExitCode(ExitStatus.checkDidNotHold.rawValue) }
  }

  private func show(_ report: DeviceReport, _ board: Board) {
    print("\(model) on \(board.name) (\(board.part)), \(report.engine), \(grouped(report.samples)) inputs")
    var table = TextTable(["", "", ""])
    table.add(["flash", "\(grouped(report.flash)) B model", "of \(grouped(board.modelCapacity)) B for it"])
    table.add(["arena", "\(grouped(report.arena)) B", "of \(grouped(board.arenaCapacity)) B for it"])
    table.add(["multiply-accumulates", grouped(report.macs), "per inference"])
    if let count = report.instructions {
      table.add(["instructions", grouped(count.perInference), "per inference, the same for every input"])
      table.add([
        "", count.perOperation.map(grouped).joined(separator: " + "), "per operation, then the head",
      ])
      table.add(["", grouped(count.validation), "to validate the file, once"])
    }
    if let stack = report.stack { table.add(["stack", "\(grouped(stack)) B", "high-water mark"]) }
    if let image = report.image {
      table.add(["code", "\(grouped(image.text + image.rodata)) B", "runtime's text + constants"])
    }
    if let time = report.estimatedMilliseconds { table.add(["time", "\(fixed(time, 3)) ms", "estimated"]) }
    for line in table.lines.dropFirst() { print(line) }
    if let sample = report.firstDifference {
      print("DIFFERS from the host, first at sample \(sample)")
    } else {
      print("identical to the host, bit for bit")
    }
  }
}
