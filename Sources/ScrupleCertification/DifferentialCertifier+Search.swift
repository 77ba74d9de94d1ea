import Foundation

/// What a search maximizes.
public enum DifferenceObjective: String, Sendable, Codable, CaseIterable {
  /// The change of a logit difference, in nats.
  case gap
  /// The change of a class's probability, the device's head included.
  case probability
  /// The change of the largest probability, the device's head included.
  case confidence
}

extension DifferentialCertifier {
  /// The largest difference over a box, as closely as the budget allows.
  ///
  /// Best-first branch and bound: the part with the largest bound is split in two, along the input that brings the most
  /// to its bound or at the kink of the neuron that does. With few inputs the two ends meet; with hundreds the bound
  /// falls slowly, and what it is when the budget ends is proved.
  ///
  /// - Parameters:
  ///   - seeds: inputs of the box to look at first, such as an attack's finds.
  ///   - progress: told now and then how far the search is; false ends it.
  public func largestDifference(
    _ objective: DifferenceObjective, over box: InputBox, budget: SearchBudget, seeds: [[UInt8]] = [],
    progress: (SearchResult) -> Bool = { _ in true }
  ) -> SearchResult {
    let start = Date()
    let workspace = Workspace(self)
    let evaluator = PairEvaluator(reference: reference, program: program)
    var search = BestFirstSearch<DifferencePart>()
    var input: [UInt8] = []
    func see(_ candidate: [UInt8]) {
      evaluator.evaluate(candidate)
      if search.see(objective.value(of: evaluator)) { input = candidate }
    }
    func add(_ part: DifferencePart, atMost bound: Double) {
      guard let bounds = workspace.logitBounds(part.box, phases: part.phases) else { return search.skip() }
      let value = min(bound, objective.value(of: bounds))
      if let split = workspace.split(of: part, bounds, objective: objective) {
        search.add(DifferencePart(box: part.box, phases: part.phases, split: split), bound: value)
      } else {
        search.settle(value)
      }
    }
    func result() -> SearchResult {
      SearchResult(
        bound: search.bound, found: search.found, input: input, boxes: search.visited,
        seconds: Date().timeIntervalSince(start))
    }
    let limits = BestFirstSearch<DifferencePart>.Budget(
      ratio: budget.ratio, seconds: budget.seconds, nodes: budget.boxes)
    see(box.center)
    for seed in seeds where box.contains(seed) { see(seed) }
    add(DifferencePart(box: box, phases: [], split: nil), atMost: .infinity)
    var told = start
    while let entry = search.next(limits, since: start) {
      let part = entry.node
      switch part.split {
      case .input(let index):
        for half in [part.box.halves(along: index).0, part.box.halves(along: index).1] {
          see(half.center)
          add(DifferencePart(box: half, phases: part.phases, split: nil), atMost: entry.bound)
        }
      case .neuron(let layer, let neuron, let kink):
        for isAbove in [false, true] {
          let phase = NeuronPhase(layer: layer, neuron: neuron, kink: kink, isAbove: isAbove)
          add(DifferencePart(box: part.box, phases: part.phases + [phase], split: nil), atMost: entry.bound)
        }
      case nil: search.settle(entry.bound)
      }
      if Date().timeIntervalSince(told) > 0.1 {
        told = Date()
        if !progress(result()) { break }
      }
    }
    return result()
  }
}

/// A part of a box in a search.
struct DifferencePart {
  let box: InputBox
  let phases: [NeuronPhase]
  /// Where it is best split; nil when there is nothing to split.
  let split: Split?

  enum Split: Equatable {
    case input(Int)
    case neuron(layer: Int, neuron: Int, kink: Double)
  }
}

extension DifferenceObjective {
  /// The objective's bound.
  func value(of bounds: LogitBounds) -> Double {
    switch self {
    case .gap: bounds.difference.largest
    case .probability: BoxCertificate(bounds).probabilityBound
    case .confidence: BoxCertificate(bounds).confidenceBound
    }
  }

  /// The objective at one input.
  func value(of evaluator: PairEvaluator) -> Double {
    switch self {
    case .gap: evaluator.largestGap.gap
    case .probability: evaluator.largestProbabilityChange.change
    case .confidence:
      abs((softmax(evaluator.device).max() ?? 0) - (softmax(evaluator.twin).max() ?? 0))
    }
  }
}

extension DifferentialCertifier.Workspace {
  /// Where to split a part, from the forms of its propagation: the input or the unstable neuron that brings the most to
  /// the bound of the pair with the largest difference.
  func split(of part: DifferencePart, _ bounds: LogitBounds, objective: DifferenceObjective)
    -> DifferencePart.Split?
  {
    let logits = forms[forms.count - 1]
    var pair = (i: 0, k: 1, size: -1.0)
    for i in 0..<logits.neurons {
      for k in 0..<logits.neurons where bounds.difference[i, k].high > pair.size {
        pair = (i, k, bounds.difference[i, k].high)
      }
    }
    let (i, k) = (pair.i, pair.k)
    // How much the reference's own range counts: not at all for the gap; for a probability, which is about odds times
    // gap, as much as the gap.
    let share = objective == .gap ? 0 : pair.size
    func onValue(_ column: Int) -> Double {
      abs(logits.differenceOnValues[i][column] - logits.differenceOnValues[k][column])
        + share * abs(logits.reference[i][column] - logits.reference[k][column])
    }
    func onDifference(_ column: Int) -> Double {
      abs(logits.differenceOnDifferences[i][column] - logits.differenceOnDifferences[k][column])
    }
    var influence = InputInfluence(inputs: part.box.inputs)
    influence.addDirect(onValue)
    let firstValues = forms[0].referenceCenter.paddedColumns
    if forms.count > 2 {
      influence.addFresh(
        { onValue(firstValues + $0) + onDifference($0) }, weights: certifier.layers[0].reference,
        radii: forms[0].referenceFresh)
    }
    let input = influence.best(in: part.box)

    var best: (split: DifferencePart.Split, score: Double)?
    var (values, differences) = (firstValues, 0)
    for (index, form) in forms.dropFirst().dropLast().enumerated() {
      for (neuron, range) in form.ranges.enumerated() {
        let limit = certifier.layers[index].referenceLimit
        for kink in [0, limit] where range.reference.low < kink && range.reference.high > kink {
          let score = onValue(values + neuron) + 0.25 * onDifference(differences + neuron)
          if score > best?.score ?? 0 {
            best = (.neuron(layer: index, neuron: neuron, kink: kink), score)
          }
        }
      }
      values += form.referenceCenter.paddedColumns
      differences += form.referenceCenter.paddedColumns
    }
    guard let input else { return best.flatMap { part.box.isPoint ? nil : $0.split } }
    if let best, best.score > 0.5 * influence.scores[input] { return best.split }
    return .input(input)
  }
}
