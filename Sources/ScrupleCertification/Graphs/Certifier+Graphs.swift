import ScrupleNetwork
import ScrupleQuantization

extension Certifier {
  /// Certificate A for a network of any layers: every representable input.
  ///
  /// - Parameters:
  ///   - inputRounding: also for float inputs in the domain that are not representable; see
  ///     ``wholeDomain(_:inputRounding:refine:)``.
  ///   - effort: multiplications that may be spent on tighter bounds of hidden differences.
  ///   - refine: prove smaller bounds of all layers at once (``QuadraticProof``) where that gives a useful gap.
  public static func wholeDomain(
    _ pair: GraphPair, inputRounding: Bool = false, effort: Int = GraphPair.usualEffort, refine: Bool = true
  ) -> WholeDomainCertificate {
    certificate(
      pair, box: .whole(inputs: pair.program.inputCount), inputRounding: inputRounding, effort: effort,
      refine: refine)
  }

  /// The same bounds over a box of inputs.
  public static func certificate(
    _ pair: GraphPair, box: InputBox, inputRounding: Bool = false, effort: Int = GraphPair.usualEffort,
    refine: Bool = false
  ) -> WholeDomainCertificate {
    let ranges = pair.ranges(over: box, realInputs: inputRounding)
    let radius = inputRounding ? Slack.up(1 / 510, operations: 1) : 0
    let differences = pair.refined(
      pair.differences(ranges: ranges, inputRadius: radius), ranges: ranges, inputRadius: radius,
      effort: effort)
    var pairs = pair.pairGaps(differences, inputRadius: radius)
    if refine { pairs = pair.refined(pairs, differences: differences, inputRadius: radius) }
    let gap = pairs.map(\.bound).max() ?? 0
    let layers = pair.steps.indices.dropLast().map { index in
      WholeDomainCertificate.Layer(
        index: index, step: pair.steps[index].output?.step ?? 0, states: differences[index].states,
        largestPerturbation: differences[index].largestPerturbation,
        largestArriving: differences[index].arriving.max() ?? 0)
    }
    return WholeDomainCertificate(
      gap: gap, probabilityBound: ProbabilityBound.change(gap: gap), includesInputRounding: inputRounding,
      pairs: pairs, layers: layers, headPerturbation: differences[differences.count - 1].largestPerturbation)
  }
}

extension GraphPair {
  /// A second or so.
  public static let usualEffort = 1 << 30

  /// The differences with smaller bounds of what arrives at kernels, where carrying every output of one back is cheap:
  /// signs that cancel between layers are kept.
  func refined(
    _ plain: [StepDifference], ranges: [StepRanges], inputRadius: Double, effort: Int
  ) -> [StepDifference] {
    var result: [StepDifference] = []
    var left = effort
    let input = [Double](repeating: inputRadius, count: program.inputCount)
    for (index, step) in steps.enumerated() {
      var difference = plain[index]
      let carried = step.carried(step.sources.map { $0 < 0 ? input : result[$0].leaving })
      difference.arriving = zip(carried, difference.arriving).map { min($0, $1) }
      let cost = difference.arriving.count * steps[..<index].reduce(0) { $0 + $1.cost }
      if case .kernel(let kernel) = step.operation, index < steps.count - 1, step.sources[0] >= 0,
        cost <= left
      {
        left -= cost
        let functional = GraphFunctional(pair: self, differences: result, inputRadius: inputRadius)
        let source = step.sources[0]
        let bounds = Parallel.map(Array(difference.arriving.indices)) { output in
          functional.bound(kernel.map.row(kernel.weights, of: output), at: source)
        }
        difference.arriving = zip(bounds, difference.arriving).map { min($0, $1) }
      }
      difference.leaving = difference.arriving.indices.map { place in
        switch difference.states[place] {
        case .off, .saturated: 0
        case .active, .unstable: Slack.up(difference.arriving[place] + difference.own[place], operations: 1)
        }
      }
      result.append(difference)
    }
    return result
  }

  /// Bounds for all pairs of classes.
  func pairGaps(_ differences: [StepDifference], inputRadius: Double) -> [PairGap] {
    guard let head = steps.last, case .kernel(let kernel) = head.operation else { return [] }
    let source = head.sources[0]
    let functional = GraphFunctional(pair: self, differences: differences, inputRadius: inputRadius)
    let rows = (0..<kernel.twin.outputs).map { kernel.map.row(kernel.weights, of: $0) }
    let pairs = rows.indices.flatMap { first in
      rows.indices.filter { $0 > first }.map { (first: first, second: $0) }
    }
    let own = differences[differences.count - 1].own
    let radii =
      source < 0
      ? [Double](repeating: inputRadius, count: program.inputCount) : differences[source].leaving
    return Parallel.map(pairs) { pair in
      // Two Floats: one rounding in Double at most.
      let coefficients = zip(rows[pair.first], rows[pair.second]).map { $0 - $1 }
      let rest = own[pair.first] + own[pair.second]
      func whole(_ carried: Double) -> Double {
        Slack.up(carried / Double(twin.temperature) + rest, operations: 4)
      }
      let absolute = zip(coefficients, radii).reduce(0) { $0 + abs($1.0) * $1.1 }
      let entrywise = whole(Slack.up(absolute, operations: radii.count + 3))
      let bound = whole(functional.bound(coefficients, at: source))
      return PairGap(
        first: pair.first, second: pair.second, bound: min(bound, entrywise), entrywise: entrywise,
        weights: nil)
    }
  }
}
