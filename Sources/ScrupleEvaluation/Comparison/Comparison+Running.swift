import ScrupleData

extension Comparison {
  /// Asks the classifiers about every set and measures.
  ///
  /// - Parameters:
  ///   - float: the float twin.
  ///   - original: the float model as it was before it was put on the grid, if that is another one.
  ///   - progress: called before each set is asked about, with the classifier's name.
  /// - Returns: the figures, and the tables they were measured on (the first is `data`).
  public static func run(
    float: any Classifier, int8: any Classifier, original: (any Classifier)? = nil, data: Dataset,
    ood: [Dataset] = [], options: ComparisonOptions = ComparisonOptions(),
    progress: (_ set: String, _ classifier: String) -> Void = { _, _ in }
  ) throws -> (comparison: Comparison, sets: [ComparedSet]) {
    func ask(_ classifier: any Classifier, _ set: Dataset) throws -> Predictions {
      progress(set.name, classifier.name)
      return try classifier.predictions(for: set)
    }
    let sets = try ([data] + ood).map { set in
      ComparedSet(
        name: set.name, float: try ask(float, set), int8: try ask(int8, set),
        original: try original.map { try ask($0, set) })
    }
    return (try Comparison(data: sets[0], ood: Array(sets.dropFirst()), options: options), sets)
  }
}
