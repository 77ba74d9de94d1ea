import Foundation
import ScrupleData
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

/// Two kinds of small images that a convolution tells apart easily: bright squares and bright crosses, anywhere.
func shapes(_ count: Int, seed: UInt64) -> Dataset {
  var generator = SeededGenerator(seed: seed)
  var pixels: [UInt8] = []
  var labels: [Int] = []
  for _ in 0..<count {
    let label = generator.next(below: 2)
    var image = (0..<100).map { _ in UInt8(generator.next(below: 60)) }
    let (top, left) = (generator.next(below: 8), generator.next(below: 8))
    for y in 0..<3 {
      for x in 0..<3 where label == 0 ? y != 1 || x != 1 : y == 1 || x == 1 {
        image[(top + y) * 10 + left + x] = 255
      }
    }
    pixels += image
    labels.append(label)
  }
  return Dataset(
    name: "shapes", samples: .bytes(pixels), shape: Shape([10, 10, 1]), labels: labels,
    labelNames: ["square", "cross"])
}

@Suite struct ConvolutionTrainingTests {
  static let plain = "- conv: {channels: 6, kernel: 3}\n    - pool: {size: 2}"
  static let residual = """
    - conv: {name: stem, channels: 8, kernel: 3, padding: same, batchNorm: true}
        - depthwise: {kernel: 3, padding: same, batchNorm: true}
        - conv: {channels: 8, kernel: 1, activation: identity, batchNorm: true}
        - add: {with: stem}
        - globalPool: {kind: average}
    """

  func recipe(_ layers: String, _ more: String, seed: Int = 3) throws -> Recipe {
    let lines = layers.split(separator: "\n").map { "    " + $0.trimmingCharacters(in: .whitespaces) }
    return try Recipe(
      yaml: """
        name: shapes
        seed: \(seed)
        data: {train: shapes, validation: 40}
        network:
          layers:
        \(lines.joined(separator: "\n"))
        optimizer: {kind: adam, rate: 0.01}
        batch: 32
        \(more)
        """, file: "r")
  }

  private func inDirectory(_ body: (URL) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try body(directory)
  }

  /// Trains on made-up images; stops after so many batches in each run and goes on from the checkpoint.
  private func train(
    _ recipe: Recipe, threads: Int = 1, stopAfter: Int = .max
  ) throws -> (network: Network, record: TrainingRecord) {
    let problem = try TrainingProblem(recipe, dataset: shapes(400, seed: 1), test: shapes(200, seed: 2))
    let rule = try #require(UpdateRule(recipe.optimizer))
    var result: (Network, TrainingRecord)?
    try inDirectory { directory in
      var options = Trainer.Options()
      options.threads = threads
      while result == nil {
        let trainer = Trainer(recipe: recipe, directory: directory, options: options)
        var descent = try Descent(trainer, problem, rule)
        var batches = 0
        let outcome = try descent.run(
          progress: { _ in },
          shouldStop: {
            batches += 1
            return batches > stopAfter
          })
        if case .finished(let network, let record) = outcome { result = (network, record) }
        options.resume = true
      }
    }
    return try #require(result)
  }

  static let kinds: [(layers: String, more: String)] = [
    (
      plain,
      "epochs: 3\naugment: {shift: 1, flip: true, rotate: 5, contrast: 0.2, brightness: 0.1, noise: 0.05}"
    ),
    (
      plain,
      """
      epochs: 4
      shards: 3
      grid: {epochs: 2, limit: 2}
      stop: {patience: 1}
      loss: {kind: acet, smoothing: 0.1, noise: {share: 0.25}, attack: {steps: 3, share: 0.5, start: mixed, outliers: true}}
      outliers: {data: [stripes, constant], share: 0.2}
      """
    ),
    (
      residual,
      "epochs: 4\ngrid: {epochs: 2, limit: 3}\naugment: {noise: 0.1}\noutliers: {data: [stripes], label: square, share: 0.3}"
    ),
    (
      residual,
      "epochs: 4\ngrid: {epochs: 2, limit: 3}\nloss: {kind: ceda, noise: {kinds: [uniform], share: 0.3}}"
    ),
    (residual, "epochs: 3"),
  ]

  @Test(arguments: kinds)
  func `the number of threads, and breaks, do not change a bit`(kind: (layers: String, more: String)) throws {
    let recipe = try recipe(kind.layers, kind.more)
    let (network, record) = try train(recipe)
    let (other, otherRecord) = try train(recipe, threads: 2, stopAfter: 7)
    #expect(other == network)
    #expect(otherRecord.epochs.map(\.loss) == record.epochs.map(\.loss))
    #expect(otherRecord.epochs.map(\.validationLoss) == record.epochs.map(\.validationLoss))
    #expect(otherRecord.keptEpoch == record.keptEpoch)
    #expect(network.isGridTwin == (recipe.grid != nil))
  }

  @Test(arguments: [
    (plain, "epochs: 30"), (residual, "epochs: 12"), (residual, "epochs: 16\ngrid: {epochs: 6, limit: 3}"),
    (plain, "epochs: 16\ngrid: {epochs: 6, limit: 3}"),
  ])
  func `squares and crosses are told apart`(layers: String, more: String) throws {
    let (network, record) = try train(recipe(layers, more + "\nschedule: {kind: cosine}"), threads: 2)
    #expect(record.testAccuracy ?? 0 > 0.95)
    #expect(record.trainSamples == 360 && record.validationSamples == 40)
    #expect(network.isGridTwin == more.contains("grid"))
    // The written network, normalization folded in, is what was evaluated.
    #expect(abs((record.epochs.last?.testAccuracy ?? 0) - (record.testAccuracy ?? 1)) < 0.006)
  }

  @Test(arguments: [plain, residual], ["square", "cross"])
  func `outliers with a class are told to be of that class`(layers: String, label: String) throws {
    let recipe = try recipe(
      layers, "epochs: 12\noutliers: {data: [uniform], label: \(label), share: 0.3}\naugment: {shift: 1}")
    let (network, record) = try train(recipe, threads: 2)
    #expect(record.testAccuracy ?? 0 > 0.9)
    var generator = SeededGenerator(seed: 9)
    let noise = (0..<100 * 100).map { _ in Float(generator.uniform(0, 1)) }
    let logits = network.logits(noise, count: 100)
    let own = label == "square" ? 0 : 1
    #expect((0..<100).count { logits[2 * $0 + own] > logits[2 * $0 + 1 - own] } > 90)
  }

  @Test func `the gap penalty acts on normalized networks once normalization is part of the kernels`() throws
  {
    let more = "epochs: 12\ngrid: {epochs: 8, limit: 3}"
    let (_, free) = try train(recipe(Self.residual, more), threads: 2)
    let (_, bounded) = try train(recipe(Self.residual, more + "\ngap: {lambda: 0.3, warmup: 1}"), threads: 2)
    #expect(free.epochs[..<4].map(\.loss) == bounded.epochs[..<4].map(\.loss))
    #expect(try #require(bounded.gap) < 0.5 * #require(free.gap))
  }

  @Test func `folding changes neither the logits nor the step that follows`() throws {
    let recipe = try recipe(Self.residual, "epochs: 1")
    let problem = try TrainingProblem(recipe, dataset: shapes(100, seed: 1), test: nil)
    let engine = try TrainingEngine(problem, rule: #require(UpdateRule(recipe.optimizer)), threads: 1)
    let order = Array(0..<60)
    for step in 1...5 {
      _ = order.withUnsafeBufferPointer {
        engine.step(problem.train, order: $0, range: 0..<32, step: step, rate: 0.01, gapWeight: 0)
      }
    }
    let before = engine.evaluate(problem.train)
    let network = try problem.network(engine.kernels)
    engine.fold()
    #expect(!engine.graph.isNormalized)
    #expect(abs(engine.evaluate(problem.train).loss - before.loss) < 1e-5)
    #expect(try problem.network(engine.kernels) == network)
    #expect(abs(problem.train.accuracy(of: network) - before.accuracy) < 0.02)
  }

  @Test func `the best epoch on the validation data is kept, and training ends when none gets better`() throws
  {
    let recipe = try recipe(Self.plain, "epochs: 60\nstop: {patience: 3}", seed: 4)
    let (_, record) = try train(recipe)
    let losses = record.epochs.compactMap(\.validationLoss)
    let kept = try #require(record.keptEpoch)
    #expect(losses[kept - 1] == losses.min())
    #expect(losses.count == min(60, kept + 3))
  }

  @Test func `the split depends on the seed alone and loses nothing`() throws {
    func problem(_ seed: Int) throws -> TrainingProblem {
      try TrainingProblem(recipe(Self.plain, "", seed: seed), dataset: shapes(400, seed: 1), test: nil)
    }
    let (a, b, c) = (try problem(3), try problem(3), try problem(4))
    #expect(a.dataset == b.dataset && a.dataset != c.dataset)
    let held = try #require(a.validation)
    #expect(held.count == 40 && a.train.count == 360)
    let all = shapes(400, seed: 1)
    let values = InputDescription.normalized(
      { if case .bytes(let bytes) = all.samples { bytes } else { [] } }())
    let both = a.train.normalized(0..<360) + held.normalized(0..<40)
    #expect(both.sorted() == values.sorted())
  }

  @Test func `augmented images stay in range, and nothing asked for changes nothing`() {
    var generator = SeededGenerator(seed: 1)
    let rows = FloatBuffer((0..<20 * 75).map { _ in generator.uniform() })
    let before = Array(rows.elements)
    let image = ImageShape(height: 5, width: 5, channels: 3)
    let nothing = Recipe.Augmentation(
      shift: 0, flips: false, rotation: 0, contrast: 0, brightness: 0, noise: 0)
    var idle = Augmenter(nothing, image: image)
    idle.apply(to: rows.pointer, count: 20, using: &generator)
    #expect(Array(rows.elements) == before)
    var mirror = nothing
    mirror.flips = true
    var mirroring = Augmenter(mirror, image: image)
    mirroring.apply(to: rows.pointer, count: 20, using: &generator)
    var mirrored = 0
    for row in 0..<20 {
      let old = before[row * 75..<(row + 1) * 75]
      let new = Array(rows.elements[row * 75..<(row + 1) * 75])
      let turned = (0..<25).flatMap { pixel in
        (0..<3).map { old[row * 75 + (pixel / 5 * 5 + 4 - pixel % 5) * 3 + $0] }
      }
      #expect(new == Array(old) || new == turned)
      mirrored += new == turned ? 1 : 0
    }
    #expect((3...17).contains(mirrored))
    var all = Augmenter(
      .init(shift: 2, flips: true, rotation: 30, contrast: 0.9, brightness: 0.5, noise: 0.3), image: image)
    all.apply(to: rows.pointer, count: 20, using: &generator)
    #expect(rows.elements.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func `smoothing has the gradient of its loss`() {
    let logits: [Float] = [0.3, -1.2, 2, 0.1, 0.5, -0.4]
    let labels: [Int32] = [2, 0]
    func loss(_ z: [Float]) -> Double {
      var gradient = [Float](repeating: 0, count: 6)
      let plain = RowLoss.crossEntropy(
        z, labels: labels, count: 2, classes: 3, weight: 1, gradient: &gradient
      ).loss
      return plain
        + RowLoss.smooth(
          z, labels: labels, count: 2, classes: 3, weight: 1, smoothing: 0.2, gradient: &gradient)
    }
    var gradient = [Float](repeating: 0, count: 6)
    _ = RowLoss.crossEntropy(logits, labels: labels, count: 2, classes: 3, weight: 0.5, gradient: &gradient)
    _ = RowLoss.smooth(
      logits, labels: labels, count: 2, classes: 3, weight: 0.5, smoothing: 0.2, gradient: &gradient)
    for k in 0..<6 {
      var (above, below) = (logits, logits)
      above[k] += 1e-2
      below[k] -= 1e-2
      #expect(abs(Double(gradient[k]) - 0.5 * (loss(above) - loss(below)) / 2e-2) < 1e-4)
    }
  }
}
