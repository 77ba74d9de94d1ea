import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// Certificate D for few features: the exact maximum over every input of a box, and where it is.
public struct ExhaustiveCertificate: Equatable, Sendable, Codable {
  /// A value and the input at which it is reached.
  public struct Extreme: Equatable, Sendable, Codable {
    /// The largest value.
    public var value: Double
    /// The first input, in the order of enumeration, that reaches it.
    public var input: [UInt8]
    /// The class whose value it is.
    public var classIndex: Int
  }

  /// Number of inputs evaluated: all of the box.
  public let inputs: Int
  /// The largest change of a logit difference, in nats.
  public let gap: Extreme
  /// The largest change of a class's probability, for exact softmax on both sides.
  public let probabilityChange: Extreme
  /// The highest confidence of the program.
  public let confidence: Extreme
  /// What evaluating the twin in Double may have moved a logit difference by, at most.
  public let slack: Double

  /// An upper bound of the gap: found and slack.
  public var gapBound: Double { (gap.value + slack).nextUp }
  /// An upper bound of the change of any probability on the device, whose softmax is rounded.
  public var probabilityBound: Double {
    (probabilityChange.value + slack + ProbabilityBound.headError).nextUp
  }
}

extension Certifier {
  /// The most inputs that are enumerated.
  public static let exhaustiveLimit = 1 << 24

  /// Evaluates both forms of the model on every input of the box.
  public static func exhaustive(
    _ pair: ModelPair, box: InputBox? = nil
  ) throws(CertificationError) -> ExhaustiveCertificate {
    let box = box ?? .whole(inputs: pair.program.inputCount)
    guard box.ranges.count == pair.program.inputCount else {
      throw .region(reason: "a box of \(box.ranges.count) features for \(pair.program.inputCount) inputs")
    }
    let bits = box.bits
    guard bits <= log2(Double(exhaustiveLimit)) else {
      throw .tooManyInputs(count: bits < 62 ? Int(exp2(bits)) : .max, limit: exhaustiveLimit)
    }
    let slices = Self.slices(of: box)
    let results = Parallel.map(slices) { Extremes(of: pair, over: $0) }
    var total = results[0]
    for result in results.dropFirst() { total.merge(result) }
    return ExhaustiveCertificate(
      inputs: total.count, gap: total.gap, probabilityChange: total.change, confidence: total.confidence,
      slack: pair.evaluationSlack)
  }

  /// The box cut along its first feature.
  private static func slices(of box: InputBox) -> [InputBox] {
    guard let first = box.ranges.first else { return [box] }
    let pieces = min(16, first.count)
    return (0..<pieces).map { piece in
      let low = Int(first.lowerBound) + piece * first.count / pieces
      let high = Int(first.lowerBound) + (piece + 1) * first.count / pieces - 1
      return InputBox([UInt8(low)...UInt8(high)] + box.ranges.dropFirst())
    }
  }
}

/// The extremes over one box.
private struct Extremes: Sendable {
  var count = 0
  var gap = ExhaustiveCertificate.Extreme(value: -1, input: [], classIndex: 0)
  var change = ExhaustiveCertificate.Extreme(value: -1, input: [], classIndex: 0)
  var confidence = ExhaustiveCertificate.Extreme(value: -1, input: [], classIndex: 0)

  init(of pair: ModelPair, over box: InputBox) {
    let evaluator = PairEvaluator(pair)
    var input = box.ranges.map(\.lowerBound)
    while true {
      visit(input, evaluator)
      // The last byte runs fastest.
      guard let index = input.indices.last(where: { input[$0] < box.ranges[$0].upperBound }) else { break }
      input[index] += 1
      for later in index + 1..<input.count { input[later] = box.ranges[later].lowerBound }
    }
  }

  private mutating func visit(_ input: [UInt8], _ evaluator: PairEvaluator) {
    count += 1
    evaluator.evaluate(input)
    let largest = evaluator.largestGap
    if largest.gap > gap.value { gap = .init(value: largest.gap, input: input, classIndex: largest.first) }
    let (value, classIndex) = evaluator.confidence
    if value > confidence.value { confidence = .init(value: value, input: input, classIndex: classIndex) }
    // No class's probability moves by more than tanh(gap/4).
    if largest.gap > 4 * change.value {
      let moved = evaluator.largestProbabilityChange
      if moved.change > change.value {
        change = .init(value: moved.change, input: input, classIndex: moved.classIndex)
      }
    }
  }

  mutating func merge(_ other: Extremes) {
    count += other.count
    if other.gap.value > gap.value { gap = other.gap }
    if other.change.value > change.value { change = other.change }
    if other.confidence.value > confidence.value { confidence = other.confidence }
  }
}

extension ModelPair {
  /// A bound on how far the twin's logit differences, evaluated in Double, are from real arithmetic; the same
  /// bounds the error of a softmax of them.
  ///
  /// Layer by layer: an activation's error is at most its pre-activation's, `Σ|w|·e + γ·(Σ|w|·a + |b|)`,
  /// where `a` is the largest activation. The program's logits are exact integers times a unit rounded twice.
  var evaluationSlack: Double {
    var error = 0x1p-53
    var largest = 1.0
    for layer in layers {
      let dense = layer.twin
      var next = 0.0
      var logit = 0.0
      for channel in 0..<dense.outputs {
        let weights = dense.weight[channel * dense.inputs..<(channel + 1) * dense.inputs]
        let sum = weights.reduce(0) { $0 + abs(Double($1)) }
        let size = sum * largest + abs(Double(dense.bias[channel]))
        next = max(next, sum * error + Slack.gamma(dense.inputs + 4) * size)
        logit = max(logit, size)
      }
      error = next
      largest = layer.limit.map(Double.init) ?? logit
    }
    // Two logits of the twin, two of the program, and the temperature; softmax adds less than 2⁻⁴⁸.
    let logits = (2 * error + Slack.gamma(8) * 4 * largest) / Double(twin.temperature)
    return Slack.up(logits + 0x1p-48, operations: 16)
  }
}
