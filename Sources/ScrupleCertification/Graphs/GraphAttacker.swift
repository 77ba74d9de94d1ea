import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// Attacks on the difference between a twin of any layers and its program, over a box of inputs.
public struct GraphAttacker {
  /// What there is for graphs; aligning roundings neuron by neuron is for dense layers in a row.
  public static let attacks: [Attack] = [.random, .corners, .gradient, .evolution]

  private let pair: GraphPair
  private let box: InputBox
  private var generator: SeededGenerator

  /// - Parameter seed: the same seed finds the same inputs.
  public init(_ pair: GraphPair, box: InputBox? = nil, seed: UInt64 = 0) {
    self.pair = pair
    self.box = box ?? .whole(inputs: pair.program.inputCount)
    generator = SeededGenerator(seed: seed)
  }

  /// Runs one attack, trying about `evaluations` inputs.
  public mutating func run(_ attack: Attack, evaluations: Int) -> AttackResult {
    var result = AttackResult(attack: attack)
    switch attack {
    case .random:
      note((0..<evaluations).map { _ in randomInput() }, in: &result)
    case .corners:
      note((0..<evaluations).map { _ in randomCorner() }, in: &result)
    case .gradient:
      for _ in 0..<max(1, evaluations / 20) { note(climb(from: randomInput(), steps: 20), in: &result) }
    case .evolution: evolve(evaluations: evaluations, result: &result)
    case .rounding: break
    }
    return result
  }

  /// Evaluates inputs and remembers the worst.
  private func note(_ inputs: [[UInt8]], in result: inout AttackResult) {
    let found = Parallel.map(inputs) { [pair] input in GraphLogits(pair.twin, pair.program, input) }
    for (input, logits) in zip(inputs, found) {
      result.evaluations += 1
      let (gap, change) = (logits.largestGap, logits.largestProbabilityChange)
      if gap > result.gap { (result.gap, result.gapInput) = (gap, input) }
      if change > result.probabilityChange {
        (result.probabilityChange, result.probabilityInput) = (change, input)
      }
    }
  }

  private mutating func randomInput() -> [UInt8] {
    box.ranges.map { UInt8(Int($0.lowerBound) + generator.next(below: $0.count)) }
  }

  private mutating func randomCorner() -> [UInt8] {
    box.ranges.map { generator.next(below: 2) == 0 ? $0.lowerBound : $0.upperBound }
  }

  /// Follows the twin's gradient to where two classes are equally likely: there a gap moves probabilities most.
  ///
  /// - Returns: the inputs on the way, rounded to bytes.
  private mutating func climb(from start: [UInt8], steps: Int) -> [[UInt8]] {
    let classes = pair.program.classCount
    let first = generator.next(below: classes)
    let second = (first + 1 + generator.next(below: classes - 1)) % classes
    var x = start.map { Float($0) / 255 }
    var path: [[UInt8]] = []
    for step in 0..<steps {
      let gradient = pair.twin.inputGradient(x, count: 1) { logits, gradient in
        let difference = logits[first] - logits[second]
        for k in gradient.indices { gradient[k] = 0 }
        (gradient[first], gradient[second]) = (difference, -difference)
      }
      let largest = gradient.reduce(0) { max($0, abs($1)) }
      if largest == 0 { break }
      let rate = 0.1 * (1 - Float(step) / Float(steps)) / largest
      for index in x.indices {
        let range = box.ranges[index]
        x[index] = min(
          max(x[index] - rate * gradient[index], Float(range.lowerBound) / 255), Float(range.upperBound) / 255
        )
      }
      path.append(x.map { UInt8(($0 * 255).rounded()) })
    }
    return path
  }

  /// Changes a few bytes of the worst input so far and keeps what is worse; begins at the worst of a few random inputs and
  /// corners. Mostly very few bytes: the larger the gap, the fewer changes are for the worse.
  private mutating func evolve(evaluations: Int, result: inout AttackResult) {
    let batch = 16
    var start = AttackResult(attack: .evolution)
    note((0..<batch).map { $0 % 2 == 0 ? randomInput() : randomCorner() }, in: &start)
    result.merge(start)
    var (parent, worst) = (start.gapInput, start.gap)
    guard !parent.isEmpty else { return }
    for _ in 1..<max(2, evaluations / batch) {
      let children = (0..<batch).map { _ in
        var child = parent
        let share = Double(generator.uniform()) * Double(generator.uniform()) * Double(generator.uniform())
        for _ in 0...Int(share * Double(child.count) / 20) {
          let position = generator.next(below: child.count)
          let range = box.ranges[position]
          child[position] = UInt8(Int(range.lowerBound) + generator.next(below: range.count))
        }
        return child
      }
      var best = AttackResult(attack: .evolution)
      note(children, in: &best)
      result.merge(best)
      if best.gap > worst { (worst, parent) = (best.gap, best.gapInput) }
    }
  }
}
