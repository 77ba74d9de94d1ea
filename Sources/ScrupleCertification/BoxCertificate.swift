/// What is proved about one box of inputs: for every input in it, the program differs from the reference by at most
/// this.
public struct BoxCertificate: Equatable, Sendable {
  /// The largest change of any logit difference, in nats: `c` with `|δ_i − δ_k| ≤ c` for all classes `i`, `k`.
  public let gap: Double
  /// Bounds of `|p_program − p_reference|` for each class, the device's rounding included.
  public let classBounds: [Double]
  /// Bound of the change of the largest probability, whichever classes it belongs to.
  public let confidenceBound: Double
  /// Where the reference's largest probability lies.
  public let referenceConfidence: ClosedRange<Double>
  /// Where the device's largest probability lies.
  public let programConfidence: ClosedRange<Double>
  /// The classes that can be the reference's or the program's answer somewhere in the box.
  public let possibleClasses: [Int]

  /// Bound of the change of any class probability.
  public var probabilityBound: Double { classBounds.max() ?? 0 }

  /// Draws the conclusions from bounds of all logit differences.
  init(_ bounds: LogitBounds) {
    gap = bounds.difference.largest
    let classes = 0..<bounds.reference.classes
    let softmax = classes.map { SoftmaxBound(class: $0, bounds) }
    let magnitudes = softmax.map { ($0.magnitude + ProbabilityBound.headError).nextUp }
    classBounds = magnitudes
    let possible = classes.filter { k in
      classes.allSatisfy { bounds.reference[k, $0].high >= 0 }
        || classes.allSatisfy { bounds.program[k, $0].high >= 0 }
    }
    possibleClasses = possible
    // max p̂ − max p ≤ p̂_k − p_k for the program's best class k, and likewise the other way round.
    confidenceBound = possible.reduce(0) { max($0, magnitudes[$1]) }
    let low = classes.reduce((0.0, 0.0)) {
      (max($0.0, softmax[$1].reference.lowerBound), max($0.1, softmax[$1].program.lowerBound))
    }
    let high = possible.reduce(low) {
      (max($0.0, softmax[$1].reference.upperBound), max($0.1, softmax[$1].program.upperBound))
    }
    referenceConfidence = low.0...high.0
    let headError = ProbabilityBound.headError
    programConfidence = max(low.1 - headError, 0)...min(high.1 + headError, 1)
  }
}
