import ScrupleNetwork
import ScrupleQuantization

extension GraphPair {
  /// Multiplications that the factorizations of all pairs may take together.
  private static let proofEffort = 6e11

  /// Smaller bounds of the pairs of classes that decide the gap, where there are any that make it useful.
  ///
  /// From the largest down, and no more once the largest left is below one that could not be lowered.
  func refined(_ pairs: [PairGap], differences: [StepDifference], inputRadius: Double) -> [PairGap] {
    guard let head = steps.last, case .kernel(let kernel) = head.operation, head.sources[0] >= 0,
      let system = DifferenceSystem(self, differences: differences, inputRadius: inputRadius)
    else { return pairs }
    let own = differences[differences.count - 1].own
    let temperature = Double(twin.temperature)
    let useful = ProbabilityBound.largestUsefulGap
    var result = pairs
    var effort = Self.proofEffort
    var largest = 0.0
    for index in pairs.indices.sorted(by: { pairs[$0].bound > pairs[$1].bound }) {
      let pair = pairs[index]
      guard pair.bound > largest, largest < useful else { break }
      let rows = [pair.first, pair.second].map { kernel.map.row(kernel.weights, of: $0) }
      let row = rows[0].indices.map { (input: $0, weight: rows[0][$0] - rows[1][$0]) }
      let (entries, error) = system.combination(row, of: system.outputs[head.sources[0]], roundings: 1)
      var weights = [Double](repeating: 0, count: system.count)
      for entry in entries { weights[entry.column] = entry.value }
      let proof = QuadraticProof(system: system, weights: weights)
      guard let order = QuadraticProof.Ordering(system, live: proof.live), order.cost <= effort else { break }
      effort -= order.cost
      let limit = min(pair.bound, useful) * temperature
      if let carried = proof.bound(below: limit, order: order) {
        let rest = own[pair.first] + own[pair.second]
        let bound = Slack.up((carried + error) / temperature + rest, operations: 6)
        result[index] = PairGap(
          first: pair.first, second: pair.second, bound: min(bound, pair.bound), entrywise: pair.entrywise,
          weights: nil)
      }
      largest = max(largest, result[index].bound)
    }
    return result
  }
}
