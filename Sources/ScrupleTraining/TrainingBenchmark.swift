import ScrupleData
import ScrupleNetwork

/// How long one epoch of a reference problem takes: batches of 128, Adam, 60,000 images of 28×28 random pixels (the time
/// does not depend on what they show).
public enum TrainingBenchmark {
  /// What is trained.
  public enum Problem: String, CaseIterable, Sendable {
    /// 784-100-10 with ReLU.
    case dense
    /// conv 5×5 to 16 channels, pool, conv 5×5 to 32 channels, pool, 10 logits.
    case lenet

    var network: String {
      switch self {
      case .dense: "{hidden: [100]}"
      case .lenet:
        """
        {layers: [{conv: {channels: 16, kernel: 5, padding: same}}, {pool: {size: 2}},
          {conv: {channels: 32, kernel: 5, padding: same}}, {pool: {size: 2}}]}
        """
      }
    }
  }

  /// Trains, and times each epoch: drawing and normalizing batches, forward, backward and the optimizer; not
  /// the test.
  ///
  /// - Parameters:
  ///   - acet: half of each batch is uniform noise, attacked in 40 steps.
  ///   - count: the number of images.
  ///   - threads: 1 or 2; the result is the same.
  /// - Returns: seconds, one number for each epoch.
  public static func run(
    _ kind: Problem = .dense, acet: Bool = false, count: Int = 60_000, threads: Int, epochs: Int
  ) throws(TrainingError) -> [Double] {
    let recipe: Recipe
    do {
      recipe = try Recipe(
        yaml: """
          name: benchmark
          data: {train: synthetic}
          network: \(kind.network)
          loss: {kind: \(acet ? "acet, noise: {kinds: [uniform]}" : "cross-entropy")}
          optimizer: {kind: adam}
          batch: 128
          """, file: "benchmark")
    } catch {
      throw .setup(reason: error.description)
    }
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
      engine = try TrainingEngine(problem, rule: rule, threads: threads)
    } catch {
      throw .data(error, place: recipe.places["loss.noise"])
    }
    let rows = acet ? recipe.batch / 2 : recipe.batch
    var step = 0
    var seconds: [Double] = []
    let clock = ContinuousClock()
    for _ in 0..<epochs {
      let start = clock.now
      let order = generator.permutation(count)
      for first in stride(from: 0, to: count, by: rows) {
        step += 1
        _ = order.withUnsafeBufferPointer { order in
          engine.step(
            problem.train, order: order, range: first..<min(first + rows, count), step: step, rate: 0.001,
            gapWeight: 0)
        }
      }
      seconds.append((clock.now - start).seconds)
    }
    return seconds
  }
}
