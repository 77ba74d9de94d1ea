import ScrupleData
import ScrupleNetwork
import Yams

extension Recipe {
  /// The widest layer and the most parameters that are accepted: far above any microcontroller.
  static let largestWidth = 65_536
  static let largestParameterCount = 1 << 26

  /// Reads a recipe from YAML text. `file` is what errors call it.
  public init(yaml: String, file: String) throws(RecipeError) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: yaml)
    } catch {
      throw Self.syntaxError(error, file: file)
    }
    guard let node else { throw .syntax(file: file, line: 1, reason: "the file is empty") }
    let top = try RecipeSection(
      node, file: file, path: "",
      known: [
        "name", "seed", "data", "features", "network", "loss", "optimizer", "schedule", "epochs", "batch",
        "shards", "grid", "gap", "interval", "augment", "outliers", "stop", "budget",
      ])
    text = yaml
    places = RecipePlaces(file: file, node)
    name = try top.string("name", expected: "the model's name")
    guard name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x2F && $0 < 0x7F }) else {
      throw top.wrong("name", expected: "letters, digits and punctuation without spaces or slashes")
    }
    seed = UInt64(try top.integer("seed", in: 0...Int.max, default: 0))
    epochs = try top.integer("epochs", in: 1...1_000_000, default: 10)
    batch = try top.integer("batch", in: 1...65_536, default: 128)
    shards = try top.integer("shards", in: 1...64, default: 2)

    guard let data = try top.section("data", known: ["train", "test", "validation"]) else {
      throw .missingKey(file: file, line: top.line, key: "data", expected: "a mapping with train and test")
    }
    trainData = try data.string("train", expected: "the name or path of a dataset")
    testData = data.has("test") ? try data.string("test", expected: "the name or path of a dataset") : nil

    validation =
      data.has("validation") ? try data.number("validation", from: 0, above: true, to: 1e9) : nil
    if let validation, validation >= 1, validation != validation.rounded() {
      throw data.wrong("validation", expected: "a part of the data below 1, or a whole number of rows")
    }

    features = try Self.features(top)
    optimizer = try Self.optimizer(top)
    schedule = try Self.schedule(top)
    (loss, noise, attack, smoothing) = try Self.loss(top, isTabular: features != nil, batch: batch)
    outliers = try Self.outliers(top)
    augmentation = try Self.augmentation(top, isTabular: features != nil)
    grid = try Self.grid(top, epochs: epochs)
    gap = try Self.gap(top)
    interval = try Self.interval(top, isTabular: features != nil)
    stop = try Self.stop(top)
    budget = try Self.budget(top)
    (hidden, layers, activation, temperature) = try Self.network(top, grid: grid)
    try checkTogether(top)
  }

  private func checkTogether(_ top: RecipeSection) throws(RecipeError) {
    if gap != nil, grid == nil || (hidden.isEmpty && layers == nil) {
      throw top.conflict("gap", "the penalty needs training on the grid and a hidden layer")
    }
    if stop != nil, validation == nil {
      throw top.conflict("stop", "early stopping needs validation data: say data: {validation: 0.1}")
    }
    let share = (noise?.share ?? 0) + (outliers?.share ?? 0)
    if share > 0.99 {
      throw top.conflict("outliers", "noise and outliers are \(share) of a batch: nothing is left for data")
    }
    if attack?.attacksOutliers == true, outliers == nil || outliers?.label != nil {
      throw top.conflict("loss", "the attack is on outliers, and there are none without a label")
    }
    if optimizer.kind == .lbfgs {
      guard validation == nil, outliers == nil, augmentation == nil, smoothing == 0 else {
        throw top.conflict("optimizer", "l-bfgs knows no validation, outliers, augmentation or smoothing")
      }
      guard hidden.isEmpty, layers == nil else {
        throw top.conflict("optimizer", "l-bfgs trains a network without hidden layers; give hidden: []")
      }
      guard interval == nil else { throw top.conflict("interval", "l-bfgs knows only cross-entropy") }
      guard loss == .crossEntropy else { throw top.conflict("loss", "l-bfgs knows only cross-entropy") }
    }
    if batch < shards {
      throw top.conflict(
        top.has("shards") ? "shards" : "batch",
        "\(shards) shards share out a batch of \(batch): say shards: \(batch), or a larger batch")
    }
    var inputs = features?.count ?? 1
    var parameters = 0
    for width in hidden {
      parameters += (inputs + 1) * width
      inputs = width
    }
    if parameters > Self.largestParameterCount {
      throw top.conflict(
        "network", "\(parameters) parameters; at most \(Self.largestParameterCount) are accepted")
    }
  }

  private static func syntaxError(_ error: any Error, file: String) -> RecipeError {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      .syntax(file: file, line: mark.line, reason: problem)
    case YamlError.duplicatedKeysInMapping(let duplicates, let context):
      .syntax(
        file: file, line: context.mark.line,
        reason: "the key \(duplicates.map { "\"\($0)\"" }.joined(separator: ", ")) comes twice in one mapping"
      )
    default: .syntax(file: file, line: 1, reason: "\(error)")
    }
  }

  private static func features(_ top: RecipeSection) throws(RecipeError) -> [InputDescription.Feature]? {
    guard let nodes = try top.list("features", expected: "a list of {name, low, high}") else { return nil }
    var features: [InputDescription.Feature] = []
    for (index, node) in nodes.enumerated() {
      let section = try RecipeSection(
        node, file: top.file, path: "features[\(index)]", known: ["name", "low", "high"])
      let name = try section.string("name", expected: "a column's name")
      let low = try section.number("low", from: -.greatestFiniteMagnitude)
      let high = try section.number("high", from: -.greatestFiniteMagnitude)
      guard low < high else { throw section.conflict("high", "the range \(low)…\(high) is empty") }
      guard !features.contains(where: { $0.name == name }) else {
        throw section.conflict("name", "two features are called \"\(name)\"")
      }
      features.append(.init(name: name, low: low, high: high))
    }
    guard !features.isEmpty else { throw top.wrong("features", expected: "at least one feature") }
    return features
  }

  private static func grid(_ top: RecipeSection, epochs: Int) throws(RecipeError) -> Grid? {
    guard let section = try top.section("grid", known: ["epochs", "limit"]) else { return nil }
    return Grid(
      epochs: try section.integer("epochs", in: 1...epochs, default: max(1, epochs / 4)),
      limit: try section.number("limit", from: 0, above: true, to: 1e6, default: 6))
  }

  private static func gap(_ top: RecipeSection) throws(RecipeError) -> Gap? {
    guard let section = try top.section("gap", known: ["lambda", "warmup"]) else { return nil }
    return Gap(
      lambda: try section.number("lambda", from: 0),
      warmup: try section.integer("warmup", in: 0...1_000_000, default: 0))
  }

  private static func network(
    _ top: RecipeSection, grid: Grid?
  ) throws(RecipeError) -> (
    hidden: [Int], layers: [LayerDescription]?, activation: Activation, temperature: Double
  ) {
    guard let section = try top.section("network", known: ["hidden", "activation", "temperature", "layers"])
    else {
      throw .missingKey(
        file: top.file, line: top.line, key: "network",
        expected: "a mapping with hidden and activation, or with layers")
    }
    let temperature = try section.number("temperature", from: 0, above: true, to: 1e6, default: 1)
    if let layers = try layers(section, grid: grid) {
      for key in ["hidden", "activation"] where section.has(key) {
        throw section.conflict(key, "the layers say all: leave it out, or leave out layers")
      }
      return ([], layers, .relu, temperature)
    }
    let hidden = try section.integers(
      "hidden", in: 1...largestWidth,
      expected: "a list of layer widths from 1 to \(largestWidth), or [] for none (or else layers)")
    let word: ActivationWord = try section.word("activation", default: .relu)
    guard let grid, !hidden.isEmpty else { return (hidden, nil, word.activation, temperature) }
    guard word == .relu else {
      throw section.conflict("activation", "on the grid hidden activations are clipped ReLUs: say relu")
    }
    return (hidden, nil, .clippedReLU(limit: Float(grid.limit)), temperature)
  }

  enum ActivationWord: String, CaseIterable {
    case relu, tanh, identity

    var activation: Activation {
      switch self {
      case .relu: .relu
      case .tanh: .tanh
      case .identity: .identity
      }
    }
  }

  private static func optimizer(_ top: RecipeSection) throws(RecipeError) -> Optimizer {
    let known = [
      "kind", "rate", "momentum", "beta1", "beta2", "epsilon", "weightDecay", "inversePenalty", "tolerance",
      "iterations",
    ]
    guard let section = try top.section("optimizer", known: known) else {
      throw .missingKey(file: top.file, line: top.line, key: "optimizer", expected: "a mapping with kind")
    }
    let kind: OptimizerKind = try section.word("kind")
    let used: [String]
    switch kind {
    case .lbfgs: used = ["kind", "inversePenalty", "tolerance", "iterations"]
    case .sgd: used = ["kind", "rate", "momentum", "weightDecay"]
    case .adam: used = ["kind", "rate", "beta1", "beta2", "epsilon", "weightDecay"]
    }
    for key in known where section.has(key) && !used.contains(key) {
      throw section.conflict(
        key, "\(kind.rawValue) has no such constant; it has \(used.dropFirst().joined(separator: ", "))")
    }
    return Optimizer(
      kind: kind,
      rate: try section.number("rate", from: 0, above: true, to: 1e3, default: kind == .sgd ? 0.1 : 0.001),
      momentum: try section.number("momentum", from: 0, to: 0.9999, default: 0.9),
      beta1: try section.number("beta1", from: 0, to: 0.9999, default: 0.9),
      beta2: try section.number("beta2", from: 0, to: 0.999999, default: 0.999),
      epsilon: try section.number("epsilon", from: 0, above: true, to: 1, default: 1e-8),
      weightDecay: try section.number("weightDecay", from: 0, to: 1e3, default: 0),
      inversePenalty: try section.number("inversePenalty", from: 0, above: true, to: 1e12, default: 1),
      tolerance: try section.number("tolerance", from: 0, above: true, to: 1, default: 1e-8),
      iterations: try section.integer("iterations", in: 1...1_000_000, default: 1000))
  }

  private static func schedule(_ top: RecipeSection) throws(RecipeError) -> Schedule {
    guard let section = try top.section("schedule", known: ["kind", "every", "factor", "floor", "warmup"])
    else {
      return Schedule(kind: .constant, every: 1, factor: 1, floor: 1, warmup: 0)
    }
    return Schedule(
      kind: try section.word("kind"),
      every: try section.integer("every", in: 1...1_000_000, default: 10),
      factor: try section.number("factor", from: 0, above: true, to: 1, default: 0.1),
      floor: try section.number("floor", from: 0, to: 1, default: 0),
      warmup: try section.integer("warmup", in: 0...1_000_000, default: 0))
  }
}
