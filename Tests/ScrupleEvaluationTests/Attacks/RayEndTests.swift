import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleNetwork
import Testing

@testable import ScrupleEvaluation

@Suite struct RayEndTests {
  static let activations: [Activation] = [
    .relu, .clippedReLU(limit: 1.5), .identity, .clippedIdentity(limit: 2),
  ]
  static let models = [
    "iris-logistic", "iris-mlp-plain", "iris-mlp-acet", "fashion-plain", "fashion-ceda", "fashion-acet",
    "fashion-certified",
  ]

  static func committed(_ name: String) throws -> Network {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try Network(contentsOf: root.appendingPathComponent("models/\(name)/model.safetensors"))
  }

  /// The logits, computed without anything of the attacks.
  static func logits(_ network: Network, _ x: [Double]) -> [Double] {
    var values = x
    for dense in network.denseLayers {
      values = (0..<dense.outputs).map { k in
        var sum = Double(dense.bias[k])
        for i in 0..<dense.inputs { sum += Double(dense.weight[k * dense.inputs + i]) * values[i] }
        return dense.activation(sum)
      }
    }
    return values.map { $0 / Double(network.temperature) }
  }

  static func rays(_ count: Int, _ width: Int, seed: UInt64) -> [(origin: [Double], direction: [Double])] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { ray in
      // Through a point of the range from its corner, or anywhere from its middle.
      ray % 2 == 0
        ? ([Double](repeating: 0, count: width), (0..<width).map { _ in Double(generator.uniform()) })
        : ([Double](repeating: 0.5, count: width), (0..<width).map { _ in Double(generator.normal()) })
    }
  }

  private func check(_ network: Network, rays: [(origin: [Double], direction: [Double])]) throws {
    for (origin, direction) in rays {
      let end = try #require(RayEnd(network, origin: origin, direction: direction))
      func at(_ alpha: Double) -> [Double] {
        Self.logits(network, zip(origin, direction).map { $0 + alpha * $1 })
      }
      let alpha = max(1e6, 4 * end.wins)
      let (near, far) = (at(alpha), at(2 * alpha))
      #expect(near.firstIndex(of: near.max()!) == end.winner)
      let size = end.slopes.map { abs($0) }.max()!
      for k in near.indices {
        #expect(abs((far[k] - near[k]) / alpha - end.slopes[k]) <= 1e-6 * max(size, 1e-9))
      }
      let confidence = softmax(at(alpha * 1e3), classes: near.count).max()!
      #expect(abs(confidence - end.confidence) < 1e-6 || size * alpha * 1e3 < 100)
    }
  }

  @Test(arguments: activations, [[5], [16], [12, 8], [9, 30, 4]])
  func `class and slopes at a ray's end are what a random network shows at α = 10⁶`(
    activation: Activation, hidden: [Int]
  ) throws {
    for seed in 0..<5 as Range<UInt64> {
      let input = InputDescription(.tabular((0..<4).map { .init(name: "f\($0)", low: 0, high: 1) }))
      let network = try AttackProblem.network(input, [4] + hidden + [3], activation, seed: seed)
      try check(network, rays: Self.rays(20, 4, seed: seed))
    }
  }

  @Test(arguments: models)
  func `class and slopes at a ray's end are what a committed model shows at α = 10⁶`(name: String) throws {
    let network = try Self.committed(name)
    let rays = Self.rays(30, network.input.count, seed: 7)
    try check(network, rays: rays)
    // The same weights without the clip: the theorem's own case, in which almost every ray ends in certainty.
    let open = try network.replacing(
      layers: network.layers.map { layer in
        guard case .dense(var dense) = layer, dense.activation != .identity else { return layer }
        dense.activation = .relu
        return .dense(dense)
      })
    try check(open, rays: rays)
    let ends = rays.compactMap { RayEnd(open, origin: $0.origin, direction: $0.direction) }
    #expect(ends.allSatisfy { $0.confidence == 1 })
  }

  @Test(arguments: activations, 0..<10)
  func `a ray ends where following it from change to change ends`(activation: Activation, seed: UInt64) throws
  {
    let input = InputDescription(.tabular((0..<3).map { .init(name: "f\($0)", low: 0, high: 1) }))
    let network = try AttackProblem.network(input, [3, 10, 7, 3], activation, seed: seed)
    for (origin, direction) in Self.rays(10, 3, seed: seed) {
      let end = try #require(RayEnd(network, origin: origin, direction: direction))
      let breaks = try #require(RayEnd.breaks(network, origin: origin, direction: direction))
      #expect(abs((breaks.last ?? 0) - end.begins) <= 1e-9 * max(end.begins, 1))
      #expect(zip(breaks, breaks.dropFirst()).allSatisfy { $0 < $1 })
      // Linear between two changes, and not across one.
      func at(_ alpha: Double) -> [Double] {
        Self.logits(network, zip(origin, direction).map { $0 + alpha * $1 })
      }
      for (low, high) in zip([0] + breaks, breaks) where high - low > 1e-6 {
        let (a, b, c) = (
          at(low + (high - low) * 0.25), at(low + (high - low) * 0.5), at(low + (high - low) * 0.75)
        )
        for k in a.indices { #expect(abs(a[k] + c[k] - 2 * b[k]) <= 1e-9 * (1 + abs(b[k]))) }
      }
    }
  }

  @Test func `networks without a last linear piece have no predicted end`() throws {
    let input = InputDescription(.tabular([.init(name: "a", low: 0, high: 1)]))
    let network = try AttackProblem.network(input, [1, 3, 2], .tanh, seed: 1)
    #expect(RayEnd(network, origin: [0], direction: [1]) == nil)
    #expect(RayEnd.breaks(network, origin: [0], direction: [1]) == nil)
  }

  @Test(arguments: 0..<6) func `no input on a ray escapes the device's walk`(seed: UInt64) throws {
    let problem = try AttackProblem(side: nil, inputs: 3, seed: seed)
    let victim = ProgramVictim(problem.engine)
    for (origin, direction) in Self.rays(4, 3, seed: seed) {
      func bytes(_ alpha: Double) -> [UInt8] {
        zip(origin, direction).map { UInt8(min(max((255 * ($0 + alpha * $1) + 0.5).rounded(.down), 0), 255)) }
      }
      let ray = try DeviceRay(victim, origin: origin, direction: direction, levels: [0.8], most: 1_000_000)
      #expect(ray.isExact)
      #expect(bytes(ray.saturates * 1.001) == bytes(1e9))
      #expect(bytes(ray.saturates * 0.999) != bytes(1e9))
      let alphas = (0...20_000).map { Double($0) / 20_000 * ray.saturates * 1.1 }
      let inputs = alphas.map(bytes)
      let sampled = try victim.probabilities(inputs.flatMap(\.self))
      let confidences = inputs.indices.map { sampled[$0 * 3..<$0 * 3 + 3].max()! }
      #expect(ray.highest >= confidences.max()!)
      #expect(ray.inputs >= Set(inputs).count)
      #expect(ray.final == confidences.last)
      // At a change the byte before it and the one after it are both right.
      let (at, after) = (bytes(ray.highestAt), bytes(ray.highestAt * (1 + 1e-12) + 1e-12))
      #expect(ray.highestInput.indices.allSatisfy { [at[$0], after[$0]].contains(ray.highestInput[$0]) })
      if let first = confidences.firstIndex(where: { $0 >= 0.8 }) {
        #expect(try #require(ray.crossings[0]) <= alphas[first])
      }
      let thinned = try DeviceRay(victim, origin: origin, direction: direction, levels: [0.8], most: 50)
      #expect(thinned.tried <= 52 && !thinned.isExact && thinned.final == ray.final)
      #expect(thinned.highest <= ray.highest)
    }
  }
}
