import ArgumentParser
import Foundation
import ScrupleDevice
import ScrupleNetwork
import ScrupleQuantization
import ScrupleRuntime

/// Costs of the benchmark networks on a simulated board, for `tools/bench-kernels`; not shown in the help.
struct BenchKernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-kernels", abstract: "Count what networks of known shapes cost on a board.",
    discussion: """
      The networks are those of MLPerf Tiny and two perceptrons, with seeded random weights. Each runs in QEMU, and \
      every answer is compared with the host's; the exit status is 1 when one differs.
      """, shouldDisplay: false)

  @Option(name: .long, help: "The board; 'scruple boards' lists them.")
  var board = "mps2-an386"

  @Option(name: .long, help: "The seed of the weights and the inputs.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "Inputs that are run.")
  var count = 2

  @Option(name: .customLong("network"), help: "Only this one; may be given more than once.")
  var names: [String] = []

  @Option(name: [.customShort("o"), .customLong("output")], help: "A folder for the networks' files.")
  var folder: String?

  @OptionGroup var output: OutputOptions

  /// One network's costs.
  struct Result: Encodable {
    var name: String
    var macs: Int
    /// Per inference, from the input's bytes to the verdict.
    var instructions: Int
    var instructionsPerMAC: Double
    /// By kind of operation, with `head` for the confidence.
    var kinds: [String: Int]
    /// Bytes.
    var flash: Int
    var arena: Int
    var liveLowerBound: Int
    var stack: Int
    /// The runtime's code and constants, validator and all operations included.
    var code: Int
    var identicalToHost: Bool
  }

  func run() throws {
    let board = try Board.named(board)
    let networks =
      try names.isEmpty
      ? BenchmarkNetwork.allCases
      : names.map { name in
        guard let network = BenchmarkNetwork(rawValue: name) else {
          let known = BenchmarkNetwork.allCases.map(\.rawValue).joined(separator: ", ")
          throw Failure(.usage, "no network is called \(name); there are \(known)")
        }
        return network
      }
    let results = try networks.map { try measure($0, on: board) }
    if output.json { try printJSON(results) } else { show(results, on: board) }
    if !results.allSatisfy(\.identicalToHost) { throw ExitCode(ExitStatus.checkDidNotHold.rawValue) }
  }

  private func measure(_ network: BenchmarkNetwork, on board: Board) throws -> Result {
    let program = network.program(seed: seed)
    let plan = program.arenaPlan
    let bytes = try program.encoded()
    if let folder {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(network.rawValue).scruple"))
    }
    let engine = try Engine(bytes)
    var generator = SeededGenerator(seed: seed)
    let inputs = (0..<count * program.inputCount).map { _ in UInt8(generator.next(below: 256)) }
    let (_, report) = try QEMUDevice(board).simulate(engine, inputs) { _ in }
    let counts = report.instructions
    var kinds: [String: Int] = [:]
    for (index, instructions) in (counts?.perOperation ?? []).enumerated() {
      let kind = program.layers.indices.contains(index) ? program.layers[index].kind : "head"
      kinds[kind, default: 0] += instructions
    }
    let instructions = counts?.perInference ?? 0
    return Result(
      name: network.rawValue, macs: program.multiplyAccumulates, instructions: instructions,
      instructionsPerMAC: Double(instructions) / Double(program.multiplyAccumulates), kinds: kinds,
      flash: report.flash, arena: report.arena, liveLowerBound: plan.lowerBound, stack: report.stack ?? 0,
      code: report.image.map { $0.text + $0.rodata } ?? 0, identicalToHost: report.identicalToHost)
  }

  private func show(_ results: [Result], on board: Board) {
    print("\(board.name) (\(board.part)), \(count) inputs each")
    var table = TextTable([
      "network", "MACs", "instructions", "per MAC", "model", "arena", "lower bound", "stack", "code", "host",
    ])
    for result in results {
      table.add([
        result.name, grouped(result.macs), grouped(result.instructions), fixed(result.instructionsPerMAC, 2),
        "\(grouped(result.flash)) B", "\(grouped(result.arena)) B", "\(grouped(result.liveLowerBound)) B",
        "\(grouped(result.stack)) B", "\(grouped(result.code)) B",
        result.identicalToHost ? "identical" : "DIFFERS",
      ])
    }
    table.print()
    for result in results {
      let kinds = result.kinds.sorted { $0.value > $1.value }.map { "\($0.key) \(grouped($0.value))" }
      print("\(result.name): \(kinds.joined(separator: ", "))")
    }
  }
}
