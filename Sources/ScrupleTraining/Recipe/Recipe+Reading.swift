import Foundation
import ScrupleData
import ScrupleNetwork

extension Recipe {
  /// Reads a recipe file.
  ///
  /// - Throws: ``RecipeError`` with the file, the line and the key.
  public init(contentsOf file: String) throws(RecipeError) {
    let text: String
    do {
      text = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      throw .unreadable(file: file, reason: (error as NSError).localizedDescription)
    }
    try self.init(text: text, file: file)
  }

  /// Reads a recipe; `file` is what errors call it.
  public init(text: String, file: String) throws(RecipeError) {
    var top = try RecipeMapping(text: text, file: file)
    name = try top.string("name")
    seed = UInt64(try top.int("seed", in: 0...Int.max, default: 0))
    data = try top.string("data")
    features = try Self.features(&top)
    hidden = try top.ints("hidden", in: 1...32_768, default: [])
    activation = try top.choice("activation", of: HiddenActivation.self, default: .relu)
    loss = try Loss(&top)
    gap = try GapPenalty(&top)
    optimizer = try Optimizer(&top)
    schedule = try Schedule(&top)
    epochs = try top.int("epochs", in: 1...1_000_000)
    batch = try top.int("batch", in: 2...1_000_000, default: 128)
    quantization = try Quantization(&top, epochs: epochs)
    temperature = try top.double("temperature", in: 1e-3...1e3, default: 1)
    threshold = top.has("threshold") ? try top.double("threshold", in: 0...1) : nil
    try top.finish()
    if quantization.method == .grid, !hidden.isEmpty, activation != .relu {
      throw top.invalid("activation", expected: "relu where quantization.method is grid: only ReLU becomes int8")
    }
    if optimizer.kind == .lbfgs, loss.kind != .crossEntropy {
      throw top.invalid("loss", expected: "cross-entropy where optimizer.kind is lbfgs: noise is drawn per batch")
    }
  }

  private static func features(_ top: inout RecipeMapping) throws(RecipeError) -> [InputDescription.Feature] {
    var features: [InputDescription.Feature] = []
    for var entry in try top.mappings("features") ?? [] {
      let feature = InputDescription.Feature(
        name: try entry.string("name"), low: try entry.double("low", in: -1e30...1e30),
        high: try entry.double("high", in: -1e30...1e30))
      guard feature.low < feature.high else { throw entry.invalid("high", expected: "greater than low") }
      try entry.finish()
      features.append(feature)
    }
    return features
  }
}

extension Recipe.Loss {
  /// The paper's constants where the recipe is silent.
  init(_ top: inout RecipeMapping) throws(RecipeError) {
    guard var entry = try top.mapping("loss") else {
      self = Self(
        kind: .crossEntropy, lambda: 0, noiseShare: 0, noise: [],
        attack: Recipe.Attack(epsilon: 0, steps: 0, stepSize: 0))
      return
    }
    kind = try entry.choice("kind", of: Kind.self)
    let hasNoise = kind != .crossEntropy
    lambda = hasNoise ? try entry.double("lambda", in: 0...1e6, default: 1) : 0
    noiseShare = hasNoise ? try entry.double("noiseShare", in: 0.01...0.99, default: 0.5) : 0
    noise = []
    if hasNoise {
      let names = try entry.strings("noise", default: [NoiseKind.smoothed.rawValue])
      for name in names {
        guard let kind = NoiseKind(rawValue: name) else {
          throw entry.invalid(
            "noise", expected: "a list of " + NoiseKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        noise.append(kind)
      }
    }
    attack = Recipe.Attack(epsilon: 0, steps: 0, stepSize: 0)
    if kind == .acet {
      var pgd = try entry.mapping("attack")
      let epsilon = try pgd?.double("epsilon", in: 1e-6...10, default: 0.3) ?? 0.3
      let steps = try pgd?.int("steps", in: 1...10_000, default: 40) ?? 40
      let stepSize = try pgd?.double("stepSize", in: 1e-9...10, default: epsilon / Double(steps))
      attack = Recipe.Attack(epsilon: epsilon, steps: steps, stepSize: stepSize ?? epsilon / Double(steps))
      try pgd?.finish()
    }
    try entry.finish()
  }
}

extension Recipe.GapPenalty {
  init?(_ top: inout RecipeMapping) throws(RecipeError) {
    guard var entry = try top.mapping("gap") else { return nil }
    lambda = try entry.double("lambda", in: 0...1e6)
    warmup = try entry.int("warmup", in: 0...1_000_000, default: 0)
    try entry.finish()
  }
}

extension Recipe.Optimizer {
  init(_ top: inout RecipeMapping) throws(RecipeError) {
    guard var entry = try top.mapping("optimizer") else {
      self = Self(kind: .adam, rate: 0.001, momentum: 0.9, secondMomentum: 0.999, weightDecay: 0)
      return
    }
    kind = try entry.choice("kind", of: Kind.self)
    rate = try entry.double("rate", in: 1e-9...1e3, default: kind == .adam ? 0.001 : kind == .sgd ? 0.1 : 1)
    momentum = try entry.double("momentum", in: 0...0.999999, default: 0.9)
    secondMomentum = try entry.double("secondMomentum", in: 0...0.9999999, default: 0.999)
    weightDecay = try entry.double("weightDecay", in: 0...1e3, default: kind == .lbfgs ? 1 : 0)
    try entry.finish()
  }
}

extension Recipe.Schedule {
  init(_ top: inout RecipeMapping) throws(RecipeError) {
    guard var entry = try top.mapping("schedule") else {
      self = Self(kind: .constant, warmup: 0, every: 1, factor: 1)
      return
    }
    kind = try entry.choice("kind", of: Kind.self)
    warmup = try entry.int("warmup", in: 0...1_000_000, default: 0)
    let steps = kind == .step
    every = steps ? try entry.int("every", in: 1...1_000_000) : 1
    factor = steps ? try entry.double("factor", in: 1e-6...1, default: 0.1) : 1
    try entry.finish()
  }
}

extension Recipe.Quantization {
  init(_ top: inout RecipeMapping, epochs total: Int) throws(RecipeError) {
    var entry = try top.mapping("quantization")
    method = try entry?.choice("method", of: Method.self, default: .grid) ?? .grid
    let grid = method == .grid
    epochs = grid ? try entry?.int("epochs", in: 1...total, default: max(1, total / 3)) ?? max(1, total / 3) : 0
    clip = grid ? try entry?.double("clip", in: 1e-3...1e6, default: 6) ?? 6 : 0
    let measured = method == .calibration
    calibration =
      measured
      ? try entry?.choice("calibration", of: Recipe.Calibration.self, default: .percentile) ?? .percentile
      : .percentile
    percentile =
      calibration == .percentile && measured
      ? try entry?.double("percentile", in: 50...100, default: 99.9) ?? 99.9 : 99.9
    biasCorrection = measured ? try entry?.bool("biasCorrection", default: true) ?? true : false
    try entry?.finish()
  }
}
