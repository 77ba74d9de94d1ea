import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleNetwork
import Testing

@testable import ScrupleEvaluation

@Suite struct AttackTests {
  static let regions: [InputRegion] = [
    .everything, .maximumNorm(radius: 0.2), .maximumNorm(radius: 0.013), .euclidean(radius: 0.3),
    .euclidean(radius: 1.5),
  ]
  static let goals: [AttackGoal] = [.surest, .named(1), .anyBut(0), .anyBut(2)]

  @Test(arguments: goals) func `a goal's gradient is what finite differences show`(goal: AttackGoal) {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<50 {
      let logits = (0..<4).map { _ in generator.normal() * 3 }
      var gradient = [Float](repeating: 0, count: 4)
      func value(_ logits: [Float]) -> Double {
        logits.withUnsafeBufferPointer { logits in
          gradient.withUnsafeMutableBufferPointer { goal.value(logits, gradient: $0) }
        }
      }
      let middle = value(logits)
      let found = gradient
      for k in 0..<4 {
        var up = logits, down = logits
        up[k] += 0.01
        down[k] -= 0.01
        // No kink in between.
        guard goal.target(up) == goal.target(down) else { continue }
        #expect(abs((value(up) - value(down)) / 0.02 - Double(found[k])) < 2e-3)
      }
      let p = softmax(logits, classes: 4)
      #expect(abs(goal.value(p[...]) - middle) < 1e-4 || p.min()! < 0x1p-31)
    }
  }

  @Test(arguments: regions, 0..<4)
  func `an ascent stays in its region and never ends below its start`(region: InputRegion, seed: UInt64)
    throws
  {
    let problem = try AttackProblem(side: 5, seed: seed)
    let centers = try problem.bytes
    let ascent = GradientAscent(
      region: region, steps: 12, firstStep: 0.1, lastStep: 0.01, momentum: 0.5, wanders: true)
    for judge in [nil, ProgramVictim(problem.engine)] as [ProgramVictim?] {
      let victim: any Victim = judge ?? FloatVictim(problem.network)
      let found = try ascent.run(
        problem.network, starts: centers, goals: problem.goals, judge: judge, AttackRun(seed: seed))
      let before = try victim.values(centers, goals: problem.goals[...])
      let after = try victim.values(found.inputs, goals: problem.goals[...])
      for row in before.indices {
        #expect(after[row] >= before[row] - 1e-5)
        #expect(abs(after[row] - found.values[row]) < 1e-5)
        var largest = 0
        var square = 0.0
        for i in row * 25..<(row + 1) * 25 {
          let change = abs(Int(found.inputs[i]) - Int(centers[i]))
          largest = max(largest, change)
          square += Double(change * change) / (255 * 255)
        }
        switch region {
        case .everything: break
        case .maximumNorm(let radius): #expect(Float(largest) <= radius * 255)
        case .euclidean(let radius): #expect(square.squareRoot() <= Double(radius))
        }
      }
      #expect(after.reduce(0, +) > before.reduce(0, +))
    }
  }

  /// Two classes with logits ±w·x: the surest point of a ball is known in closed form.
  @Test(arguments: 0..<5) func `on a linear model gradient steps find the ball's best point`(seed: UInt64)
    throws
  {
    let input = InputDescription(.image(height: 4, width: 4, channels: 1))
    let network = try AttackProblem.network(input, [16, 2], .identity, seed: seed)
    let dense = network.denseLayers[0]
    let difference = (0..<16).map { dense.weight[$0] - dense.weight[16 + $0] }
    let center = [UInt8](repeating: 128, count: 16)
    let goals: [AttackGoal] = [.named(0)]
    let best = difference.map { UInt8($0 > 0 ? 128 + 51 : 128 - 51) }
    for ascent in [
      GradientAscent.single(.maximumNorm(radius: 0.2)),
      GradientAscent(region: .maximumNorm(radius: 0.2), steps: 30, firstStep: 0.02),
    ] {
      #expect(try ascent.run(network, starts: center, goals: goals, AttackRun()).inputs == best)
    }
    let euclidean = GradientAscent(region: .euclidean(radius: 0.4), steps: 30, firstStep: 0.1)
    let found = try euclidean.run(network, starts: center, goals: goals, AttackRun()).inputs
    let length = difference.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
    for i in 0..<16 {
      let ideal = 128 + Double(difference[i] / length) * 0.4 * 255
      #expect(abs(Double(found[i]) - ideal) <= 1.5)
    }
  }

  @Test(arguments: 0..<4) func `a longer search over integers finds no less and stays in its ball`(
    seed: UInt64
  ) throws {
    for side in [7, nil] as [Int?] {
      let problem = try AttackProblem(side: side, seed: seed)
      let centers = try problem.bytes
      let victim = ProgramVictim(problem.engine)
      var last = try victim.values(centers, goals: problem.goals[...])
      for steps in [10, 40, 160] {
        let found = try IntegerSearch(region: .maximumNorm(radius: 0.1), steps: steps).run(
          victim, starts: centers, goals: problem.goals, shape: problem.network.input.shape,
          AttackRun(seed: 3))
        #expect(zip(found.values, last).allSatisfy { $0 >= $1 })
        #expect(found.values.reduce(0, +) > last.reduce(0, +))
        #expect(zip(found.inputs, centers).allSatisfy { abs(Int($0) - Int($1)) <= 25 })
        #expect(found.evaluations == (steps + 1) * problem.data.count)
        last = found.values
      }
    }
  }

  @Test func `the search finds the best corner of a small box as enumeration does`() throws {
    let problem = try AttackProblem(side: nil, inputs: 2, hidden: [], seed: 4)
    let victim = ProgramVictim(problem.engine)
    let found = try IntegerSearch(region: .maximumNorm(radius: 0.04), steps: 600).run(
      victim, starts: [100, 200], goals: [.surest], shape: problem.network.input.shape, AttackRun())
    let all = (90...110).flatMap { x in (190...210).flatMap { [UInt8(x), UInt8($0)] } }
    let best = try victim.values(all, goals: [AttackGoal](repeating: .surest, count: 441)[...]).max()
    #expect(found.values[0] == best)
  }
}

@Suite struct AdversarialNoiseTests {
  @Test(arguments: [nil, 8] as [Int?], [1, 2] as [UInt64])
  func `a stronger attack is no weaker, sample by sample, and stays in the noise's ball`(
    side: Int?, seed: UInt64
  ) throws {
    let problem = try AttackProblem(side: side, seed: seed)
    let input = problem.network.input
    let other = try AttackProblem(side: side, seed: seed + 50).network
    let float = FloatVictim(problem.network)
    let int8 = ProgramVictim(problem.engine)
    var found: [AdversarialNoise.Strength: [UInt8]] = [:]
    var noise = AdversarialNoise(.plain, radius: 0.1, noise: .permuted)
    (noise.steps, noise.starts, noise.searchSteps) = (10, 2, 30)
    for strength in AdversarialNoise.Strength.allCases {
      noise.strength = strength
      let set = try noise.dataset(
        against: problem.network, program: int8, data: problem.data, others: [other], count: 20,
        AttackRun(seed: seed))
      #expect(
        set
          == (try noise.dataset(
            against: problem.network, program: int8, data: problem.data, others: [other], count: 20,
            AttackRun(seed: seed))))
      #expect(set.name == "\(strength.rawValue):0.1:permuted")
      found[strength] = try set.quantized(0..<20, for: input)
    }
    let middles = try NoiseGenerator(.permuted, for: input, base: problem.data).dataset(count: 20, seed: seed)
      .quantized(0..<20, for: input)
    for inputs in found.values {
      #expect(zip(inputs, middles).allSatisfy { abs(Int($0) - Int($1)) <= 25 })
    }
    func confidences(_ victim: any Victim, _ strength: AdversarialNoise.Strength) throws -> [Double] {
      try victim.values(found[strength] ?? [], goals: [AttackGoal](repeating: .surest, count: 20)[...])
    }
    #expect(try zip(confidences(float, .strong), confidences(float, .plain)).allSatisfy { $0 >= $1 - 1e-6 })
    #expect(try zip(confidences(int8, .int8), confidences(int8, .plain)).map { $0 - $1 }.reduce(0, +) > 0)
  }

  @Test func `what the runtime says of a find is what the attack says`() throws {
    let problem = try AttackProblem(side: 6, seed: 9)
    let victim = ProgramVictim(problem.engine)
    let found = try IntegerSearch(region: .everything, steps: 50).run(
      victim, starts: problem.bytes, goals: problem.goals, shape: problem.network.input.shape, AttackRun())
    let device = try InProcessDevice(Board.named("netduinoplus2")).run(
      problem.engine, found.inputs, progress: nil)
    for (value, verdict) in zip(found.values, device.predictions.verdicts) {
      #expect(abs(exp(value) - Double(verdict.confidence) * 0x1p-31) < 1e-9)
    }
  }

  @Test func `specifications are read, and wrong ones explained`() throws {
    let image = InputDescription(.image(height: 2, width: 2, channels: 1))
    let row = InputDescription(.tabular([.init(name: "a", low: 0, high: 1)]))
    #expect(try AdversarialNoise("uniform", for: image) == nil)
    #expect(
      try AdversarialNoise("adversarial:0.3", for: image)
        == AdversarialNoise(.plain, radius: 0.3, noise: .smoothed))
    #expect(
      try AdversarialNoise("adversarial-strong:0.1", for: row)?.name(for: row) == "adversarial-strong:0.1")
    #expect(
      try AdversarialNoise("adversarial-int8:0.5:uniform", for: image)?.name(for: image)
        == "adversarial-int8:0.5:uniform")
    for wrong in [
      "adversarial", "adversarial:", "adversarial:2", "adversarial:0", "adversarial:x", "adversarial:.1:far",
      "adversarial:.1:uniform:2",
    ] {
      #expect(throws: EvaluationError.self) { try AdversarialNoise(wrong, for: image) }
    }
  }
}
