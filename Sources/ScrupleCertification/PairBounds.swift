/// Bounds of the differences of every two logits over a set of inputs, in nats.
///
/// Entry `(i, k)` bounds the logit of class `i` minus that of class `k`; entry `(k, i)` is its mirror image.
public struct PairBounds: Equatable, Sendable {
  /// The number of classes.
  public let classes: Int
  private var lows: [Double]
  private var highs: [Double]

  /// Nothing known.
  init(classes: Int) {
    self.classes = classes
    lows = Array(repeating: -.infinity, count: classes * classes)
    highs = Array(repeating: .infinity, count: classes * classes)
    for k in 0..<classes { self[k, k] = (0, 0) }
  }

  /// The bounds of logit `i` minus logit `k`.
  public internal(set) subscript(i: Int, k: Int) -> (low: Double, high: Double) {
    get { (lows[i * classes + k], highs[i * classes + k]) }
    set {
      lows[i * classes + k] = newValue.low
      highs[i * classes + k] = newValue.high
      lows[k * classes + i] = -newValue.high
      highs[k * classes + i] = -newValue.low
    }
  }

  /// The largest absolute value that any difference can have.
  public var largest: Double { highs.reduce(0, max) }

  /// Uses further bounds of one pair.
  mutating func intersect(_ i: Int, _ k: Int, low: Double, high: Double) {
    let old = self[i, k]
    self[i, k] = (max(old.low, low), min(old.high, high))
  }
}
