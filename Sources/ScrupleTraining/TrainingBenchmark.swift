import ScrupleData
import ScrupleNetwork

/// How long one epoch of the reference problem takes: a 784-100-10 ReLU network, batches of 128, Adam, 60,000
/// images of random pixels (the time does not depend on what they show).
public enum TrainingBenchmark {
  /// Trains, and times each epoch: drawing and normalizing batches, forward, backward and the optimizer; not
  /// the test.
  ///
  /// - Parameter threads: 1 or 2; the result is the same.
  /// - Returns: seconds, one number for each epoch.
  public static func run(threads: Int, epochs: Int) throws(TrainingError) -> [Double] {
    let recipe: Recipe
    do {
      recipe = try Recipe(
        yaml: """
          name: benchmark
          data: {train: synthetic}
          network: {hidden: [100]}
          optimizer: {kind: adam}
          batch: 128
          """, file: "benchmark")
    } catch {
      throw .setup(reason: error.description)
    }
    let count = 60_000
    var generator = SeededGenerator(seed: 1)
    var pixels = [UInt8](repeating: 0, count: count * 784)
    for i in pixels.indices { pixels[i] = UInt8(truncatingIfNeeded: generator.next()) }
    let dataset = Dataset(
      name: "synthetic", samples: .bytes(pixels), shape: Shape([28, 28, 1]),
      labels: (0..<count).map { _ in generator.next(below: 10) }, labelNames: (0..<10).map(String.init))
    let problem = try TrainingProblem(recipe, dataset: dataset, test: nil)
    guard let rule = UpdateRule(recipe.optimizer) else { return [] }
    let engine: TrainingEngine
    do {
      engine = try TrainingEngine(
        recipe: recipe, rule: rule, input: problem.input, classes: 10, noiseBase: dataset, threads: threads)
    } catch {
      throw .data(error)
    }
    var step = 0
    var seconds: [Double] = []
    let clock = ContinuousClock()
    for _ in 0..<epochs {
      let start = clock.now
      let order = generator.permutation(count)
      for first in stride(from: 0, to: count, by: recipe.batch) {
        step += 1
        _ = order.withUnsafeBufferPointer { order in
          engine.step(
            problem.train, order: order, range: first..<min(first + recipe.batch, count), step: step,
            rate: 0.001,
            gapWeight: 0)
        }
      }
      seconds.append((clock.now - start).seconds)
    }
    return seconds
  }
}
