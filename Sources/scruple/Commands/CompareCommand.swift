import ArgumentParser
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare a float model's confidence with the int8 program's.",
    discussion: """
      Runs both on the same inputs, in-distribution and out of it, and tells accuracy, agreement, the drift of \
      confidence, calibration, how well each separates in from out, and how often the float confidence lies outside \
      the device's proved bracket (never, or the proof is wrong). Each check is printed with its bound and value; the \
      exit status is 1 when one does not hold.

      FLOAT is best the float twin that INT8 was made from. With --original a third model (such as the network before \
      it was put on the grid) is compared, too. With --board the int8 side runs on that simulated device.

      OOD sets can be made against the model: --ood adversarial:0.3 moves noise by at most 0.3 of the range to \
      where FLOAT is surest (projected gradient ascent from the noise), adversarial-strong:0.3 tries many starts, test \
      samples moved near the noise among them, and what other models (--transfer) are sure of; adversarial-int8:0.3 \
      does the same to INT8 and goes on with a search over integers. A third part names the noise: \
      adversarial:0.1:uniform.

      Example:
        scruple compare models/fashion-acet/model.safetensors models/fashion-acet/model.scruple \\
          --data fashion-mnist --ood uniform --ood smoothed --max-drift 0.02 --report runs/acet
      """)

  @Argument(help: "The float model (.safetensors).")
  var float: String

  @Argument(help: "The int8 model (.scruple).")
  var int8: String

  @Option(name: .customLong("data"), help: ArgumentHelp("The in-distribution data.", valueName: "dataset"))
  var dataset: String

  @Option(
    name: .long, help: ArgumentHelp("Out-of-distribution data; may be given again.", valueName: "dataset"))
  var ood: [String] = []

  @Option(name: .long, help: ArgumentHelp("Another float model to compare with.", valueName: "model"))
  var original: String?

  @Option(name: .long, help: "Fail if a confidence drifts by more than this on any set.")
  var maxDrift: Double?

  @Option(name: .long, help: "Fail if accuracy falls by more than this (0.002 is 0.2 points).")
  var maxAccuracyLoss: Double?

  @Option(name: .long, help: "Fail if an AUROC differs by more than this.")
  var maxAurocDrift: Double?

  @Option(name: .long, help: "Fail if float and int8 agree on fewer samples than this share.")
  var minAgreement: Double?

  @Option(name: .long, help: "Run the int8 side on this board.")
  var board: String?

  @Option(name: .long, help: "With --board: in-process or qemu.")
  var engine: EngineChoice = .inProcess

  @Option(
    name: .long,
    help: ArgumentHelp("Write report.html and its pictures into this folder.", valueName: "folder"))
  var report: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Walk so many rays x + α·d through data, and as many in random directions (default: none).",
      valueName: "n"))
  var rays: Int?

  @OptionGroup var adversarial: AdversarialOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    let bounds = [
      ("--max-drift", maxDrift), ("--max-accuracy-loss", maxAccuracyLoss),
      ("--max-auroc-drift", maxAurocDrift), ("--min-agreement", minAgreement),
    ]
    if let rays, rays < 1 { throw ValidationError("--rays must be 1 or more") }
    for case (let option, let bound?) in bounds where !(0...1).contains(bound) {
      throw ValidationError("\(option) is between 0 and 1")
    }
  }

  func run() throws {
    let network = try readNetwork(float)
    let file = try ProgramFile(int8)
    let other = try original.map { path in try readNetwork(path, like: network, option: "--original") }
    let device = try board.map { engine.device(try Board.named($0)) }
    if let report { try prepareFolder(report) }
    let metadata = file.program.metadata
    guard network.input == metadata.input, network.labels == metadata.labels else {
      throw Failure(.badData, "\(float) and \(int8) don't read the same inputs or name the same classes")
    }
    let isTwin = file.isTwin(network)
    if !isTwin {
      note("\(float) is not the float twin that \(int8) was made from: what is proved does not speak of it")
    }
    let progress = ProgressLine(silent: output.json)
    let set = try data.load(dataset, for: network.input, labels: network.labels)
    let base = try noiseBase(network)
    let oodSets = try ood.map { name in
      try adversarial.load(
        name, against: network, file: file, data: set, seed: data.seed, limit: data.limit, progress)
        ?? data.load(name, for: network.input, base: base)
    }
    let survey = try survey(network, file, set, progress)
    var (comparison, sets) = try Comparison.run(
      float: FloatClassifier(name: "float", network: network),
      int8: file.classifier(on: device, speaksOfTwin: isTwin),
      original: other.map { FloatClassifier(name: "original", network: $0) },
      data: set, ood: oodSets,
      options: ComparisonOptions(
        threshold: metadata.thresholdProbability, maximumDrift: maxDrift,
        maximumAccuracyLoss: maxAccuracyLoss, maximumAUROCDrift: maxAurocDrift, minimumAgreement: minAgreement
      )
    ) { set, classifier in progress.update("\(classifier) on \(set)") }
    progress.clear()
    comparison.rays = survey.map(RaySummary.init)
    if output.json { try printJSON(comparison) } else { show(comparison) }
    if let report {
      let path = try page(comparison, sets: sets, survey: survey, data: set, file: file, twin: network)
        .write(toDirectory: report)
      if !output.json { print(path) }
    }
    if !comparison.holds { throw ExitCode(ExitStatus.checkDidNotHold.rawValue) }
  }

  /// How sure both are along far rays; nil if that wasn't asked for.
  private func survey(
    _ network: Network, _ file: ProgramFile, _ set: Dataset, _ progress: ProgressLine
  ) throws -> RaySurvey? {
    guard let rays else { return nil }
    var fooling = try Fooling(data: set, input: network.input)
    fooling.count = rays
    let model = FoolModel(
      name: file.program.metadata.name, network: network, engine: file.engine, input: network.input,
      labels: network.labels)
    return try RaySurvey(
      fooling, model, mostInputs: 200_000,
      AttackRun(seed: data.seed) { done, all in progress.update("rays: \(done)/\(all)") })
  }

  /// What permuted noise is made from: the set's training part, which the model knows, where it has parts.
  private func noiseBase(_ network: Network) throws -> Dataset? {
    guard ood.contains(where: { NoiseKind(rawValue: $0)?.needsBase == true }) else { return nil }
    return try data.load(dataset, for: network.input)
  }
}
