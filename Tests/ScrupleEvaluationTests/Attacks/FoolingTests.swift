import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleNetwork
import Testing

@testable import ScrupleEvaluation

@Suite struct BlackBoxTests {
  @Test(arguments: [(1, 1), (3, 1), (1, 3)])
  func `pixel attacks change what they may, and more generations never less successfully`(
    pixels: Int, side: Int
  ) throws {
    for shape in [7, nil] as [Int?] {
      if shape == nil, side > 1 { continue }
      let problem = try AttackProblem(side: shape, seed: 3)
      let width = problem.network.input.count
      let starts = try problem.bytes
      let goals = (0..<problem.data.count).map { AttackGoal.anyBut($0 % 3) }
      var last: [Double] = []
      for generations in [1, 3, 9] {
        let search = PixelEvolution(pixels: pixels, side: side, generations: generations)
        for victim in [FloatVictim(problem.network), ProgramVictim(problem.engine)] as [any Victim] {
          let found = try search.run(
            victim, starts: starts, goals: goals, shape: problem.network.input.shape, AttackRun(seed: 2))
          for row in goals.indices {
            let changed = (row * width..<(row + 1) * width).filter { found.inputs[$0] != starts[$0] }.map {
              $0 - row * width
            }
            #expect(changed.count <= pixels * side * side)
            if side > 1, let shape {
              let (ys, xs) = (changed.map { $0 / shape }, changed.map { $0 % shape })
              #expect((ys.max() ?? 0) - (ys.min() ?? 0) < side && (xs.max() ?? 0) - (xs.min() ?? 0) < side)
            }
          }
          if victim.name == "float" {
            if !last.isEmpty { #expect(zip(found.values, last).allSatisfy { $0 >= $1 }) }
            last = found.values
          }
        }
      }
      #expect(
        zip(last, try FloatVictim(problem.network).values(starts, goals: goals[...])).contains { $0 > $1 })
    }
  }

  @Test(arguments: 0..<3) func `a longer evolution finds no less`(seed: UInt64) throws {
    let problem = try AttackProblem(side: 6, seed: seed)
    let victim = ProgramVictim(problem.engine)
    var last = try victim.values(problem.bytes, goals: problem.goals[...])
    for generations in [1, 5, 25] {
      let found = try Evolution(generations: generations).run(
        victim, starts: problem.bytes, goals: problem.goals, shape: problem.network.input.shape,
        AttackRun(seed: 4))
      #expect(zip(found.values, last).allSatisfy { $0 >= $1 })
      let again = try victim.values(found.inputs, goals: problem.goals[...])
      #expect(again == found.values)
      last = found.values
    }
  }
}

@Suite struct InversionTests {
  @Test(arguments: [(3, 8), (8, 3), (5, 5), (1, 4)]) func `a pseudo-inverse has Penrose's four properties`(
    rows: Int, columns: Int
  ) {
    var generator = SeededGenerator(seed: 3)
    let a = (0..<rows * columns).map { _ in Double(generator.normal()) }
    let inverse = PseudoInverse(a, rows: rows, columns: columns)
    func times(_ x: [Double]) -> [Double] {
      (0..<rows).map { r in (0..<columns).reduce(0) { $0 + a[r * columns + $1] * x[$1] } }
    }
    func unit(_ i: Int, _ n: Int) -> [Double] { (0..<n).map { $0 == i ? 1 : 0 } }
    for i in 0..<columns {
      let column = times(unit(i, columns))
      // A·A⁺·A = A
      for (x, y) in zip(times(inverse(column)), column) { #expect(abs(x - y) < 1e-6) }
    }
    for i in 0..<rows {
      let column = inverse(unit(i, rows))
      // A⁺·A·A⁺ = A⁺
      for (x, y) in zip(inverse(times(column)), column) { #expect(abs(x - y) < 1e-6) }
      // A·A⁺ is symmetric
      for j in 0..<rows { #expect(abs(times(column)[j] - times(inverse(unit(j, rows)))[i]) < 1e-6) }
    }
    for i in 0..<columns {
      // A⁺·A is symmetric
      for j in 0..<columns {
        #expect(abs(inverse(times(unit(i, columns)))[j] - inverse(times(unit(j, columns)))[i]) < 1e-6)
      }
    }
  }

  @Test(arguments: [Activation.identity, .tanh, .relu, .clippedReLU(limit: 3)])
  func `going backwards through a narrow layer leads to inputs of which the network is sure`(
    activation: Activation
  ) throws {
    let input = InputDescription(.image(height: 12, width: 12, channels: 1))
    var found = 0
    for seed in 0..<4 as Range<UInt64> {
      let random = try AttackProblem.network(input, [144, 20, 10, 4, 3], activation, seed: seed)
      // Logits that a squashing layer, too, can make sure.
      let network = try random.replacing(
        layers: random.layers.enumerated().map { index, layer in
          guard case .dense(var dense) = layer, index == random.layers.count - 1 else { return layer }
          dense.weight = dense.weight.map { $0 * 5 }
          return .dense(dense)
        })
      let starts = [UInt8](repeating: 128, count: 3 * 144)
      let goals = (0..<3).map { AttackGoal.named($0) }
      let rows = try #require(try Inversion().run(network, starts: starts, goals: goals, AttackRun()))
      for row in 0..<3 {
        let value = try FloatVictim(network).values(
          Array(rows.inputs[row * 144..<(row + 1) * 144]), goals: goals[row...row])
        #expect(value == [rows.values[row]])
        found += exp(value[0]) >= 0.99 ? 1 : 0
      }
    }
    // A random network need not be sure of every class anywhere; of most it is, and there the way leads.
    #expect(found >= (activation == .identity ? 11 : 7), "\(activation): \(found) of 12")
  }
}

@Suite struct FoolingTests {
  static func fooling(_ problem: AttackProblem) throws -> Fooling {
    var fooling = try Fooling(data: problem.data, input: problem.network.input)
    (fooling.count, fooling.confidence, fooling.patchSide, fooling.pixels) = (12, 0.9, 3, 3)
    return fooling
  }

  static func model(_ problem: AttackProblem) -> FoolModel {
    FoolModel(
      name: "m", network: problem.network, engine: problem.engine, input: problem.network.input,
      labels: problem.network.labels)
  }

  @Test(arguments: AttackKind.allCases.filter { $0 != .rays }, [7, nil] as [Int?])
  func `more questions never find less, and the same seed finds the same`(kind: AttackKind, side: Int?) throws
  {
    let problem = try AttackProblem(side: side, seed: 8)
    var fooling = try Self.fooling(problem)
    let model = Self.model(problem)
    for form in ModelSide.allCases {
      var last: [FoolOutcome] = []
      for budget in [101, 210, 450] {
        fooling.budget = budget
        guard fooling.reasonAgainst(kind, on: [model]) == nil else { continue }
        let outcomes = try fooling.run(kind, on: model, side: form, AttackRun(seed: 6))
        #expect(outcomes == (try fooling.run(kind, on: model, side: form, AttackRun(seed: 6))))
        #expect(!outcomes.isEmpty)
        for outcome in outcomes {
          #expect(outcome.questions <= budget + 1)
          #expect(outcome.found == outcome.finds.count { $0.isFound } && outcome.tried == outcome.finds.count)
          #expect(outcome.found >= last.first { $0.title == outcome.title }?.found ?? 0)
        }
        last = outcomes
      }
    }
  }

  @Test func `verdicts on a find are those of both forms`() throws {
    let problem = try AttackProblem(side: 6, seed: 2)
    let model = Self.model(problem)
    let board = try InProcessDevice(Board.named("netduinoplus2"))
    for outcome in try Self.fooling(problem).run(.gradient, on: model, side: .int8, AttackRun()) {
      for find in outcome.finds {
        let device = try board.run(problem.engine, find.input, progress: nil).predictions.verdicts[0]
        #expect(find.int8?.index == device.classIndex)
        #expect(find.int8?.confidence == Double(device.confidence) * 0x1p-31)
        let float = problem.network.preciseProbabilities(find.input)
        #expect(abs(try #require(find.float).confidence - float.max()!) < 1e-5)
      }
    }
  }

  @Test func `what a model lacks is not attacked`() throws {
    let problem = try AttackProblem(side: 6, seed: 2)
    let fooling = try Self.fooling(problem)
    var model = Self.model(problem)
    model.network = nil
    for kind in [AttackKind.gradient, .pgd, .inversion] {
      #expect(fooling.reasonAgainst(kind, on: [Self.model(problem)]) == nil)
      #expect(fooling.reasonAgainst(kind, on: [model])?.contains("no float model") == true)
    }
    #expect(try fooling.run(.pgd, on: model, side: .int8, AttackRun()).isEmpty)
    #expect(try fooling.run(.evolution, on: model, side: .float, AttackRun()).isEmpty)
    #expect(try fooling.run(.evolution, on: model, side: .int8, AttackRun()).first?.carried == nil)
    let survey = try RaySurvey(fooling, model, mostInputs: 500, AttackRun())
    #expect(survey.profile == nil && survey.checked == 0 && survey.rays.allSatisfy { $0.device != nil })
    #expect(RaySummary(survey).float == nil && RaySummary(survey).int8 != nil)
  }

  @Test func `a summary's medians are those of its rays, on either side`() throws {
    let problem = try AttackProblem(side: 6, seed: 2)
    var fooling = try Self.fooling(problem)
    fooling.count = 5
    let survey = try RaySurvey(fooling, Self.model(problem), mostInputs: 100_000, AttackRun())
    let summary = RaySummary(survey)
    let (float, int8) = (try #require(summary.float), try #require(summary.int8))
    let profile = try #require(survey.profile)
    for level in summary.levels.indices {
      #expect(float.reach.medianCrossings[level] == profile.medianCrossing(level: level))
      #expect(float.reach.shares[level] == profile.shareReaching(level: level))
      let reached = survey.rays.compactMap { $0.device?.crossings[level] }
      #expect(int8.reach.shares[level] == Double(reached.count) / Double(survey.rays.count))
      #expect((int8.reach.medianCrossings[level] == nil) == (2 * reached.count <= survey.rays.count))
    }
    #expect(float.reach.highest == profile.highestConfidence)
    // No α leads anywhere on the device once every byte is saturated.
    #expect(
      int8.reach.medianCrossings.allSatisfy {
        ($0 ?? 0) <= survey.rays.compactMap(\.device?.saturates).max()!
      })
    #expect(int8.inputs == survey.rays.reduce(0) { $0 + ($1.device?.inputs ?? 0) })
    #expect(int8.tried == int8.inputs && summary.rayCount == survey.rays.count)
  }
}
