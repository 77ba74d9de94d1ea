import ScrupleEvaluation

/// A small seeded generator (SplitMix64; Steele, Lea & Flood 2014).
struct Random: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Random rows of probabilities. With `steps`, probabilities are whole multiples of 1/steps, so ties abound.
func randomProbabilities(_ count: Int, _ classes: Int, steps: Int? = nil, _ random: inout Random) -> [Double]
{
  (0..<count).flatMap { _ -> [Double] in
    guard let steps else {
      let raw = (0..<classes).map { _ in Double.random(in: 0.001...1, using: &random) }
      let sum = raw.reduce(0, +)
      return raw.map { $0 / sum }
    }
    var row = [Int](repeating: 0, count: classes)
    for _ in 0..<steps { row[Int.random(in: 0..<classes, using: &random)] += 1 }
    return row.map { Double($0) / Double(steps) }
  }
}

/// A labelled random table.
func randomTable(_ count: Int, _ classes: Int, steps: Int? = nil, seed: UInt64) throws -> Predictions {
  var random = Random(seed)
  let probabilities = randomProbabilities(count, classes, steps: steps, &random)
  let labels = (0..<count).map { _ in Int.random(in: 0..<classes, using: &random) }
  let energies = (0..<count).map { _ in Double.random(in: -3...9, using: &random) }
  return try Predictions(
    probabilities: probabilities, classCount: classes, labels: labels, energies: energies)
}

func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool { abs(a - b) <= tolerance }
