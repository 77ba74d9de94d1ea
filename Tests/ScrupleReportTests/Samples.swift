import Foundation
import ScrupleEvaluation

@testable import ScrupleReport

/// A small seeded generator (SplitMix64).
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
  mutating func unit() -> Double { Double.random(in: 0..<1, using: &self) }
  mutating func normal() -> Double { (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit()) }
}

/// Made-up material for pictures: a three-class problem in the plane and confidences of sets.
enum Samples {
  static let classNames = ["setosa", "versicolor", "virginica"]

  static func softmax(_ z: [Double]) -> [Double] {
    let top = z.max() ?? 0
    let e = z.map { exp($0 - top) }
    let sum = e.reduce(0, +)
    return e.map { $0 / sum }
  }

  /// About the logistic regression of "I Pity the fool".
  static func logits(_ x: Double, _ y: Double) -> [Double] {
    [-2.7 * x - 1.2 * y + 11.2, -0.1 * x - 1.1 * y + 3.3, 2.8 * x + 2.3 * y - 14.5]
  }

  static let grid = PlaneGrid(x: -4...12, y: -6...8)

  static func plane(int8: Bool) -> [Double] {
    let inputs = grid.inputs
    return stride(from: 0, to: inputs.count, by: 2).flatMap { i -> [Double] in
      var x = Double(inputs[i])
      var y = Double(inputs[i + 1])
      if int8 {
        x = 1 + (max(0, min(1, (x - 1) / 5.9)) * 255).rounded() / 255 * 5.9
        y = 0.1 + (max(0, min(1, (y - 0.1) / 2.4)) * 255).rounded() / 255 * 2.4
      }
      return softmax(logits(x, y))
    }
  }

  static func points() -> PlanePoints {
    var random = Random(1)
    var result = PlanePoints(x: [], y: [], labels: [])
    for (label, center) in [(1.46, 0.25), (4.26, 1.33), (5.55, 2.03)].enumerated() {
      for _ in 0..<50 {
        result.x.append(center.0 + (label == 0 ? 0.17 : 0.5) * random.normal())
        result.y.append(center.1 + (label == 0 ? 0.1 : 0.24) * random.normal())
        result.labels.append(label)
      }
    }
    return result
  }

  static func isWrong(_ points: PlanePoints) -> [Bool] {
    points.labels.indices.map { i in
      let z = logits(points.x[i], points.y[i])
      return z.firstIndex(of: z.max() ?? 0) != points.labels[i]
    }
  }

  /// Confidences of float and int8, near each other, and whether they are right.
  static func confidences(_ n: Int, sharpness: Double, seed: UInt64) -> (
    float: [Double], int8: [Double], correct: [Bool]
  ) {
    var random = Random(seed)
    var float: [Double] = []
    var int8: [Double] = []
    var correct: [Bool] = []
    for _ in 0..<n {
      let logit = abs(random.normal() * sharpness) + 0.3 * random.unit() - 0.6
      let p = max(0.12, 1 / (1 + exp(-logit)))
      let moved = logit + 0.05 * random.normal() * 0.6
      float.append(p)
      int8.append(max(0.12, 1 / (1 + exp(-moved))))
      correct.append(random.unit() < p * 0.98)
    }
    return (float, int8, correct)
  }

  static func profile(slope: Double, limit: Double, seed: UInt64) throws -> RayProfile {
    var random = Random(seed)
    let directions = (0..<60).map { _ in Float(exp(random.normal() * 0.8)) }
    return try FarRays(from: 1, to: 1e5, count: 81).profile(directions: directions, dimension: 1) { x, n in
      (0..<n).map { min(limit, softmax([Double(x[$0]) * slope, 0, 0])[0]) }
    }
  }

  /// Changes that stripes of rounding make, over all pairs of bytes.
  static func changes(scale: Double) -> [Double] {
    (0..<256 * 256).map { i in
      let (x, y) = (Double(i % 256) / 255 * 25.5 - 10, 15.5 - Double(i / 256) / 255 * 25.5)
      let p = softmax(logits(x, y)).max() ?? 0
      return scale * (0.2 + 0.8 * abs(sin(9 * x + 4 * y))) * p * (1 - p) * 4
    }
  }

  static func bounds(_ n: Int) -> [BoundGroup] {
    [1, 2, 4].map { radius in
      var random = Random(UInt64(radius))
      let bounds = (0..<n).map { _ in 0.008 * Double(radius) * exp(0.8 * random.normal()) }
      return BoundGroup(
        name: "plain", radius: radius, bounds: bounds,
        observed: bounds.map { $0 * (0.05 + 0.6 * random.unit()) })
    }
  }

  /// One of each figure. `heavy` uses as many points as a test set has.
  static func figures(heavy: Bool) throws -> [Figure] {
    let points = points()
    let wrong = isWrong(points)
    let far = [(0.1, 5.0), (10, 7.5), (5, -5)].map { x, y in
      PlaneNote(x: x, y: y, text: Numbers.fixed(softmax(logits(x, y)).max() ?? 0, decimals: 3))
    }
    let panels = [
      PlanePanel(title: "Float", probabilities: plane(int8: false), isWrong: wrong, notes: far),
      PlanePanel(title: "int8 on the device", probabilities: plane(int8: true), isWrong: wrong, notes: far),
    ]
    let axes = (x: "petal length (cm)", y: "petal width (cm)")
    let n = heavy ? 10_000 : 600
    let data = confidences(n, sharpness: 5, seed: 3)
    let noise = confidences(n, sharpness: 0.8, seed: 4)
    let mnist = confidences(n, sharpness: 1.6, seed: 5)
    let epochs = 1...12
    return [
      try Figures.trainingCurves([
        CurvePanel(
          title: "Loss", yLabel: "cross-entropy (nats)",
          curves: [
            Curve(name: "training", y: epochs.map { 0.25 + 0.6 * exp(-Double($0) / 3) }),
            Curve(name: "test", y: epochs.map { 0.34 + 0.5 * exp(-Double($0) / 3) }),
            Curve(name: "noise (CEDA)", y: epochs.map { 2.31 - 1.2 * (1 - exp(-Double($0) / 2)) }),
          ], isLogarithmic: true),
        CurvePanel(
          title: "Accuracy", yLabel: "share of right decisions",
          curves: [
            Curve(name: "training", y: epochs.map { 0.92 - 0.1 * exp(-Double($0) / 3) }),
            Curve(name: "test", y: epochs.map { 0.885 - 0.08 * exp(-Double($0) / 3) }),
          ]),
      ]),
      try Figures.decisionMap(
        panels, grid: grid, classNames: classNames, axes: axes, points: points),
      try Figures.confidenceMap(panels, grid: grid, classNames: classNames, axes: axes, points: points),
      try Figures.confidenceScatter(
        [
          ScatterGroup(name: "fashion-mnist:test", int8: data.int8, float: data.float),
          ScatterGroup(name: "uniform", int8: noise.int8, float: noise.float),
          ScatterGroup(name: "mnist:test", int8: mnist.int8, float: mnist.float),
        ], gap: 0.21),
      try Figures.confidenceHistograms([
        (
          "Float", ConfidenceGroup(name: "fashion-mnist:test", confidences: data.float),
          [
            ConfidenceGroup(name: "uniform", confidences: noise.float),
            ConfidenceGroup(name: "mnist:test", confidences: mnist.float),
          ]
        ),
        (
          "int8", ConfidenceGroup(name: "fashion-mnist:test", confidences: data.int8),
          [
            ConfidenceGroup(name: "uniform", confidences: noise.int8),
            ConfidenceGroup(name: "mnist:test", confidences: mnist.int8),
          ]
        ),
      ]),
      try Figures.reliability([
        ("float", data.float, data.correct), ("int8", data.int8, data.correct),
      ]),
      try Figures.differenceMap(
        [
          DifferencePanel(
            title: "plain network", changes: changes(scale: 0.17),
            maximum: .init(x: 4.9, y: -9.9, value: 0.166)),
          DifferencePanel(title: "logistic regression", changes: changes(scale: 2.1e-7)),
        ], grid: .ofBytes(x: -10...15.5, y: -10...15.5), axes: axes, points: points),
      try Figures.bounds(bounds(heavy ? 1000 : 40)),
      try Figures.thresholdTransfer(
        [TransferCurve(name: "whole domain", gap: 0.21)],
        samples: [ScatterGroup(name: "fashion-mnist:test", int8: data.int8, float: data.float)]),
      try Figures.rays([
        ("plain", profile(slope: 0.8, limit: 1, seed: 7)),
        ("CEDA", profile(slope: 0.05, limit: 1, seed: 8)),
        ("ACET", profile(slope: 0.0005, limit: 0.9, seed: 9)),
      ]),
    ]
  }
}

extension Samples {
  /// A set as float and int8 see it, with brackets of the gap `gap`.
  static func set(
    _ name: String, _ n: Int, sharpness: Double, labelled: Bool, gap: Double?, seed: UInt64
  ) throws -> ComparedSet {
    var random = Random(seed)
    let k = 10
    var float: [Double] = []
    var fixed: [UInt32] = []
    var labels: [Int] = []
    var energies: [Double] = []
    var device = DeviceColumns(decisions: [], lower: [], upper: [], accepted: [], gap: gap)
    for _ in 0..<n {
      let label = Int(random.next() % 10)
      let z = (0..<k).map { random.normal() + ($0 == label ? sharpness * (1 + random.unit() * 2) : 0) }
      let p = softmax(z)
      let q = softmax(z.map { $0 + 0.012 * random.normal() }).map { UInt32($0 * 0x1p31) }
      let top = q.indices.max { q[$0] < q[$1] } ?? 0
      let c = Double(q[top]) * 0x1p-31
      let e = exp(gap ?? .infinity)
      device.decisions.append(top)
      device.lower.append(gap == nil ? 0 : UInt32(c / (c + (1 - c) * e) * 0x1p31))
      device.upper.append(gap == nil ? 1 << 31 : UInt32((c * e / (c * e + 1 - c) * 0x1p31).rounded(.up)))
      device.accepted.append(c > 0.5)
      float += p
      fixed += q
      labels.append(label)
      energies.append(log(z.map { exp($0) }.reduce(0, +)))
    }
    return ComparedSet(
      name: name,
      float: try Predictions(
        probabilities: float, classCount: k, labels: labelled ? labels : nil, energies: energies),
      int8: try Predictions(
        fixedPoint: fixed, classCount: k, device: device, labels: labelled ? labels : nil, energies: energies)
    )
  }

  static func report(heavy: Bool, gap: Double?) throws -> Report {
    let n = heavy ? 10_000 : 300
    let sets = [
      try set("fashion-mnist:test", n, sharpness: 2.5, labelled: true, gap: gap, seed: 1),
      try set("mnist:test", n, sharpness: 1, labelled: false, gap: gap, seed: 2),
      try set("uniform", n, sharpness: 0.2, labelled: false, gap: gap, seed: 3),
      try set("permuted", n / 2, sharpness: 0.5, labelled: false, gap: gap, seed: 4),
      try set("smoothed", n / 2, sharpness: 0.4, labelled: false, gap: gap, seed: 5),
    ]
    let options = ComparisonOptions(maximumDrift: 0.02, maximumAccuracyLoss: 0.002, maximumAUROCDrift: 0.002)
    let comparison = try Comparison(data: sets[0], ood: Array(sets.dropFirst()), options: options)
    return try Report(
      title: "fashion-acet: float against int8", comparison: comparison, sets: sets,
      facts: [
        (
          "command",
          "scruple compare models/fashion-acet/model.safetensors models/fashion-acet/model.scruple --data fashion-mnist:test --ood mnist:test --ood uniform --report out"
        ),
        ("seed", "1"), ("version", "scruple 0.1.0, Swift 6.3.1"),
        ("float model SHA-256", "3d6e8d1d0f2b6c5f5d1f6e9e2a1c4b7a8d9e0f1a2b3c4d5e6f708192a3b4c5d6"),
        ("int8 model SHA-256", "9a1b6c5f5d1f6e9e2a1c4b7a8d9e0f1a2b3c4d5e6f708192a3b4c5d63d6e8d1d"),
      ],
      extra: [
        Report.Section(title: "Far from the data", blocks: try figures(heavy: heavy).map { .figure($0) })
      ])
  }
}
