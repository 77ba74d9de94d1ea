import ArgumentParser
import Foundation
import ScrupleData
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport

struct FoolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fool", abstract: "Attack models, float and int8, and compare how easily each is fooled.",
    discussion: """
      MODEL is a folder with model.safetensors and model.scruple, or single files; an int8 program goes together with \
      its float twin. All models are given the same starts and as many questions. What should be doubted (noise, a \
      blank, nonsense) counts as a find when it gets a confidence of --confidence or more, data when it is classified \
      wrongly. Attacks on int8 that follow a gradient follow the float model's and are judged by the program. Every \
      attack ends in bytes that the device reads. The same seed gives the same finds, and more questions never fewer.

      Attacks:
      \(AttackKind.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

      Examples:
        scruple fool models/fashion-plain models/fashion-acet --report runs/fool
        scruple fool models/iris-mlp-plain models/iris-mlp-acet --attack rays,gradient
      """)

  @Argument(help: "Models: folders, .safetensors and .scruple files.")
  var models: [String]

  @Option(name: .customLong("attack"), help: "Attacks by name, separated by commas; all that fit by default.")
  var attacks: String?

  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "In-distribution data; by default that of the recipe beside a model.", valueName: "dataset"))
  var dataset: String?

  @Option(name: .long, help: "Questions that an attack may ask for each start.")
  var budget = 400

  @Option(name: .long, help: "Starts of each attack.")
  var count = 20

  @Option(name: .long, help: "How sure a model must be of what should be doubted.")
  var confidence = 0.99

  @Option(name: .long, help: "Of l∞ balls, as a part of the range (images: 0.1, tables: 0.02).")
  var radius: Float?

  @Option(name: .customLong("radius-l2"), help: "Of Euclidean balls (images: 1.5, tables: 0.03).")
  var euclideanRadius: Float?

  @Option(name: .long, help: "How many pixels 'pixels' changes.")
  var pixels = 5

  @Option(name: .long, help: "The side of 'patch's square.")
  var patch = 5

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write report.html, finds.csv and every find as a PNG into this folder.", valueName: "dir"))
  var report: String?

  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if models.isEmpty { throw ValidationError("name a model to fool") }
    if budget < 1 || count < 1 { throw ValidationError("--budget and --count must be 1 or more") }
    if !(confidence > 0 && confidence < 1) { throw ValidationError("--confidence must be between 0 and 1") }
    for radius in [radius, euclideanRadius].compactMap(\.self) where !(radius > 0) {
      throw ValidationError("a radius must be above 0")
    }
    if let radius, radius > 1 { throw ValidationError("--radius is a part of the range, at most 1") }
    if pixels < 1 || patch < 1 { throw ValidationError("--pixels and --patch must be 1 or more") }
    _ = try kinds()
  }

  func run() throws {
    let loaded = try FoolModels(models)
    let models = loaded.models
    let first = models[0]
    guard let source = dataset ?? loaded.dataset else {
      throw Failure(.usage, "there is no recipe beside \(self.models[0]): name the data with --data")
    }
    let set = try data.load(source, for: first.input, labels: first.labels)
    var fooling = try Fooling(data: set, input: first.input)
    (fooling.budget, fooling.count, fooling.confidence) = (budget, count, confidence)
    (fooling.pixels, fooling.patchSide) = (pixels, patch)
    if let radius { fooling.radius = radius }
    if let euclideanRadius { fooling.euclideanRadius = euclideanRadius }
    let (wanted, leftOut) = try choose(fooling, models)
    let files = report.map { FoolFiles(directory: $0, input: first.input) }
    try files?.prepare()
    let tables = try attack(fooling, models, wanted)
    let page = FoolReport(fooling: fooling, tables: tables, input: first.input)
    if output.json {
      try printJSON(
        FoolDocument(
          data: set.name, seed: data.seed, count: count, budget: budget, confidence: confidence,
          leftOut: leftOut,
          outcomes: tables.outcomes, rays: tables.surveys.map(FoolDocument.Rays.init)))
    } else {
      show(tables, page.checks, set, leftOut)
    }
    if let report, var files {
      for outcome in tables.outcomes { try files.add(outcome) }
      for (survey, model) in zip(tables.surveys, models) {
        try files.add(survey, model, confidence: confidence)
      }
      try files.finish()
      let path = try page.page(seed: data.seed, leftOut: leftOut).write(toDirectory: report)
      if !output.json { print(path) }
    }
    if !page.checks.allSatisfy(\.holds) { throw ExitCode(ExitStatus.checkDidNotHold.rawValue) }
  }

  /// The attacks that were asked for; nil for all that fit.
  private func kinds() throws -> [AttackKind]? {
    try attacks.map { list in
      try list.split(separator: ",").map { word in
        guard let kind = AttackKind(rawValue: word.trimmingCharacters(in: .whitespaces)) else {
          throw ValidationError(
            "--attack \(word): there are \(AttackKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return kind
      }
    }
  }

  /// Attacks to run, and those that are left out by themselves, with the reason. One that was asked for by name must fit.
  private func choose(_ fooling: Fooling, _ models: [FoolModel]) throws -> (
    wanted: [AttackKind], leftOut: [String: String]
  ) {
    if let asked = try kinds() {
      for kind in asked {
        if let reason = fooling.reasonAgainst(kind, on: models) {
          throw Failure(.usage, "--attack \(kind.rawValue): \(reason)")
        }
      }
      return (AttackKind.allCases.filter(asked.contains), [:])
    }
    var leftOut: [String: String] = [:]
    for kind in AttackKind.allCases { leftOut[kind.rawValue] = fooling.reasonAgainst(kind, on: models) }
    return (AttackKind.allCases.filter { leftOut[$0.rawValue] == nil }, leftOut)
  }

  private func attack(_ fooling: Fooling, _ models: [FoolModel], _ kinds: [AttackKind]) throws -> FoolTables {
    let progress = ProgressLine(silent: output.json)
    var outcomes: [FoolOutcome] = []
    var surveys: [RaySurvey] = []
    for kind in kinds {
      for model in models {
        func run(_ side: String) -> AttackRun {
          AttackRun(seed: data.seed) { done, all in
            progress.update("\(kind.rawValue) on \(model.name), \(side): \(done)/\(all)")
          }
        }
        if kind == .rays {
          surveys.append(
            try RaySurvey(fooling, model, mostInputs: max(1000, 500 * fooling.budget), run("float and int8")))
          continue
        }
        for side in ModelSide.allCases {
          outcomes += try fooling.run(kind, on: model, side: side, run(side.rawValue))
        }
      }
    }
    progress.clear()
    return FoolTables(models: models, outcomes: outcomes, surveys: surveys)
  }

  private func show(_ tables: FoolTables, _ checks: [Check], _ set: Dataset, _ leftOut: [String: String]) {
    print(
      "\(models.joined(separator: ", ")) on \(set.name): \(count) starts, \(budget) questions each, seed \(data.seed)\n"
    )
    if !tables.outcomes.isEmpty {
      print("  \(tables.rates.caption):")
      TextTable(tables.rates).print()
    }
    if !tables.surveys.isEmpty {
      print("\n  \(tables.rays.caption):")
      TextTable(tables.rays).print()
    }
    for (kind, reason) in leftOut.sorted(by: { $0.key < $1.key }) { print("  left out: \(kind), \(reason)") }
    if !checks.isEmpty {
      print("\nchecks")
      showChecks(checks)
    }
  }
}
