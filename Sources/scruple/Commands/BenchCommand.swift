import ArgumentParser
import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleRuntime
import ScrupleTraining

/// Timing for the scripts in `tools/` that compare with other tools; not shown in the help.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time inference of a model on this host.", shouldDisplay: false)

  @Argument(help: "The model (.scruple).")
  var model: String

  @Option(name: .customLong("data"), help: "What to run it on.")
  var dataset = "fashion-mnist:test"

  @OptionGroup var output: OutputOptions

  /// Microseconds per input, one thread.
  struct Result: Encodable {
    var single: Double
    var batch: [String: Double]
    var classes: [Int]
  }

  func run() throws {
    let file = try ProgramFile(model)
    let input = file.program.metadata.input
    let set = try Catalogue.load(dataset, like: input, count: 1000)
    let inputs = try set.quantized(0..<set.count, for: input)
    let size = file.engine.inputCount
    let result = Result(
      single: try best { try runSingly(file.engine, inputs) },
      batch: Dictionary(
        uniqueKeysWithValues: try [32, 256].map { rows in
          let batch = Array(inputs.prefix(rows * size))
          let repeats = 8192 / rows
          return (
            "\(rows)",
            try best {
              for _ in 0..<repeats { _ = try file.engine.run(batch) }
              return repeats * batch.count / size
            }
          )
        }),
      classes: try file.engine.run(inputs).verdicts.map(\.classIndex))
    if output.json { return try printJSON(result) }
    print(
      "single \(fixed(result.single, 3)) µs, batch of 32 \(fixed(result.batch["32"] ?? 0, 3)), of 256 "
        + "\(fixed(result.batch["256"] ?? 0, 3)) µs per input")
  }

  /// One input after the other through one arena, as firmware does it.
  private func runSingly(_ engine: Engine, _ inputs: [UInt8]) throws -> Int {
    let arena = UnsafeMutableRawBufferPointer.allocate(byteCount: engine.arenaSize, alignment: 64)
    defer { arena.deallocate() }
    let size = engine.inputCount
    try inputs.withUnsafeBytes { inputs in
      try engine.withModel { (model: borrowing Model) throws(RunError) in
        for start in stride(from: 0, to: inputs.count, by: size) {
          UnsafeMutableRawBufferPointer(rebasing: arena[model.inputOffset...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: inputs[start..<start + size]))
          var span = arena.mutableBytes
          _ = try model.run(arena: &span)
        }
      }
    }
    return inputs.count / size
  }

  /// Microseconds per input of the fastest of many rounds: what the machine can do when nothing else runs.
  private func best(_ round: () throws -> Int) throws -> Double {
    var fastest = Double.infinity
    let clock = ContinuousClock()
    for _ in 0..<30 {
      var count = 0
      let time = try clock.measure { count = try round() }
      let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
      fastest = min(fastest, seconds * 1e6 / Double(max(count, 1)))
    }
    return fastest
  }
}
