import ScrupleData
import ScrupleDevice
import ScrupleNetwork

/// A model to fool, in one or both of its forms.
public struct FoolModel: Sendable {
  /// What tables call it.
  public var name: String
  /// The float model.
  public var network: Network?
  /// The int8 program.
  public var engine: Engine?
  /// What both read.
  public var input: InputDescription
  /// The classes' names.
  public var labels: [String]

  /// Wraps its parts.
  public init(name: String, network: Network?, engine: Engine?, input: InputDescription, labels: [String]) {
    (self.name, self.network, self.engine) = (name, network, engine)
    (self.input, self.labels) = (input, labels)
  }

  /// Who answers for one form; nil where the model does not have it.
  public func victim(_ side: ModelSide) -> (any Victim)? {
    switch side {
    case .float: network.map { FloatVictim($0) }
    case .int8: engine.map { ProgramVictim($0) }
    }
  }
}

/// Attacks on models that read the same inputs: the same starts, goals and numbers of questions for each.
///
/// Every attack ends in bytes that the device can read. On the int8 form, attacks that follow a gradient follow
/// that of the float model and are judged by the program. More questions never find less:
/// each attack begins as it would with fewer.
public struct Fooling: Sendable {
  /// Steps of one gradient ascent without a ball.
  static let gradientSteps = 100
  /// Steps of one gradient ascent in a ball.
  static let ballSteps = 40

  /// In-distribution data, in the models' form.
  public let data: Dataset
  /// Starts of each attack.
  public var count = 20
  /// Questions for each start.
  public var budget = 400
  /// From where there should be doubt: an input with at least this confidence is a find.
  public var confidence = 0.99
  /// Of the l∞ balls, normalized.
  public var radius: Float
  /// Of the Euclidean balls, normalized.
  public var euclideanRadius: Float
  /// Pixels (features) that `pixels` changes.
  public var pixels = 5
  /// The side of `patch`'s square.
  public var patchSide = 5
  let input: InputDescription
  let shape: Shape
  private let bytes: [UInt8]

  /// - Parameter data: labelled or not; what it doesn't label counts as what the attacked model says at first.
  public init(data: Dataset, input: InputDescription) throws {
    self.data = try data.matching(input)
    guard self.data.count > 0 else { throw EvaluationError.noSamples(set: data.name) }
    self.input = input
    shape = input.shape
    bytes = try self.data.quantized(0..<self.data.count, for: input)
    if case .image = input.kind {
      (radius, euclideanRadius) = (0.1, 1.5)
    } else {
      (radius, euclideanRadius) = (0.02, 0.03)
    }
  }

  /// Whether an attack makes sense for these inputs and models and fits into the budget; if not, why.
  public func reasonAgainst(_ kind: AttackKind, on models: [FoolModel]) -> String? {
    let networks = models.compactMap(\.network)
    if kind.leastBudget > budget { return "it needs \(kind.leastBudget) questions a start" }
    let grid = PixelGrid(shape)
    switch kind {
    case .patch where grid.height < patchSide || grid.width < patchSide: return "the inputs are too small"
    case .pixels where grid.placeCount <= pixels: return "the inputs have no more than \(pixels) values"
    case .gradient, .fgsm, .pgd, .pgdEuclidean:
      return networks.isEmpty ? "it follows a gradient, and no float model is here" : nil
    case .inversion:
      return networks.contains(where: Inversion.applies)
        ? nil : "it goes backwards through dense layers, and no float model here has only these"
    default: return nil
    }
  }

  /// Runs an attack on one form of a model.
  ///
  /// - Returns: one outcome for each kind of start; none where the model lacks what the attack needs: the
  ///   form, a gradient, or dense layers to go backwards through. Rays are walked by ``RaySurvey``.
  public func run(_ kind: AttackKind, on model: FoolModel, side: ModelSide, _ run: AttackRun) throws
    -> [FoolOutcome]
  {
    guard let victim = model.victim(side) else { return [] }
    return try tasks(kind, model, victim, seed: run.seed).compactMap { task in
      guard !task.goals.isEmpty else { return nil }
      guard let rows = try attack(kind, model, side, victim, task, run) else { return nil }
      return try outcome(kind, model, side, task, rows)
    }
  }

  /// Goes backwards to so many images of each class, by turns from noise and from an empty image.
  ///
  /// - Returns: nil where the model lacks the form, or the layers to go backwards through.
  public func backwards(
    _ model: FoolModel, side: ModelSide, perClass: Int, _ run: AttackRun
  ) throws -> FoolOutcome? {
    guard let victim = model.victim(side) else { return nil }
    let classes = model.labels.count
    var all = self
    all.count = perClass * classes
    var task = all.noise("inversion", run.seed)
    task.goals = (0..<all.count).map { .named($0 % classes) }
    for row in 0..<all.count where row / classes % 2 == 1 {
      task.names[row] = "blank \(row)"
      let range = row * input.count..<(row + 1) * input.count
      task.starts.replaceSubrange(range, with: [UInt8](repeating: 0, count: input.count))
    }
    return try all.attack(.inversion, model, side, victim, task, run).map {
      try all.outcome(.inversion, model, side, task, $0)
    }
  }

  /// Where an attack begins and what it wants.
  struct Task {
    var title: String
    var starts: [UInt8] = []
    var names: [String] = []
    var goals: [AttackGoal] = []
    /// What a find's confidence must be.
    var confidence: Double
  }

  func sample(_ index: Int) -> ArraySlice<UInt8> {
    bytes[index * input.count..<(index + 1) * input.count]
  }

  /// Samples in a seeded order.
  func order(_ seed: UInt64) -> [Int] {
    var generator = SeededGenerator(seed: seed, stream: 80, index: 0)
    return generator.permutation(data.count)
  }

  private func tasks(
    _ kind: AttackKind, _ model: FoolModel, _ victim: any Victim, seed: UInt64
  ) throws -> [Task] {
    let classes = model.labels.count
    switch kind {
    case .rays: return []
    case .gradient:
      var blank = Task(title: "gradient from a blank", confidence: confidence)
      for row in 0..<count {
        blank.starts += [UInt8](repeating: 0, count: input.count)
        blank.names.append("blank")
        blank.goals.append(.named(row % classes))
      }
      var other = Task(title: "gradient from another class", confidence: confidence)
      for (row, index) in order(seed).prefix(count).enumerated() {
        let own = try label(of: index, victim)
        other.starts += sample(index)
        other.names.append(name(of: index, model))
        other.goals.append(.named((own + 1 + row % (classes - 1)) % classes))
      }
      return [noise("gradient from noise", seed), blank, other]
    case .evolution: return [noise("evolution", seed)]
    case .integers: return [noise("search over integers", seed)]
    case .inversion:
      var task = noise("inversion", seed)
      task.goals = (0..<count).map { .named($0 % classes) }
      return [task]
    case .fgsm: return [try rightData("FGSM, l∞ ≤ \(radius)", model, victim, seed)]
    case .pgd: return [try rightData("PGD, l∞ ≤ \(radius)", model, victim, seed)]
    case .pgdEuclidean: return [try rightData("PGD, l2 ≤ \(euclideanRadius)", model, victim, seed)]
    case .pixel: return [try rightData(isImage ? "one pixel" : "one feature", model, victim, seed)]
    case .pixels:
      return [try rightData(isImage ? "\(pixels) pixels" : "\(pixels) features", model, victim, seed)]
    case .patch: return [try rightData("patch \(patchSide)×\(patchSide)", model, victim, seed)]
    }
  }

  private var isImage: Bool { data.isImage }

  private func noise(_ title: String, _ seed: UInt64) -> Task {
    var task = Task(title: title, confidence: confidence)
    for row in 0..<count {
      var generator = SeededGenerator(seed: seed, stream: 81, index: UInt64(row))
      task.starts += (0..<input.count).map { _ in UInt8(generator.next(below: 256)) }
      task.names.append("noise \(row)")
      task.goals.append(.surest)
    }
    return task
  }

  /// Samples that the model gets right, to be made wrong.
  private func rightData(_ title: String, _ model: FoolModel, _ victim: any Victim, _ seed: UInt64) throws
    -> Task
  {
    var task = Task(title: title, confidence: 0)
    for index in order(seed).prefix(count) {
      let own = try label(of: index, victim)
      let answer = try victim.probabilities(Array(sample(index)))
      guard AttackGoal.surest.target(answer[...]) == own else { continue }
      task.starts += sample(index)
      task.names.append(name(of: index, model))
      task.goals.append(.anyBut(own))
    }
    return task
  }

  private func label(of index: Int, _ victim: any Victim) throws -> Int {
    if let labels = data.labels { return labels[index] }
    return AttackGoal.surest.target(try victim.probabilities(Array(sample(index)))[...])
  }

  private func name(of index: Int, _ model: FoolModel) -> String {
    data.labels.map { "\(data.name) \(index) (\(model.labels[$0[index]]))" } ?? "\(data.name) \(index)"
  }
}
