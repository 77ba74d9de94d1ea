import Foundation

/// One thread of a `LowDimensionSearch`, with its buffers.
final class SearchWorker: @unchecked Sendable {
  // Each worker is used by one thread at a time: `LowDimensionSearch` gives every worker its own share.
  private let bounder: SmallBoxBounder
  private let evaluator: PairEvaluator
  private let scan: LeafScan
  /// How much the first layer feels a step of each feature.
  private let influence: [Double]

  /// What became of a share of boxes.
  struct Outcome: Sendable {
    var nodes: [BoxNode] = []
    var found = ExhaustiveCertificate.Extreme(value: 0, input: [], classIndex: 0)
    var dropped = 0.0
    var boxes = 0
    var scanned = 0
    var evaluated = 0
  }

  /// Boxes of at most so many inputs are scanned if that picks few of them; of at most `evaluatedPoints`, in
  /// any case.
  static let scannedPoints = 4096
  static let evaluatedPoints = 32

  init(_ pair: ModelPair) {
    bounder = SmallBoxBounder(pair)
    evaluator = PairEvaluator(pair)
    scan = LeafScan(pair, largestBox: Self.scannedPoints)
    let first = pair.layers[0].twin
    influence = (0..<first.inputs).map { input in
      (0..<first.outputs).reduce(0) { $0 + abs(Double(first.weight[$1 * first.inputs + input])) }
    }
  }

  /// Splits each box and bounds, drops, scans or returns the halves.
  func process(_ nodes: [BoxNode], features: Int, threshold: Double) -> Outcome {
    var outcome = Outcome()
    for node in nodes {
      for half in node.halves(features: features, influence: influence) {
        treat(half, features: features, threshold: threshold, &outcome)
      }
    }
    return outcome
  }

  private func treat(_ node: BoxNode, features: Int, threshold: Double, _ outcome: inout Outcome) {
    let low = (0..<features).map { node.low[$0] }
    let high = (0..<features).map { node.high[$0] }
    bounder.bound(low: low, high: high)
    outcome.boxes += 1
    let changes = (0..<bounder.classes).map { ProbabilityChange(class: $0, bounder.pairs) }
    let bound = min(node.bound, changes.reduce(0) { max($0, $1.bound()) })
    if bound <= threshold {
      outcome.dropped = max(outcome.dropped, bound)
      return
    }
    let points = (0..<features).reduce(1) { $0 * (Int(high[$1]) - Int(low[$1]) + 1) }
    if points <= Self.evaluatedPoints {
      evaluateAll(low: low, high: high, &outcome)
      return
    }
    if points <= Self.scannedPoints, let thresholds = thresholds(changes, threshold) {
      scan.scan(low: low, high: high, thresholds: thresholds) { input in
        _ = change(at: input, &outcome.found)
        outcome.evaluated += 1
      }
      outcome.scanned += points
      outcome.dropped = max(outcome.dropped, threshold)
      return
    }
    outcome.nodes.append(BoxNode(low: node.low, high: node.high, bound: bound))
  }

  /// What the roundings of each pair have to add up to before a probability can change by `target`; nil when
  /// so little is enough that most inputs would be picked.
  private func thresholds(_ changes: [ProbabilityChange], _ target: Double) -> [LeafScan.Threshold]? {
    guard bounder.firstWidth > 0 else { return nil }
    let shares = changes.map { $0.share(below: target) }
    var result: [LeafScan.Threshold] = []
    for (index, pair) in bounder.pairs.enumerated() {
      let share = min(shares[pair.first], shares[pair.second])
      if share >= 1 { continue }
      let coefficients = bounder.roundings + index * bounder.firstWidth
      var (sum, squares) = (0.0, 0.0)
      for neuron in 0..<bounder.firstWidth {
        sum += abs(coefficients[neuron])
        squares += coefficients[neuron] * coefficients[neuron]
      }
      let value = share * pair.bound - pair.constant
      if value >= sum { continue }
      // A residual in −1…1 has variance ⅓. Two standard deviations leave one input in twenty.
      guard value > 1.7 * (squares / 3).squareRoot() else { return nil }
      result.append(LeafScan.Threshold(coefficients: coefficients, value: value))
    }
    return result
  }

  private func evaluateAll(low: [UInt8], high: [UInt8], _ outcome: inout Outcome) {
    var input = low
    while true {
      _ = change(at: input, &outcome.found)
      outcome.evaluated += 1
      guard let index = input.indices.last(where: { input[$0] < high[$0] }) else { return }
      input[index] += 1
      for later in index + 1..<input.count { input[later] = low[later] }
    }
  }

  /// The largest change of a probability at one input, remembered if it is the largest so far.
  func change(at input: [UInt8], _ found: inout ExhaustiveCertificate.Extreme) -> Double {
    evaluator.evaluate(input)
    // No probability moves by more than tanh(gap/4).
    if evaluator.largestGap.gap <= 4 * found.value { return 0 }
    let largest = evaluator.largestProbabilityChange
    if largest.change > found.value {
      found = .init(value: largest.change, input: input, classIndex: largest.classIndex)
    }
    return largest.change
  }
}
