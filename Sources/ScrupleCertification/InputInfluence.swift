/// Which input of a box to split: how much of a bound's width each input brings, directly and through the neurons of
/// the first layer.
struct InputInfluence {
  private(set) var scores: [Double]

  init(inputs: Int) {
    scores = Array(repeating: 0, count: inputs)
  }

  /// Adds the absolute coefficients of the inputs' own symbols.
  mutating func addDirect(_ coefficient: (Int) -> Double) {
    for input in scores.indices { scores[input] += abs(coefficient(input)) }
  }

  /// Shares out what the first layer's neurons bring with their fresh symbols: to each input in proportion to what it
  /// contributes to the neuron's range.
  mutating func addFresh(_ coefficient: (Int) -> Double, weights: DoubleMatrix, radii: DoubleMatrix) {
    for neuron in 0..<weights.rows {
      let noise = abs(coefficient(neuron))
      guard noise > 0 else { continue }
      let row = weights[neuron]
      let range = VectorLoops.absoluteDot(row, radii[0], count: weights.paddedColumns)
      guard range > 0 else { continue }
      for input in scores.indices { scores[input] += noise * abs(row[input]) * radii[0][input] / range }
    }
  }

  /// The input with the largest score among those with more than one value; the widest one if no score is positive.
  func best(in box: InputBox) -> Int? {
    var best: (input: Int, score: Double, width: Int)?
    for (input, range) in box.ranges.enumerated() where range.count > 1 {
      if let old = best, (old.score, old.width) >= (scores[input], range.count) { continue }
      best = (input, scores[input], range.count)
    }
    return best?.input
  }
}
