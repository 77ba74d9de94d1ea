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

  init(_ recipe: Recipe) throws(TrainingError) {
    do {
      let described = recipe.features.map { InputDescription(.tabular($0)) }
      let dataset = try Catalogue.load(recipe.trainData, like: described)
      let test = try recipe.testData.map { name throws(DataError) in try Catalogue.load(name, like: described)
      }
      try self.init(recipe, dataset: dataset, test: test)
    } catch let error as DataError {
      throw .data(error)
    } catch {
      throw error as? TrainingError ?? .setup(reason: "\(error)")
    }
  }

  init(_ recipe: Recipe, dataset: Dataset, test: Dataset?) throws(TrainingError) {
    self.recipe = recipe
    guard dataset.count > 0, dataset.labels != nil, dataset.labelNames.count >= 2 else {
      throw .setup(reason: "\(recipe.trainData): training needs samples of at least two classes with labels")
    }
    if let features = recipe.features {
      guard !dataset.isImage else {
        throw .setup(
          reason: "\(recipe.trainData) holds images; the recipe's features are for tables: leave them out")
      }
      input = InputDescription(.tabular(features))
    } else {
      guard dataset.isImage else {
        let columns = zip(dataset.featureNames, dataset.featureRanges)
          .map { "{name: \($0), low: \($1.lowerBound), high: \($1.upperBound)}" }
        throw .setup(
          reason:
            "\(recipe.trainData) is a table: the recipe must say which features the network reads and which "
            + "ranges the device's 256 steps cover, as in \"features: [\(columns.joined(separator: ", "))]\"")
      }
      input = dataset.describedInput()
    }
    labels = dataset.labelNames
    outlierLabel = try Self.index(of: recipe.outliers?.label, in: labels)
    let (network, normalized) = try recipe.template(input: input, labels: labels)
    if let budget = recipe.budget, let excess = network.excess(over: budget) {
      throw .setup(reason: "budget: \(excess)")
    }
    template = network
    graph = NetworkGraph(network, normalized: normalized)
    let (kept, held) = try Self.split(dataset, recipe)
    self.dataset = kept
    let (input, labels) = (input, labels)
    func set(_ data: Dataset) throws(DataError) -> TrainingSet {
      try TrainingSet(data, input: input, labelNames: labels)
    }
    do {
      train = try set(kept)
      validation = try held.map(set)
      self.test = try test.map(set)
      var outliers: [TrainingSet] = []
      for name in recipe.outliers?.data ?? [] {
        var options = Catalogue.Options()
        options.resize = true
        let data = try Catalogue.load(name, like: input, seed: recipe.seed, base: kept, options: options)
        outliers.append(try TrainingSet(unlabelled: data, input: input))
      }
      self.outliers = outliers
    } catch {
      throw .data(error)
    }
    try checkTogether()
  }

  private func checkTogether() throws(TrainingError) {
    if let empty = zip(recipe.outliers?.data ?? [], outliers).first(where: { $1.count == 0 }) {
      throw .setup(reason: "outliers: \(empty.0) has no samples")
    }
    if recipe.interval != nil, graph.isNormalized {
      throw .setup(reason: "interval: there are no bounds for networks with batchNorm")
    }
  }

  private static func index(of label: String?, in labels: [String]) throws(TrainingError) -> Int32? {
    guard let label else { return nil }
    guard let index = labels.firstIndex(of: label) else {
      let known = labels.joined(separator: ", ")
      throw .setup(reason: "outliers.label: there is no class \"\(label)\" (there are: \(known))")
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
        reason: "data.validation: \(count) of \(dataset.count) samples; at least one must stay on either side"
      )
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
