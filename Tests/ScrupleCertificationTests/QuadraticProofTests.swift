import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

/// Bounds over all layers at once, held against everything that they are about.
struct QuadraticProofTests {
  private func system(_ pair: GraphPair, inputRadius: Double = 0) throws -> DifferenceSystem {
    let ranges = pair.ranges(over: .whole(inputs: pair.program.inputCount))
    let differences = pair.differences(ranges: ranges, inputRadius: inputRadius)
    return try #require(DifferenceSystem(pair, differences: differences, inputRadius: inputRadius))
  }

  /// The difference of the first two logits, without what the head itself adds.
  private func weights(_ pair: GraphPair, _ system: DifferenceSystem) throws -> [Double] {
    guard case .kernel(let kernel) = try #require(pair.steps.last).operation else { return [] }
    let rows = (0..<2).map { kernel.map.row(kernel.weights, of: $0) }
    let row = zip(rows[0], rows[1]).enumerated().map {
      (input: $0.offset, weight: $0.element.0 - $0.element.1)
    }
    let combination = system.combination(row, of: try #require(system.outputs.last), roundings: 1)
    #expect(combination.error < 1e-9)
    var weights = [Double](repeating: 0, count: system.count)
    for entry in combination.entries { weights[entry.column] = entry.value }
    return weights
  }

  /// The largest sum for some θ: every `r` at the end that its coefficient calls for.
  private func largest(_ system: DifferenceSystem, _ weights: [Double], _ factors: [Double]) -> Double {
    var pulls = weights
    var sum = 0.0
    for unit in stride(from: system.count - 1, through: 0, by: -1) {
      let pull = pulls[unit] * factors[unit]
      sum += abs(pull) * system.radii[unit]
      for (read, value) in system.rows.list(unit) { pulls[read] += value * pull }
    }
    return sum
  }

  private func bound(_ system: DifferenceSystem, _ weights: [Double]) throws -> Double {
    let proof = QuadraticProof(system: system, weights: weights)
    let order = try #require(QuadraticProof.Ordering(system, live: proof.live))
    return try #require(proof.bound(below: .infinity, order: order))
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6])
  func `no choice of factors exceeds the bound, and the worst is close to it`(seed: UInt64) throws {
    var builder = GraphBuilder(image: ImageShape(height: 1, width: 4, channels: 1), seed: seed)
    builder.convolve(2, Window(kernelHeight: 1, kernelWidth: 2, strideWidth: seed % 2 == 0 ? 2 : 1))
    if seed == 3 {
      builder.pool(.average, Window(kernelHeight: 1, kernelWidth: 2, strideHeight: 1, strideWidth: 1))
    }
    builder.convolve(seed < 4 ? 3 : 2, Window(kernelHeight: 1, kernelWidth: 2), .identity)
    if seed == 5 {
      builder.pool(.maximum, Window(kernelHeight: 1, kernelWidth: 2, strideHeight: 1, strideWidth: 1))
    }
    builder.convolve(2, Window(kernelHeight: 1, kernelWidth: 1))
    let pair = try GraphPair(builder.network(classes: 2), seed: seed)
    let system = try system(pair)
    let weights = try weights(pair, system)
    let bent = (0..<system.count).filter { !system.isFree($0) }
    try #require(bent.count > 2 && bent.count <= 18)
    var worst = 0.0
    for choice in 0..<1 << bent.count {
      var factors = [Double](repeating: 1, count: system.count)
      for (place, unit) in bent.enumerated() where choice >> place & 1 == 0 { factors[unit] = 0 }
      worst = max(worst, largest(system, weights, factors))
    }
    let bound = try bound(system, weights)
    #expect(worst <= bound)
    #expect(bound <= 1.5 * worst)
  }

  @Test(arguments: GraphKind.allCases, [0, 1.0 / 510])
  func `random factors of a whole network do not exceed it`(kind: GraphKind, inputRadius: Double) throws {
    let pair = try GraphPair(kind.network(seed: 21), seed: 22)
    let system = try system(pair, inputRadius: inputRadius)
    let weights = try weights(pair, system)
    let bound = try bound(system, weights)
    var generator = SeededGenerator(seed: 23)
    var worst = 0.0
    for _ in 0..<200 {
      let on = generator.uniform()
      let factors = (0..<system.count).map { _ in generator.uniform() < on ? 1 : Double(generator.uniform()) }
      worst = max(worst, largest(system, weights, factors))
    }
    #expect(worst > 0.1 * bound)
    #expect(worst <= bound)
  }

  @Test(arguments: GraphKind.allCases.filter { $0 != .poolings })
  func `differences of a real input are among those of the system`(kind: GraphKind) throws {
    let pair = try GraphPair(kind.network(seed: 24), seed: 25)
    let system = try system(pair)
    var generator = SeededGenerator(seed: 26)
    for _ in 0..<10 {
      let input = TestModels.input(pair.program.inputCount, &generator)
      let evaluation = pair.program.evaluate(input: input)
      let outputs = pair.twin.preciseOutputs(input.map { Double($0) / 255 })
      let twin = zip(pair.twin.layers, outputs).compactMap { $0 == .flatten ? nil : $1 }
      var units = [Double](repeating: 0, count: system.count)
      for (index, bytes) in evaluation.activations.enumerated() {
        let step = try #require(pair.steps[index].output?.step)
        for (place, byte) in bytes.enumerated() {
          let difference =
            step * Double(Int(byte) - pair.program.zeroPoint(ofSource: index)) - twin[index][place]
          let expression = system.outputs[index].rows.list(place)
          guard let last = expression.last else {
            #expect(abs(difference) < 1e-12)
            continue
          }
          let known = expression.dropLast().reduce(0) { $0 + $1.value * units[$1.column] }
          let value = difference - known
          units[last.column] = value
          #expect(abs(value) <= system.bounds[last.column] + 1e-12)
          // Between zero and some y.
          let y = system.rows.list(last.column).reduce(0) { $0 + $1.value * units[$1.column] }
          let radius = system.radii[last.column] + 1e-12
          #expect(value <= max(0, y + radius) && value >= min(0, y - radius))
        }
      }
    }
  }

  @Test(arguments: GraphKind.allCases)
  func `certificates become smaller, never larger, and are the same each time`(kind: GraphKind) throws {
    let pair = try GraphPair(kind.network(seed: 27), seed: 28)
    let (plain, refined) = (Certifier.wholeDomain(pair, refine: false), Certifier.wholeDomain(pair))
    for (a, b) in zip(plain.pairs, refined.pairs) {
      #expect(b.bound <= a.bound && b.entrywise == a.entrywise)
    }
    #expect(refined.gap < 0.97 * plain.gap)
    #expect(refined == Certifier.wholeDomain(pair))
  }

  @Test(arguments: [1, 7, 8, 40, 203])
  func `the factor of a matrix with an envelope is that of the full matrix`(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let starts = (0..<count).map { max(0, $0 - generator.next(below: 30)) }
    var full = (0..<count).map { _ in [Double](repeating: 0, count: count) }
    for row in 0..<count {
      for column in starts[row]..<row {
        full[row][column] = Double(generator.normal())
        full[column][row] = full[row][column]
      }
    }
    for row in 0..<count { full[row][row] = 1 + full[row].reduce(0) { $0 + abs($1) } }
    func matrix() -> EnvelopeMatrix {
      let matrix = EnvelopeMatrix(starts: starts)
      for row in 0..<count { for column in starts[row]...row { matrix[row][column] = full[row][column] } }
      return matrix
    }
    let factor = matrix()
    #expect(factor.factor())
    func lower(_ row: Int, _ column: Int) -> Double {
      column < factor.first(of: row) || column > row ? 0 : factor[row][column]
    }
    for row in 0..<count {
      for column in 0...row {
        let product = (0...column).reduce(0) { $0 + lower(row, $1) * lower(column, $1) }
        #expect(abs(product - full[row][column]) < 1e-12 * full[row][row])
      }
    }
    let expected = (0..<count).map { Double($0) - 3 }
    var solution = (0..<count).map { row in (0...row).reduce(0) { $0 + lower(row, $1) * expected[$1] } }
    factor.solve(&solution)
    for (a, b) in zip(solution, expected) { #expect(abs(a - b) < 1e-9 * Double(count)) }
    // One negative eigenvalue is enough.
    let indefinite = matrix()
    indefinite[count / 2][count / 2] = -1e-9
    #expect(!indefinite.factor())
  }

  @Test func `a certificate by an older method is told apart from one that is wrong`() throws {
    let pair = try GraphPair(GraphKind.convolutions.network(seed: 29), seed: 30)
    let old = CertificateDocument(Certifier.wholeDomain(pair, refine: false), of: pair)
    let problems = try old.problems(for: pair)
    #expect(problems.count == 1)
    #expect(try #require(problems.first).contains("another method"))
    var wrong = old
    wrong.gap *= 0.999
    #expect(try !wrong.problems(for: pair).allSatisfy { $0.contains("another method") })
    let new = CertificateDocument(Certifier.wholeDomain(pair), of: pair)
    #expect(try new.problems(for: pair) == [])
  }
}
