import Foundation
import Testing

@testable import ScrupleEvaluation

@Suite struct FarRaysTests {
  /// Two classes with logit difference w·x: confidence along αx is 1/(1 + exp(−α|w·x|)), crossed in closed form.
  @Test func `crossings of a logistic regression are exact`() throws {
    let weight: [Float] = [0.5, -1]
    let directions: [Float] = [1, 0, 0, 1, 2, 1, 0.1, 0]
    let rays = try FarRays(from: 0.25, to: 1e6, count: 60)
    let profile = try rays.profile(directions: directions, dimension: 2) { inputs, count in
      (0..<count).map { i in
        let t = Double(inputs[2 * i] * weight[0] + inputs[2 * i + 1] * weight[1])
        return 1 / (1 + exp(-abs(t)))
      }
    }
    for (level, p) in [0.95, 0.99, 0.999].enumerated() {
      let expected: [Double?] = [0.5, 1, 0, 0.05].map { $0 == 0 ? nil : log(p / (1 - p)) / $0 }
      for (found, truth) in zip(profile.crossings[level], expected) {
        switch (found, truth) {
        case (let found?, let truth?): #expect(isClose(found / truth, 1, 1e-5))
        case (nil, nil): break
        default: Issue.record("\(String(describing: found)) where \(String(describing: truth)) was expected")
        }
      }
      #expect(profile.shareReaching(level: level) == 0.75)
    }
    #expect(profile.highestConfidence == 1)
    #expect(profile.quantile(0).allSatisfy { $0 == 0.5 })
  }

  @Test func `a ray that starts above the level crosses at its start`() throws {
    let rays = try FarRays(from: 1, to: 10, count: 5, levels: [0.9])
    let profile = try rays.profile(directions: [1], dimension: 1) { _, n in
      [Double](repeating: 0.95, count: n)
    }
    #expect(profile.crossings == [[1]])
    #expect(profile.medianCrossing(level: 0) == 1)
  }

  @Test func `a median over rays that never cross is infinite`() throws {
    let rays = try FarRays(from: 1, to: 10, count: 5, levels: [0.9])
    let profile = try rays.profile(directions: [1, 2], dimension: 1) { _, n in
      [Double](repeating: 0.5, count: n)
    }
    #expect(profile.medianCrossing(level: 0) == nil)
    #expect(profile.shareReaching(level: 0) == 0)
  }

  @Test func `impossible rays are refused`() {
    #expect(throws: EvaluationError.self) { try FarRays(from: 0, to: 1) }
    #expect(throws: EvaluationError.self) { try FarRays(from: 2, to: 1) }
    #expect(throws: EvaluationError.self) {
      try FarRays().profile(directions: [1, 2, 3], dimension: 2) { _, _ in [] }
    }
  }
}
