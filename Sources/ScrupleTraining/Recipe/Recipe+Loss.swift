import ScrupleData

extension Recipe {
  /// Reads `loss: {kind, lambda, smoothing, noise: {kinds, share}, attack: {…}}`.
  static func loss(
    _ top: RecipeSection, isTabular: Bool, batch: Int
  ) throws(RecipeError) -> (kind: LossKind, noise: Noise?, attack: Attack?, smoothing: Double) {
    guard let section = try top.section("loss", known: ["kind", "lambda", "smoothing", "noise", "attack"])
    else { return (.crossEntropy, nil, nil, 0) }
    let kind: LossKind = try section.word("kind")
    let smoothing = try section.number("smoothing", from: 0, to: 0.99, default: 0)
    for key in ["lambda", "noise"] where kind == .crossEntropy && section.has(key) {
      throw section.conflict(key, "cross-entropy alone has no noise; say ceda or acet")
    }
    guard kind == .acet || !section.has("attack") else {
      throw section.conflict("attack", "only acet attacks its noise")
    }
    guard kind != .crossEntropy else { return (kind, nil, nil, smoothing) }
    let noise = try noise(section, isTabular: isTabular, batch: batch)
    return (kind, noise, kind == .acet ? try attack(section) : nil, smoothing)
  }

  private static func noise(
    _ section: RecipeSection, isTabular: Bool, batch: Int
  ) throws(RecipeError) -> Noise {
    let noiseSection = try section.section("noise", known: ["kinds", "share"])
    let noise = Noise(
      kinds: try noiseSection?.words("kinds", default: isTabular ? [.uniform] : [.smoothed])
        ?? (isTabular ? [.uniform] : [.smoothed]),
      share: try noiseSection?.number("share", from: 0, above: true, to: 0.99, default: 0.5) ?? 0.5,
      lambda: try section.number("lambda", from: 0, to: 1e3, default: 1))
    for kind in noise.kinds where isTabular ? kind.isForImagesOnly : kind == .far {
      throw (noiseSection ?? section).conflict(
        "kinds", "\(kind.rawValue) noise is only for \(isTabular ? "images" : "tables")")
    }
    guard Int((Double(batch) * noise.share).rounded()) > 0,
      Int((Double(batch) * (1 - noise.share)).rounded()) > 0
    else { throw (noiseSection ?? section).conflict("share", "a batch of \(batch) has no such share") }
    return noise
  }

  private enum Start: String, CaseIterable {
    /// A random point of the ball.
    case random
    /// In turn a random point and the ball's nearest to a training sample.
    case mixed
  }

  private static func attack(_ section: RecipeSection) throws(RecipeError) -> Attack {
    let attack = try section.section(
      "attack", known: ["epsilon", "steps", "step", "share", "start", "outliers"])
    let epsilon = try attack?.number("epsilon", from: 0, above: true, to: 1e3, default: 0.3) ?? 0.3
    let steps = try attack?.integer("steps", in: 1...10_000, default: 40) ?? 40
    return Attack(
      epsilon: epsilon, steps: steps,
      step: try attack?.number("step", from: 0, above: true, default: epsilon / Double(steps))
        ?? epsilon / Double(steps),
      share: try attack?.number("share", from: 0, above: true, to: 1, default: 1) ?? 1,
      startsAtData: try attack?.word("start", default: Start.random) == .mixed,
      attacksOutliers: attack?.has("outliers") == true ? try attack?.flag("outliers") ?? false : false)
  }

  /// Reads `outliers: {data, label, lambda, share}`.
  static func outliers(_ top: RecipeSection) throws(RecipeError) -> Outliers? {
    let known = ["data", "label", "lambda", "share"]
    guard let section = try top.section("outliers", known: known) else { return nil }
    let expected = "a list of names or paths of datasets"
    guard let nodes = try section.list("data", expected: expected), !nodes.isEmpty else {
      throw section.wrong("data", expected: expected)
    }
    var data: [String] = []
    for node in nodes {
      guard let name = node.string, !name.isEmpty else { throw section.wrong("data", expected: expected) }
      data.append(name)
    }
    return Outliers(
      data: data, label: section.has("label") ? try section.string("label", expected: "a class") : nil,
      lambda: try section.number("lambda", from: 0, to: 1e3, default: 1),
      share: try section.number("share", from: 0, above: true, to: 0.9, default: 0.25))
  }

  /// Reads `augment: {shift, flip, rotate, contrast, brightness, noise}`.
  static func augmentation(_ top: RecipeSection, isTabular: Bool) throws(RecipeError) -> Augmentation? {
    let known = ["shift", "flip", "rotate", "contrast", "brightness", "noise"]
    guard let section = try top.section("augment", known: known) else { return nil }
    if isTabular { throw top.conflict("augment", "only images are augmented") }
    return Augmentation(
      shift: try section.integer("shift", in: 0...1000, default: 0),
      flips: section.has("flip") ? try section.flag("flip") : false,
      rotation: try section.number("rotate", from: 0, to: 180, default: 0),
      contrast: try section.number("contrast", from: 0, to: 0.99, default: 0),
      brightness: try section.number("brightness", from: 0, to: 1, default: 0),
      noise: try section.number("noise", from: 0, to: 1, default: 0))
  }

  /// Reads `stop: {patience}`.
  static func stop(_ top: RecipeSection) throws(RecipeError) -> Stop? {
    guard let section = try top.section("stop", known: ["patience"]) else { return nil }
    return Stop(patience: try section.integer("patience", in: 1...1_000_000))
  }
}
