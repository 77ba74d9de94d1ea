/// What a threshold on one class is worth where inputs of kinds come that are not in the data.
public struct OpenWorld: Sendable, Equatable, Codable {
  /// The confidence from which on the class is taken for certain.
  public var threshold: Double
  /// The accuracy on the known kinds.
  public var accuracy: Double
  /// How well the class's probability tells its samples from the mixture of unseen kinds.
  public var auroc: Double
  /// On samples of the known kinds.
  public var known: ClassSelection
  /// On the mixture of unseen kinds.
  public var mixture: ClassSelection
  /// On each unseen kind alone.
  public var unseen: [ClassSelection]
  /// The precision where as many samples of the mixture come as of the known kinds.
  public var openPrecision: Double?

  /// Measures.
  ///
  /// - Parameters:
  ///   - k: the class.
  ///   - known: predictions on labelled samples, some of them of the class.
  ///   - mixture: predictions on samples none of which is of the class; `unseen` the same, of each kind.
  public init(
    of k: Int, threshold: Double, known: Predictions, mixture: Predictions, unseen: [Predictions]
  ) throws(EvaluationError) {
    guard let correct = known.correct, let labels = known.labels else {
      throw .invalidInput("the known samples have no labels")
    }
    func score(_ predictions: Predictions, _ sample: Int) -> Double {
      predictions.probability(of: k, sample: sample)
    }
    self.threshold = threshold
    accuracy = Double(correct.count { $0 }) / Double(max(correct.count, 1))
    auroc = try Detection(
      in: labels.indices.filter { labels[$0] == k }.map { score(known, $0) },
      out: (0..<mixture.count).map { score(mixture, $0) }
    ).auroc
    let selection = ClassSelection(of: k, threshold: threshold, in: known)
    let strange = ClassSelection(of: k, threshold: threshold, in: mixture)
    self.known = selection
    self.mixture = strange
    self.unseen = unseen.map { ClassSelection(of: k, threshold: threshold, in: $0) }
    openPrecision = selection.precision(mixing: strange)
  }
}
