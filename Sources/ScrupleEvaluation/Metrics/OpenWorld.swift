/// What a threshold on the confidence in one class is worth where inputs of kinds come that are not in the data.
public struct OpenWorld: Sendable, Equatable, Codable {
  /// The accuracy on the known kinds.
  public var accuracy: Double
  /// How well the class's probability tells its samples from the mixture of unseen kinds.
  public var auroc: Double
  /// What is taken for the class on the known kinds.
  public var known: Selection
  /// The share of the class's samples that reach the threshold; `nil` when there is none.
  public var recall: Double?
  /// The share of the mixture of unseen kinds that is taken for the class, and of each kind alone.
  public var mixture: Double, unseen: [Double]
  /// The precision where as many samples of the mixture come as of the known kinds.
  public var openPrecision: Double?

  /// Measures.
  ///
  /// - Parameters:
  ///   - k: the class.
  ///   - threshold: the confidence from which on it is taken for certain.
  ///   - known: predictions on labelled samples, some of them of the class.
  ///   - mixture: predictions on samples none of which is of the class; `unseen` the same, of each kind.
  public init(
    of k: Int, threshold: Double, known: Predictions, mixture: Predictions, unseen: [Predictions]
  ) throws(EvaluationError) {
    guard let correct = known.correct, let labels = known.labels else {
      throw .invalidInput("the known samples have no labels")
    }
    func share(_ predictions: Predictions) -> Double {
      Selection(threshold: threshold, confidences: predictions.confidences(for: k), correct: nil).coverage
    }
    let confidences = known.confidences(for: k)
    let present = labels.indices.filter { labels[$0] == k }
    accuracy = Double(correct.count { $0 }) / Double(max(correct.count, 1))
    auroc = try Detection(
      in: present.map { known.probability(of: k, sample: $0) },
      out: (0..<mixture.count).map { mixture.probability(of: k, sample: $0) }
    ).auroc
    self.known = Selection(threshold: threshold, confidences: confidences, correct: correct)
    recall =
      present.isEmpty ? nil : Double(present.count { confidences[$0] >= threshold }) / Double(present.count)
    self.mixture = share(mixture)
    self.unseen = unseen.map(share)
    openPrecision = self.known.precision(mixing: self.mixture, ratio: 1)
  }
}
