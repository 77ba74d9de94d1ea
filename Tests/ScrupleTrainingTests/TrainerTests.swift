import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

@Suite struct TrainerTests {
  /// Iris, so that no file but those committed is needed.
  private func recipe(
    _ more: String, hidden: String = "[12, 8]", optimizer: String = "{kind: adam, rate: 0.01}", seed: Int = 5
  ) throws -> Recipe {
    try Recipe(
      yaml: """
        name: test
        seed: \(seed)
        data: {train: "iris:train", test: "iris:test"}
        features: [{name: petal length, low: -10, high: 15.5}, {name: petal width, low: -10, high: 15.5}]
        network: {hidden: \(hidden)}
        optimizer: \(optimizer)
        \(more)
        """, file: "r")
  }

  func inDirectory(_ body: (URL) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory)
  }

  private func train(
    _ recipe: Recipe, threads: Int = 1, progress: (TrainingProgress) -> Void = { _ in }
  ) throws -> (network: Network, record: TrainingRecord) {
    var result: (Network, TrainingRecord)?
    try inDirectory { directory in
      var options = Trainer.Options()
      options.threads = threads
      guard
        case .finished(let network, let record) = try Trainer(
          recipe: recipe, directory: directory, options: options
        )
        .run(progress: progress)
      else { return }
      #expect(try Network(contentsOf: directory.appendingPathComponent("model.safetensors")) == network)
      let json = try Data(contentsOf: directory.appendingPathComponent("training.json"))
      #expect(try JSONDecoder().decode(TrainingRecord.self, from: json) == record)
      result = (network, record)
    }
    return try #require(result)
  }

  static let kinds = [
    "epochs: 20\nbatch: 32",
    "epochs: 20\nbatch: 30\ngrid: {epochs: 7, limit: 2}\ngap: {lambda: 0.1, warmup: 3}",
    "epochs: 12\nbatch: 32\nshards: 4\nloss: {kind: ceda, noise: {kinds: [uniform, far, permuted], share: 0.3}}",
    "epochs: 8\nbatch: 32\nshards: 3\nloss: {kind: acet, attack: {steps: 5}}\nschedule: {kind: cosine, warmup: 2}",
  ]

  @Test(arguments: kinds)
  func `the number of threads does not change a bit`(more: String) throws {
    let recipe = try recipe(more)
    let one = try train(recipe, threads: 1).network
    #expect(try train(recipe, threads: 2).network == one)
    #expect(try train(recipe, threads: 1).network == one)
    var other = recipe
    other.seed = 6
    #expect(try train(other).network != one)
  }

  @Test(
    arguments: kinds,
    ["{kind: adam, rate: 0.01}", "{kind: sgd, rate: 0.05, momentum: 0.8, weightDecay: 0.001}"])
  func `an interrupted training that goes on ends with the same weights`(more: String, optimizer: String)
    throws
  {
    let recipe = try recipe(more, optimizer: optimizer)
    let (whole, wholeRecord) = try train(recipe)
    try inDirectory { directory in
      var options = Trainer.Options()
      var stops = 0
      while true {
        var batches = 0
        let trainer = Trainer(recipe: recipe, directory: directory, options: options)
        switch try trainer.run(shouldStop: {
          batches += 1
          return batches > 17
        }) {
        case .interrupted(let checkpoint):
          stops += 1
          #expect(checkpoint?.lastPathComponent == "checkpoint.safetensors")
          #expect(!FileManager.default.fileExists(atPath: trainer.modelFile.path))
          options.resume = true
          continue
        case .finished(let network, let record):
          #expect(network == whole)
          #expect(record.epochs.map(\.loss) == wholeRecord.epochs.map(\.loss))
          #expect(record.epochs.map(\.testAccuracy) == wholeRecord.epochs.map(\.testAccuracy))
          #expect(!FileManager.default.fileExists(atPath: trainer.checkpointFile.path))
        }
        break
      }
      #expect(stops >= 2)
    }
  }

  @Test func `checkpoints of another recipe, damaged or missing ones are refused`() throws {
    try inDirectory { directory in
      let first = try recipe(Self.kinds[0])
      _ = try Trainer(recipe: first, directory: directory).run(shouldStop: { true })
      var options = Trainer.Options()
      options.resume = true
      func complaint(_ recipe: Recipe) -> String {
        do {
          _ = try Trainer(recipe: recipe, directory: directory, options: options).run()
          return "accepted"
        } catch { return "\(error)" }
      }
      #expect(complaint(try recipe(Self.kinds[0] + "\n# changed")).contains("belongs to another recipe"))
      let file = directory.appendingPathComponent("checkpoint.safetensors")
      try Data(contentsOf: file).dropLast().write(to: file)
      #expect(complaint(first).contains("cannot be resumed from"))
      try FileManager.default.removeItem(at: file)
      #expect(complaint(first).contains("checkpoint.safetensors: cannot be resumed from"))
    }
  }

  @Test func `training on the grid exports a grid twin that is as good as the floats`() throws {
    let (network, record) = try train(
      recipe("epochs: 400\nbatch: 32\ngrid: {epochs: 100, limit: 1}\nschedule: {kind: cosine}"), threads: 2)
    #expect(network.isGridTwin)
    #expect(record.testAccuracy ?? 0 >= 0.93 && record.trainAccuracy >= 0.94)
    #expect(record.gap ?? 0 > 0)
    #expect(record.epochs.count == 400 && record.epochs[299].onGrid == false && record.epochs[300].onGrid)
    for (dense, scale) in zip(network.denseLayers, network.inputScales) {
      for (k, bias) in dense.bias.enumerated() {
        let step = try #require(scale) * Double(try #require(dense.grid).scales[k])
        let steps = (Double(bias) / step).rounded()
        #expect(Float(steps * step) == bias && abs(steps) < 0x1p31)
      }
    }
  }

  @Test func `noise training makes a network unsure of noise, and plain training does not`() throws {
    let acet = try train(
      recipe(
        """
        epochs: 800
        batch: 64
        loss: {kind: acet, noise: {kinds: [uniform, far]}, attack: {epsilon: 0.02, steps: 5}}
        grid: {limit: 0.5}
        """, hidden: "[16, 16]"), threads: 2)
    let plain = try train(recipe("epochs: 400\nbatch: 32"))
    #expect(acet.record.testAccuracy ?? 0 >= 0.9)
    #expect(acet.record.epochs.last?.noiseConfidence ?? 1 < 0.45)
    let far: [Float] = [10, 10, -10, -10, 0.1, 5, 15, -8]
    func surest(_ network: Network) -> [Double] {
      let p = network.probabilities(network.input.normalize(far), count: 4)
      return (0..<4).map { p[3 * $0..<3 * $0 + 3].max()! }
    }
    #expect(surest(acet.network).allSatisfy { $0 < 0.6 })
    #expect(surest(plain.network).filter { $0 > 0.9 }.count >= 3)
  }

  @Test func `one step of plain descent goes against the gradient of the mean loss`() throws {
    let recipe = try recipe(
      "epochs: 1\nbatch: 120", hidden: "[5]", optimizer: "{kind: sgd, rate: 0.5, momentum: 0}")
    let problem = try TrainingProblem(recipe)
    let engine = try TrainingEngine(
      problem, rule: #require(UpdateRule(recipe.optimizer)), threads: 1)
    #expect(problem.train.count == 120)
    let order = Array(0..<120)
    let before = Array(engine.parameters.elements)
    var slopes: [Int: Double] = [:]
    for index in stride(from: 0, to: before.count, by: 3) {
      let step: Float = 1e-2
      engine.parameters.pointer[index] = before[index] + step
      let above = engine.evaluate(problem.train).loss
      engine.parameters.pointer[index] = before[index] - step
      let below = engine.evaluate(problem.train).loss
      engine.parameters.pointer[index] = before[index]
      slopes[index] = (above - below) / Double((before[index] + step) - (before[index] - step))
    }
    _ = order.withUnsafeBufferPointer {
      engine.step(problem.train, order: $0, range: 0..<120, step: 1, rate: 0.5, gapWeight: 0)
    }
    for (index, slope) in slopes {
      #expect(abs(Double(engine.parameters.pointer[index] - before[index]) + 0.5 * slope) < 2e-3)
    }
  }

  @Test func `logistic regression reproduces the first post`() throws {
    let yaml = """
      name: iris-logistic
      data: {train: "iris:all"}
      features: [{name: petal length, low: -10, high: 15.5}, {name: petal width, low: -10, high: 15.5}]
      network: {hidden: []}
      optimizer: {kind: l-bfgs}

      """
    for grid in ["", "grid: {}"] {
      let (network, record) = try train(Recipe(yaml: yaml + grid, file: "r"))
      #expect(network.isGridTwin == (grid != ""))
      #expect(record.trainAccuracy == 145.0 / 150)
      let p = network.probabilities(network.input.normalize([0.1, 5, 10, 10, 5, -5]), count: 3)
      let surest = (0..<3).map { p[3 * $0..<3 * $0 + 3].max()! }
      #expect(
        abs(surest[0] - 0.998) < 0.0005 && surest[1] > 0.9995 && surest[2] >= 0.992 && surest[2] < 0.9935)
    }
  }

  @Test func `the penalty is in raw units: the device's ranges do not change the model`() throws {
    func network(_ low: Double, _ high: Double) throws -> Network {
      try train(
        Recipe(
          yaml: """
            name: l
            data: {train: "iris:all"}
            features: [{name: petal length, low: \(low), high: \(high)}, {name: petal width, low: \(low), high: \(high)}]
            network: {hidden: []}
            optimizer: {kind: l-bfgs, inversePenalty: 0.3}
            """, file: "r")
      ).network
    }
    let (a, b) = (try network(0, 8), try network(-20, 30))
    let raw: [Float] = [1, 0.2, 4, 1.4, 6, 2.2, 5, -5]
    let p = a.probabilities(a.input.normalize(raw), count: 4)
    for (x, y) in zip(p, b.probabilities(b.input.normalize(raw), count: 4)) { #expect(abs(x - y) < 1e-5) }
  }

  @Test func `a loss that is not finite ends the training with advice`() throws {
    let recipe = try recipe(
      "epochs: 50", hidden: "[12, 8], activation: identity",
      optimizer: "{kind: sgd, rate: 1000, momentum: 0.99}")
    #expect(throws: TrainingError.self) {
      // Only whether it throws: a test's failure would print the whole network.
      _ = try train(recipe)
    }
    #expect(TrainingError.diverged(epoch: 1, batch: 2).description.contains("lower optimizer.rate"))
  }

  @Test func `recipes that do not fit their data say what is missing`() throws {
    func complaint(_ yaml: String) -> String {
      do {
        _ = try TrainingProblem(Recipe(yaml: yaml, file: "r"))
        return "accepted"
      } catch { return "\(error)" }
    }
    let tail = "\nnetwork: {hidden: [4]}\noptimizer: {kind: adam}"
    #expect(complaint("name: a\ndata: {train: iris}" + tail).contains("features: [{name: sepal length"))
    #expect(
      complaint("name: a\ndata: {train: nothing-here}" + tail).hasPrefix(
        "r:2: data.train: nothing-here: no dataset has this name"))
    #expect(
      complaint("name: a\ndata:\n  train: iris:all\n  test: no/where.csv" + tail).hasPrefix(
        "r:4: data.test: no/where.csv: can't be read: there is no such file or folder"))
    #expect(
      complaint(
        "name: a\ndata: {train: iris, validation: 150}\nfeatures: [{name: petal width, low: 0, high: 3}]"
          + tail)
        == "r:2: data.validation: 150 of 150 samples; at least one must stay on either side")
    #expect(
      complaint("name: a\ndata: {train: iris}\nfeatures: [{name: leaf, low: 0, high: 1}]" + tail).contains(
        "leaf"))
    #expect(
      complaint("name: a\ndata: {train: uniform}\nfeatures: [{name: leaf, low: 0, high: 1}]" + tail).contains(
        "labels"))
  }

  @Test func `progress counts batches and epochs and ends at nothing left`() throws {
    var seen: [TrainingProgress] = []
    _ = try train(recipe("epochs: 3\nbatch: 50")) { seen.append($0) }
    #expect(seen.count == 3 * 4)
    #expect(seen.map(\.batch) == Array(repeating: [1, 2, 3, 3], count: 3).flatMap(\.self))
    #expect(seen.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    #expect(seen.last?.secondsLeft == 0 && seen.last?.isEpochEnd == true && seen.last?.testAccuracy != nil)
    #expect(seen[0].batches == 3 && seen[0].epochs == 3 && seen[0].samplesPerSecond > 0)
  }
}
