import ScrupleNetwork
import ScrupleQuantization

/// Looks for a bad input in a box by changing a byte or two at a time and keeping what is not better for the model.
///
/// A change of one byte costs one column of the first layer and what lies behind it, not the whole network.
final class BoxAttack {
  /// What is made large.
  enum Objective {
    /// The change of any class's probability.
    case change
    /// The program's largest probability.
    case confidence
  }

  private let evaluator: PairEvaluator

  init(reference: Network, program: IntegerProgram) {
    evaluator = PairEvaluator(reference: reference, program: program)
  }

  /// Tries about `evaluations` inputs of a box, from its middle and from corners.
  ///
  /// - Returns: the best input, as it was evaluated from scratch.
  func run(_ objective: Objective, over box: InputBox, evaluations: Int, seed: UInt64) -> (
    input: [UInt8], value: Double
  ) {
    var generator = SeededGenerator(seed: seed)
    let free = box.ranges.indices.filter { box.ranges[$0].count > 1 }
    let starts = free.count > 1 ? max(1, min(4, evaluations / max(2 * free.count, 500))) : 1
    var best = (input: box.center, value: -1.0)
    for start in 0..<starts {
      var input = start == 0 ? box.center : Self.corner(of: box, &generator)
      climb(objective, from: &input, free, box, steps: evaluations / starts, &generator)
      evaluator.evaluate(input)
      let value = value(objective)
      if value > best.value { best = (input, value) }
    }
    return best
  }

  /// The change of a logit difference at an input.
  func gap(at input: [UInt8]) -> Double {
    evaluator.evaluate(input)
    return evaluator.largestGap.gap
  }

  private func value(_ objective: Objective) -> Double {
    switch objective {
    case .change: evaluator.largestProbabilityChange.change
    case .confidence: evaluator.confidence.value
    }
  }

  private static func corner(of box: InputBox, _ generator: inout SeededGenerator) -> [UInt8] {
    box.ranges.map { generator.next(below: 2) == 0 ? $0.lowerBound : $0.upperBound }
  }

  /// Each step moves one byte, sometimes two: half of the time to an end of its range, else anywhere in it.
  private func climb(
    _ objective: Objective, from input: inout [UInt8], _ free: [Int], _ box: InputBox, steps: Int,
    _ generator: inout SeededGenerator
  ) {
    guard !free.isEmpty else { return }
    evaluator.begin(at: input)
    var current = value(objective)
    for _ in 0..<steps {
      let moves = (0..<1 + generator.next(below: 2)).map { _ in
        let index = free[generator.next(below: free.count)]
        let range = box.ranges[index]
        let isEnd = generator.next(below: 2) == 0
        let choice = isEnd ? generator.next(below: 2) * (range.count - 1) : generator.next(below: range.count)
        return (index: index, old: input[index], new: UInt8(Int(range.lowerBound) + choice))
      }
      if moves.count == 2, moves[0].index == moves[1].index { continue }
      for move in moves { evaluator.move(move.index, from: move.old, to: move.new) }
      evaluator.evaluateMoved()
      let next = value(objective)
      if next >= current {
        current = next
        for move in moves { input[move.index] = move.new }
      } else {
        for move in moves { evaluator.move(move.index, from: move.new, to: move.old) }
      }
    }
  }
}
