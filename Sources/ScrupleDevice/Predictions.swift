import ScrupleRuntime

/// What a model said about a batch of inputs, in their order.
public struct Predictions: Equatable, Sendable {
  /// Number of classes.
  public let classCount: Int

  /// One per input.
  public internal(set) var verdicts: [Verdict]

  /// `verdicts.count` × ``classCount``, row-major, Q1.31.
  public internal(set) var probabilities: [UInt32]

  init(classCount: Int, verdicts: [Verdict] = [], probabilities: [UInt32] = []) {
    self.classCount = classCount
    self.verdicts = verdicts
    self.probabilities = probabilities
  }

  /// The probabilities of input `index`, Q1.31, one per class.
  public func probabilities(of index: Int) -> ArraySlice<UInt32> {
    probabilities[index * classCount..<(index + 1) * classCount]
  }

  /// The first input about which the two differ in any bit.
  public func firstDifference(from other: Predictions) -> Int? {
    let common = min(verdicts.count, other.verdicts.count)
    for i in 0..<common
    where verdicts[i] != other.verdicts[i] || probabilities(of: i) != other.probabilities(of: i) {
      return i
    }
    return verdicts.count == other.verdicts.count ? nil : common
  }

  mutating func append(_ other: Predictions) {
    verdicts.append(contentsOf: other.verdicts)
    probabilities.append(contentsOf: other.probabilities)
  }
}
