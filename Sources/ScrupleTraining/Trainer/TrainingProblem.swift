import ScrupleData
import ScrupleNetwork

/// A recipe with its data: what the network reads and tells apart.
struct TrainingProblem {
  let recipe: Recipe
  let input: InputDescription
  let labels: [String]
  /// The training data as it was read; noise is made from it.
  let dataset: Dataset
  let train: TrainingSet
  /// Training data kept apart to validate on.
  let validation: TrainingSet?
  let test: TrainingSet?
  /// Real inputs of no class, or of ``outlierLabel``.
  let outliers: [TrainingSet]
  /// The index of the class that stands for outliers.
  let outlierLabel: Int32?
  /// The network, with zeros for parameters.
  let template: Network
  /// What is trained: the template's layers, some of them normalized over the batch.
  let graph: NetworkGraph

  /// - Parameter board: what a board has, beside the recipe's budget.
  init(_ recipe: Recipe, board: Recipe.Budget? = nil) throws(TrainingError) {
    let described = recipe.features.map { InputDescription(.tabular($0)) }
    let dataset = try Self.load(recipe.trainData, "data.train", of: recipe, like: described)
    let test = try recipe.testData.map { name throws(TrainingError) in
      try Self.load(name, "data.test", of: recipe, like: described)
    }
    try self.init(recipe, dataset: dataset, test: test, board: board)
  }

  /// Reads or makes a set that a key of the recipe names.
  private static func load(
    _ name: String, _ key: String, of recipe: Recipe, like input: InputDescription?, base: Dataset? = nil,
    resize: Bool = false
  ) throws(TrainingError) -> Dataset {
    if key != "outliers.data", NoiseKind(rawValue: name) != nil {
      throw .setup(
        reason: "\(recipe.places[key]): \(name) is noise, which has no labels; name a set that has some")
    }
    var options = Catalogue.Options()
    options.resize = resize
    do {
      return try Catalogue.load(name, like: input, seed: recipe.seed, base: base, options: options)
    } catch {
      throw .data(error, place: recipe.places[key])
    }
  }

  init(
    _ recipe: Recipe, dataset: Dataset, test: Dataset?, board: Recipe.Budget? = nil
  ) throws(TrainingError) {
    self.recipe = recipe
    guard dataset.count > 0, dataset.labels != nil, dataset.labelNames.count >= 2 else {
      let found = dataset.labels == nil ? "no labels" : "\(dataset.labelNames.count) of them"
      throw .setup(
        reason: "\(recipe.places["data.train"]): \(recipe.trainData): training needs samples of at least two "
          + "classes with labels; there are \(found)")
    }
    if let features = recipe.features {
      guard !dataset.isImage else {
        throw .setup(
          reason: "\(recipe.places["features"]): \(recipe.trainData) holds images; features are for tables: "
            + "leave them out")
      }
      input = InputDescription(.tabular(features))
    } else {
      guard dataset.isImage else {
        let columns = zip(dataset.featureNames, dataset.featureRanges)
          .map { "{name: \($0), low: \($1.lowerBound), high: \($1.upperBound)}" }
        throw .setup(
          reason:
            "\(recipe.places["features"]): \(recipe.trainData) is a table: the recipe must say which features the network reads and which "
            + "ranges the device's 256 steps cover, as in \"features: [\(columns.joined(separator: ", "))]\"")
      }
      input = dataset.describedInput()
    }
    labels = dataset.labelNames
    outlierLabel = try Self.outlierLabel(of: recipe, in: labels)
    let (network, normalized) = try recipe.template(input: input, labels: labels)
    for (key, budget) in [("budget", recipe.budget), ("network", board)] {
      if let budget, let excess = network.excess(over: budget) {
        throw .setup(reason: "\(recipe.places[key]): \(excess)")
      }
    }
    template = network
    graph = NetworkGraph(network, normalized: normalized)
    let (kept, held) = try Self.split(dataset, recipe)
    self.dataset = kept
    let (input, labels) = (input, labels)
    func set(_ data: Dataset, _ key: String) throws(TrainingError) -> TrainingSet {
      do {
        return try TrainingSet(data, input: input, labelNames: labels)
      } catch {
        throw .data(error, place: recipe.places[key])
      }
    }
    train = try set(kept, "data.train")
    validation = try held.map { data throws(TrainingError) in try set(data, "data.train") }
    self.test = try test.map { data throws(TrainingError) in try set(data, "data.test") }
    outliers = try Self.outliers(of: recipe, like: input, base: kept)
    try checkTogether()
  }

  /// The recipe's sets of outliers, images as large as the network's.
  private static func outliers(
    of recipe: Recipe, like input: InputDescription, base: Dataset
  ) throws(TrainingError) -> [TrainingSet] {
    var sets: [TrainingSet] = []
    for name in recipe.outliers?.data ?? [] {
      let data = try load(name, "outliers.data", of: recipe, like: input, base: base, resize: true)
      do {
        sets.append(try TrainingSet(unlabelled: data, input: input))
      } catch {
        throw .data(error, place: recipe.places["outliers.data"])
      }
      if data.count == 0 {
        throw .setup(reason: "\(recipe.places["outliers.data"]): \(name) has no samples")
      }
    }
    return sets
  }

  private func checkTogether() throws(TrainingError) {
    if recipe.interval != nil, graph.isNormalized {
      throw .setup(
        reason:
          "\(recipe.places["interval"]): there are no bounds for networks with batchNorm: leave out one of them"
      )
    }
  }

  private static func outlierLabel(
    of recipe: Recipe, in labels: [String]
  ) throws(TrainingError) -> Int32? {
    guard let label = recipe.outliers?.label else { return nil }
    guard let index = labels.firstIndex(of: label) else {
      let known = labels.joined(separator: ", ")
      throw .setup(
        reason: "\(recipe.places["outliers.label"]): there is no class \"\(label)\" (there are: \(known))")
    }
    return Int32(index)
  }

  /// The training data without and, if the recipe says so, with only what is kept apart to validate on.
  private static func split(
    _ dataset: Dataset, _ recipe: Recipe
  ) throws(TrainingError) -> (kept: Dataset, held: Dataset?) {
    guard let amount = recipe.validation else { return (dataset, nil) }
    let count = Int((amount < 1 ? amount * Double(dataset.count) : amount).rounded())
    guard count > 0, count < dataset.count else {
      throw .setup(
        reason:
          "\(recipe.places["data.validation"]): \(count) of \(dataset.count) samples; at least one must stay "
          + "on either side")
    }
    var generator = SeededGenerator(seed: recipe.seed, stream: 3, index: 0)
    let order = generator.permutation(dataset.count)
    return (
      dataset.selecting(order.dropFirst(count).sorted()), dataset.selecting(order.prefix(count).sorted())
    )
  }

  /// The network of trained kernels.
  func network(_ kernels: [Dense]) throws(TrainingError) -> Network {
    do {
      return try template.replacing(kernels: kernels)
    } catch {
      throw .network(error)
    }
  }
}
