import Foundation
import ScrupleNetwork

/// Where a ray `origin + α·direction` ends in a network of dense layers with piecewise linear activations.
///
/// Beyond some α no neuron changes its state any more, and the logits are `offset + α·slope` (Hein, Andriushchenko and
/// Bitterwolf 2019, lemma 3.1 and theorem 3.1). Where one class has the largest slope its probability tends to 1. With
/// clipped ReLUs all neurons are stuck in the end, all slopes are 0, and the probability tends to another limit.
///
/// Computed layer by layer in `Double`, without sampling: a neuron whose input grows as `a + α·b` is in its last state
/// from the root of that on.
public struct RayEnd: Sendable, Equatable, Codable {
  /// The α from which on all neurons stay as they are.
  public var begins: Double
  /// The logits' slopes by α in the last piece.
  public var slopes: [Double]
  /// The logits in the last piece are `offset + α·slope`.
  public var offsets: [Double]
  /// The class that must win.
  public var winner: Int
  /// The α from which on it does: ``begins`` or later.
  public var wins: Double
  /// What its probability tends to.
  public var confidence: Double
  /// Hidden neurons that pass their input on, that give 0, and that are stuck at their limit.
  public var active: Int, off: Int, saturated: Int

  /// - Parameters:
  ///   - origin: normalized, one value per input.
  ///   - direction: normalized, not all zero.
  /// - Returns: nil for a network that has other layers than dense ones, or tanh.
  public init?(_ network: Network, origin: [Double], direction: [Double]) {
    guard let chain = DenseChain(network) else { return nil }
    self.init(chain, origin: origin, direction: direction)
  }

  init?(_ chain: DenseChain, origin: [Double], direction: [Double]) {
    guard chain.isPiecewiseLinear else { return nil }
    var offset = origin
    var slope = direction
    var last = 0.0
    var counts = (active: 0, off: 0, saturated: 0)
    for (index, step) in chain.steps.enumerated() {
      var a = step.preActivation(offset)
      var b = step.product(slope)
      guard index < chain.steps.count - 1 else {
        (offset, slope) = (a, b)
        break
      }
      for k in a.indices {
        let end = LastState(step.activation, offset: a[k], slope: b[k])
        last = max(last, end.since)
        switch end.state {
        case .active: counts.active += 1
        case .off:
          (a[k], b[k]) = (0, 0)
          counts.off += 1
        case .saturated(let limit):
          (a[k], b[k]) = (limit, 0)
          counts.saturated += 1
        }
      }
      (offset, slope) = (a, b)
    }
    let offsets = offset.map { $0 / chain.temperature }
    let slopes = slope.map { $0 / chain.temperature }
    var best = 0
    for k in offsets.indices where (slopes[k], offsets[k]) > (slopes[best], offsets[best]) { best = k }
    var first = last
    var sum = 0.0
    for k in offsets.indices {
      if slopes[k] == slopes[best] {
        sum += exp(offsets[k] - offsets[best])
      } else {
        first = max(first, (offsets[k] - offsets[best]) / (slopes[best] - slopes[k]))
      }
    }
    (self.slopes, self.offsets, winner, wins) = (slopes, offsets, best, first)
    begins = last
    confidence = 1 / sum
    (active, off, saturated) = counts
  }

  /// Whether the network's own answer at α is as predicted: the class and, from two values of α, the slopes. α = 10⁶
  /// is asked about, or a larger one where the last piece begins later or its winner leads later.
  ///
  /// - Returns: the α, and whether class and slopes are as predicted.
  func isConfirmed(by chain: DenseChain, origin: [Double], direction: [Double]) -> (at: Double, holds: Bool) {
    let alpha = max(1e6, 4 * wins)
    func logits(_ alpha: Double) -> [Double] {
      chain.logits(zip(origin, direction).map { $0 + alpha * $1 })
    }
    let (near, far) = (logits(alpha), logits(2 * alpha))
    let size = max(slopes.reduce(0) { max($0, abs($1)) }, 1e-9)
    let slopesAgree = slopes.indices.allSatisfy {
      abs((far[$0] - near[$0]) / alpha - slopes[$0]) <= 1e-6 * size
    }
    return (alpha, AttackGoal.surest.target(near) == winner && slopesAgree)
  }
}

/// The state that a neuron with the input `offset + α·slope` has for all large α, and since when.
private struct LastState {
  enum State { case active, off, saturated(Double) }
  var state: State
  var since = 0.0

  init(_ activation: Activation, offset: Double, slope: Double) {
    func root(_ level: Double) -> Double { (level - offset) / slope }
    switch activation {
    case .relu where slope > 0: (state, since) = (.active, root(0))
    case .relu where slope < 0: (state, since) = (.off, root(0))
    case .relu: state = offset > 0 ? .active : .off
    case .clippedReLU(let limit) where slope > 0:
      (state, since) = (.saturated(Double(limit)), root(Double(limit)))
    case .clippedReLU where slope < 0: (state, since) = (.off, root(0))
    case .clippedReLU(let limit):
      state = offset >= Double(limit) ? .saturated(Double(limit)) : offset > 0 ? .active : .off
    case .clippedIdentity(let limit) where slope != 0:
      let level = slope > 0 ? Double(limit) : -Double(limit)
      (state, since) = (.saturated(level), root(level))
    case .clippedIdentity(let limit):
      state = abs(offset) < Double(limit) ? .active : .saturated(offset > 0 ? Double(limit) : -Double(limit))
    case .identity, .tanh: state = .active
    }
  }
}

extension RayEnd {
  /// The linear pieces that a ray passes through from α = 0 to its end, found by following it from one change of
  /// a neuron's state to the next.
  ///
  /// - Returns: the α at which states change, in order; nil where ``init(_:origin:direction:)`` is.
  public static func breaks(_ network: Network, origin: [Double], direction: [Double]) -> [Double]? {
    guard let chain = DenseChain(network), chain.isPiecewiseLinear else { return nil }
    let first = chain.steps[0]
    let start = (offset: first.preActivation(origin), slope: first.product(direction))
    var alpha = 0.0
    var breaks: [Double] = []
    while true {
      var next = Double.infinity
      var (offset, slope) = start
      for (index, step) in chain.steps.enumerated() {
        if index > 0 { (offset, slope) = (step.preActivation(offset), step.product(slope)) }
        guard index < chain.steps.count - 1 else { break }
        for k in offset.indices {
          next = min(next, step.activation.nextKink(offset[k], slope[k], after: alpha))
          (offset[k], slope[k]) = step.activation.piece(offset[k], slope[k], after: alpha)
        }
      }
      guard next.isFinite else { return breaks }
      breaks.append(next)
      alpha = next
    }
  }
}

extension Activation {
  /// The first α after `alpha` at which `offset + α·slope` passes one of the activation's kinks.
  fileprivate func nextKink(_ offset: Double, _ slope: Double, after alpha: Double) -> Double {
    var levels: [Double] = []
    switch self {
    case .relu: levels = [0]
    case .clippedReLU(let limit): levels = [0, Double(limit)]
    case .clippedIdentity(let limit): levels = [-Double(limit), Double(limit)]
    case .identity, .tanh: break
    }
    // What was just passed is not passed again: rounding puts it next to itself.
    let least = alpha * (1 + 1e-12) + 1e-300
    return levels.map { ($0 - offset) / slope }.filter { $0 > least }.min() ?? .infinity
  }

  /// The activation of `offset + α·slope` right after `alpha`, as another such form.
  fileprivate func piece(_ offset: Double, _ slope: Double, after alpha: Double) -> (Double, Double) {
    // In the middle between this kink and the next, or well beyond the last.
    let next = nextKink(offset, slope, after: alpha)
    let inside = next.isFinite ? alpha + (next - alpha) / 2 : 2 * alpha + 1
    let value = offset + inside * slope
    switch self {
    case .relu: return value > 0 ? (offset, slope) : (0, 0)
    case .clippedReLU(let limit):
      return value >= Double(limit) ? (Double(limit), 0) : value > 0 ? (offset, slope) : (0, 0)
    case .clippedIdentity(let limit):
      let level = value > 0 ? Double(limit) : -Double(limit)
      return abs(value) >= Double(limit) ? (level, 0) : (offset, slope)
    case .identity, .tanh: return (offset, slope)
    }
  }
}
