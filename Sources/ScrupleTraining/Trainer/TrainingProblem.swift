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
  let test: TrainingSet?

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
    let widths = [input.count] + recipe.hidden + [dataset.labelNames.count]
    let parameters = (1..<widths.count).reduce(0) { $0 + (widths[$1 - 1] + 1) * widths[$1] }
    guard parameters <= Recipe.largestParameterCount else {
      throw .setup(reason: "\(parameters) parameters; at most \(Recipe.largestParameterCount) are accepted")
    }
    labels = dataset.labelNames
    self.dataset = dataset
    do {
      train = try TrainingSet(dataset, input: input, labelNames: labels)
      if let test {
        self.test = try TrainingSet(test, input: input, labelNames: labels)
      } else {
        self.test = nil
      }
    } catch {
      throw .data(error)
    }
  }

  /// The network of trained layers.
  func network(_ layers: [Dense]) throws(TrainingError) -> Network {
    do {
      let flatten: [Layer] = input.shape.dimensions.count > 1 ? [.flatten] : []
      return try Network(
        name: recipe.name, labels: labels, input: input, layers: flatten + layers.map(Layer.dense),
        temperature: Float(recipe.temperature))
    } catch {
      throw .network(error)
    }
  }
}
