import ArgumentParser
import ScrupleData
import ScrupleEvaluation
import ScrupleNetwork

/// How hard adversarial OOD sets try.
struct AdversarialOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Adversarial sets: how many samples (default: 1000, or --limit).", valueName: "n"))
  var attackCount: Int?

  @Option(
    name: .long, help: ArgumentHelp("Adversarial sets: gradient steps from each start.", valueName: "n"))
  var attackSteps = 200

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Strong adversarial sets: random starts, and as many from test samples.", valueName: "n"))
  var attackStarts = 8

  @Option(
    name: .long,
    help: ArgumentHelp("Adversarial sets against int8: steps of the search over integers.", valueName: "n"))
  var attackSearch = 1000

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Strong adversarial sets learn from this model, too; may be given again.", valueName: "model"))
  var transfer: [String] = []

  func validate() throws {
    if let attackCount, attackCount < 1 { throw ValidationError("--attack-count must be 1 or more") }
    if attackSteps < 1 { throw ValidationError("--attack-steps must be 1 or more") }
    if attackStarts < 0 || attackSearch < 0 {
      throw ValidationError("--attack-starts and --attack-search must be 0 or more")
    }
  }

  /// Makes the set that a specification such as `adversarial-strong:0.3` asks for; nil for other specifications.
  func load(
    _ specification: String, against network: Network, file: ProgramFile, data: Dataset, seed: UInt64,
    limit: Int?,
    _ progress: ProgressLine
  ) throws -> Dataset? {
    guard var noise = try AdversarialNoise(specification, for: network.input) else { return nil }
    noise.steps = attackSteps
    noise.starts = attackStarts
    noise.searchSteps = attackSearch
    let others = try transfer.map { path in try readNetwork(path, like: network, option: "--transfer") }
    let set = try noise.dataset(
      against: network, program: ProgramVictim(file.engine), data: data, others: others,
      count: attackCount ?? limit ?? 1000,
      AttackRun(seed: seed) { done, all in progress.update("\(specification): \(done)/\(all)") })
    progress.clear()
    return set
  }
}
