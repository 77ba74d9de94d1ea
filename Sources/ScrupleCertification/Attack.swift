import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// A way to look for inputs at which program and twin differ most: what every proved bound has to withstand.
public enum Attack: String, CaseIterable, Sendable, Codable {
  /// Inputs drawn uniformly from the box.
  case random
  /// Inputs at the box's corners.
  case corners
  /// Climbs the gradient towards inputs at which no neuron is cut off, where all of them round.
  case gradient
  /// Aligns the roundings of all hidden neurons, byte by byte, from where the gradient leads.
  case rounding
  /// Mutates and crosses a population of inputs.
  case evolution
}

/// The worst that an attack has found.
public struct AttackResult: Equatable, Sendable, Codable {
  /// Which attack.
  public var attack: Attack
  /// The largest change of a logit difference, in nats.
  public var gap: Double = 0
  /// Where that was.
  public var gapInput: [UInt8] = []
  /// The largest change of a class's probability.
  public var probabilityChange: Double = 0
  /// Where that was.
  public var probabilityInput: [UInt8] = []
  /// Inputs tried.
  public var evaluations: Int = 0

  /// Keeps the worse of this and another result.
  public mutating func merge(_ other: AttackResult) {
    if other.gap > gap { (gap, gapInput) = (other.gap, other.gapInput) }
    if other.probabilityChange > probabilityChange {
      (probabilityChange, probabilityInput) = (other.probabilityChange, other.probabilityInput)
    }
    evaluations += other.evaluations
  }
}

/// Attacks on the difference between a twin and its program, over a box of inputs.
public struct Attacker {
  let pair: ModelPair
  let box: InputBox
  /// Where gradient, rounding and evolution start, besides random points: data, if there are any.
  let starts: [[UInt8]]
  let evaluator: PairEvaluator
  var generator: SeededGenerator

  /// - Parameters:
  ///   - starts: inputs of the box.
  ///   - seed: the same seed finds the same inputs.
  public init(_ pair: ModelPair, box: InputBox? = nil, starts: [[UInt8]] = [], seed: UInt64 = 0) {
    self.pair = pair
    self.box = box ?? .whole(inputs: pair.program.inputCount)
    self.starts = starts
    evaluator = PairEvaluator(pair)
    generator = SeededGenerator(seed: seed)
  }

  /// Runs one attack, trying about `evaluations` inputs.
  public mutating func run(_ attack: Attack, evaluations: Int) -> AttackResult {
    var result = AttackResult(attack: attack)
    switch attack {
    case .random:
      for _ in 0..<evaluations { note(randomInput(), in: &result) }
    case .corners:
      for _ in 0..<evaluations { note(randomCorner(), in: &result) }
    case .gradient:
      for round in 0..<max(1, evaluations / 60) {
        for input in climb(from: start(round), steps: 60) { note(input, in: &result) }
      }
    case .rounding:
      align(evaluations: evaluations, result: &result)
    case .evolution:
      evolve(evaluations: evaluations, result: &result)
    }
    return result
  }

  /// Evaluates an input and remembers it if it is the worst so far.
  mutating func note(_ input: [UInt8], in result: inout AttackResult) {
    evaluator.evaluate(input)
    result.evaluations += 1
    let gap = evaluator.largestGap.gap
    if gap > result.gap { (result.gap, result.gapInput) = (gap, input) }
    let change = evaluator.largestProbabilityChange.change
    if change > result.probabilityChange {
      (result.probabilityChange, result.probabilityInput) = (change, input)
    }
  }

  /// Data first, then random inputs.
  mutating func start(_ round: Int) -> [UInt8] {
    round < starts.count ? starts[round] : randomInput()
  }

  mutating func randomInput() -> [UInt8] {
    box.ranges.map { UInt8(Int($0.lowerBound) + generator.next(below: $0.count)) }
  }

  private mutating func randomCorner() -> [UInt8] {
    box.ranges.map { generator.next(below: 2) == 0 ? $0.lowerBound : $0.upperBound }
  }

  /// Rounding search for the pairs of classes with the largest bounds, each from several starts.
  private mutating func align(evaluations: Int, result: inout AttackResult) {
    guard pair.layers.count > 1 else { return }
    let certificate = Certifier.certificate(pair, box: box, inputRounding: false, refine: false)
    let pairs = certificate.pairs.sorted { $0.bound > $1.bound }.prefix(4)
    let isWide = pair.program.inputCount > pair.layers[0].twin.outputs
    let rounds = max(1, isWide ? evaluations / 1_250 : min(16, evaluations / 25_000))
    for round in 0..<rounds {
      // Both signs of every pair, each with a small and a larger margin.
      let gap = pairs[round / 4 % pairs.count]
      let classes = round % 2 == 0 ? (gap.first, gap.second) : (gap.second, gap.first)
      var from = climb(from: start(round / 2), steps: 60, classes: classes).last ?? randomInput()
      if isWide {
        let alignment = RoundingAlignment(pair, box: box, worth: pair.worths(of: classes, at: from))
        from = alignment.run(from: from, margin: round / 2 % 2 == 0 ? 0.05 : 0.09)
        note(from, in: &result)
      }
      var search = RoundingSearch(pair, box: box, classes: classes, start: from)
      let found = search.run(steps: evaluations / rounds, isFine: isWide, generator: &generator)
      note(found.input, in: &result)
      result.evaluations += search.evaluations
    }
  }

  /// Keeps the better half of a population by its largest gap; children mix two parents and change a few
  /// bytes.
  private mutating func evolve(evaluations: Int, result: inout AttackResult) {
    let size = 40
    var population = (0..<size).map { (input: start($0), gap: 0.0) }
    for index in population.indices { population[index].gap = fitness(population[index].input, &result) }
    while result.evaluations < evaluations {
      population.sort { $0.gap > $1.gap }
      for index in size / 2..<size {
        let (mother, father) = (generator.next(below: size / 2), generator.next(below: size / 2))
        var child = population[mother].input
        let rate = max(1, child.count / 50)
        for position in child.indices where generator.next(below: 2) == 0 {
          child[position] = population[father].input[position]
        }
        for _ in 0..<rate {
          let position = generator.next(below: child.count)
          let range = box.ranges[position]
          child[position] = UInt8(Int(range.lowerBound) + generator.next(below: range.count))
        }
        population[index] = (child, fitness(child, &result))
      }
    }
  }

  private mutating func fitness(_ input: [UInt8], _ result: inout AttackResult) -> Double {
    note(input, in: &result)
    return evaluator.largestGap.gap
  }
}
