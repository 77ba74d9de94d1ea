import Foundation

/// A number by which samples are ranked: the larger, the more a sample looks like the training data.
public enum Score: String, CaseIterable, Codable, Sendable {
  /// The largest softmax probability.
  case maximumProbability
  /// log Σ exp(logit), in nats (Liu et al. 2020).
  case energy
  /// Minus the entropy of the probabilities, in nats.
  case entropy
  /// The difference of the two largest probabilities.
  case margin

  /// What tables and axes call it.
  public var title: String {
    switch self {
    case .maximumProbability: "max probability"
    case .energy: "energy"
    case .entropy: "entropy"
    case .margin: "margin"
    }
  }
}

extension Predictions {
  /// The score of every sample; `nil` when the classifier does not give what it needs (energies).
  public func values(of score: Score) -> [Double]? {
    switch score {
    case .maximumProbability: confidences
    case .energy: energies
    case .entropy: (0..<count).map { -entropy(of: row($0)) }
    case .margin: (0..<count).map { margin(of: row($0)) }
    }
  }

  /// Shannon entropy in nats; 0·log 0 = 0.
  private func entropy(of row: ArraySlice<Double>) -> Double {
    row.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
  }

  private func margin(of row: ArraySlice<Double>) -> Double {
    var first = 0.0
    var second = 0.0
    for p in row {
      if p > first {
        second = first
        first = p
      } else if p > second {
        second = p
      }
    }
    return first - second
  }
}
