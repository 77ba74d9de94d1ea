import Foundation

/// What an attack wants a classifier to say about one input.
public enum AttackGoal: Hashable, Sendable {
  /// Any class, as surely as can be: for inputs that should leave it in doubt.
  case surest
  /// This class.
  case named(Int)
  /// Any class but this one: for inputs that it classifies rightly.
  case anyBut(Int)

  /// The class that the attack drives at, given the scores (logits or probabilities) of an input.
  public func target<Row: RandomAccessCollection>(_ row: Row) -> Int
  where Row.Element: Comparable, Row.Index == Int {
    if case .named(let wanted) = self { return wanted }
    var avoided = -1
    if case .anyBut(let label) = self { avoided = label }
    var best = avoided == 0 ? 1 : 0
    for k in 0..<row.count where k != avoided && row[row.startIndex + k] > row[row.startIndex + best] {
      best = k
    }
    return best
  }

  /// What the attack maximizes, of an input's probabilities: the log of the target's probability; when any class but
  /// one will do, how far its log lies above that class's. A probability counts at least 2⁻³².
  public func value(_ probabilities: ArraySlice<Double>) -> Double {
    func logarithm(_ k: Int) -> Double { log(max(probabilities[probabilities.startIndex + k], 0x1p-32)) }
    let wanted = logarithm(target(probabilities))
    if case .anyBut(let label) = self { return wanted - logarithm(label) }
    return wanted
  }

  /// The same of logits, and its gradient by them.
  ///
  /// - Parameters:
  ///   - logits: of one input.
  ///   - gradient: as many numbers, overwritten.
  func value(_ logits: UnsafeBufferPointer<Float>, gradient: UnsafeMutableBufferPointer<Float>) -> Double {
    let target = target(logits)
    if case .anyBut(let label) = self {
      gradient.update(repeating: 0)
      gradient[target] = 1
      gradient[label] = -1
      return Double(logits[target]) - Double(logits[label])
    }
    let largest = logits.max() ?? 0
    var sum: Float = 0
    for k in logits.indices {
      gradient[k] = exp(logits[k] - largest)
      sum += gradient[k]
    }
    // 1 − p of the target as the sum of the others: it does not vanish before they do.
    var others: Float = 0
    for k in logits.indices where k != target {
      gradient[k] *= -1 / sum
      others -= gradient[k]
    }
    gradient[target] = others
    return Double(logits[target]) - Double(largest) - log(Double(sum))
  }

  /// Whether an input with these probabilities is a find.
  ///
  /// - Parameter confidence: the winner's probability must be at least this.
  public func isReached(_ probabilities: ArraySlice<Double>, confidence: Double) -> Bool {
    let winner = AttackGoal.surest.target(probabilities)
    guard probabilities[probabilities.startIndex + winner] >= confidence else { return false }
    return switch self {
    case .surest: true
    case .named(let wanted): winner == wanted
    case .anyBut(let label): winner != label
    }
  }
}
