import ScrupleData
import ScrupleNetwork

/// What one thread needs for its part of a batch; allocated once. Rows stand in the order noise, outliers, data.
struct TrainingShard {
  /// Numbers of rows.
  struct Counts {
    var noise = 0
    var outliers = 0
  }

  /// Of one row of each kind in the loss.
  struct Weights {
    var data: Float
    var noise: Float
    var outliers: Float
  }

  private let index: Int
  private let recipe: Recipe
  private let width: Int
  private let isImage: Bool
  private let capacity: Int
  private var tape: Tape
  private let rows: FloatBuffer
  private var labels: [Int32]
  private var noise: NoiseRows?
  private let outliers: [TrainingSet]
  /// The class of outliers, for as many as there can be; nil if they have none.
  private let outlierLabels: [Int32]?
  private var augmenter: Augmenter?
  private let ascent: ProjectedAscent?
  private var interval: IntervalRows?
  /// What the last run measured.
  var sums = TrainingEngine.Sums()

  /// Rows that go over a tape at once: networks with convolutions take so few that they stay in a processor's cache.
  private static func rowsAtOnce(_ graph: NetworkGraph, capacity: Int) -> Int {
    graph.isDenseChain || graph.isNormalized ? capacity : min(capacity, 16)
  }

  init(index: Int, problem: TrainingProblem, statistics: FloatBuffer, capacity: Int) throws(DataError) {
    let (recipe, input) = (problem.recipe, problem.input)
    self.index = index
    self.recipe = recipe
    self.capacity = capacity
    isImage = input.imageShape != nil
    width = input.count
    tape = Tape(
      graph: problem.graph, capacity: Self.rowsAtOnce(problem.graph, capacity: capacity),
      statistics: statistics)
    rows = FloatBuffer(count: capacity * width)
    labels = Array(repeating: 0, count: capacity)
    outliers = problem.outliers
    outlierLabels = problem.outlierLabel.map { Array(repeating: $0, count: capacity) }
    if let kinds = recipe.noise { noise = try NoiseRows(kinds, input: input, data: problem.dataset) }
    if let boxes = recipe.interval {
      interval = try IntervalRows(
        boxes, graph: problem.graph, input: input, data: problem.dataset,
        capacity: boxes.rows / recipe.shards + 1)
    }
    if let augmentation = recipe.augmentation, let image = input.imageShape {
      augmenter = Augmenter(augmentation, image: image)
    }
    ascent = recipe.attack.map { [width] in ProjectedAscent($0, width: width, capacity: capacity) }
  }

  /// Goes on with another graph of the same network: one whose normalization was folded into its kernels.
  mutating func use(_ graph: NetworkGraph) {
    tape = Tape(graph: graph, capacity: Self.rowsAtOnce(graph, capacity: capacity))
  }

  /// The means and variances over this shard's rows that normalized layers used last.
  var statistics: [Float] { tape.statistics }

  /// Draws its rows, makes and attacks its noise, and computes the gradient of its part of the batch's loss.
  mutating func run(
    _ set: TrainingSet, order: UnsafeBufferPointer<Int>, range: Range<Int>, counts: Counts, step: Int,
    weights: Weights, parameters: FloatBuffer, gradient: FloatBuffer
  ) {
    sums = TrainingEngine.Sums()
    let first = counts.noise + counts.outliers
    labels.withUnsafeMutableBufferPointer { labels in
      guard let labels = labels.baseAddress else { return }
      set.draw(order, range, into: rows.pointer + first * width, labels: labels)
    }
    drawOutliers(counts, step: step)
    if augmenter != nil {
      var generator = generator(stream: 4096, step: step)
      augmenter?.apply(to: rows.pointer + first * width, count: range.count, using: &generator)
      if outlierLabels != nil {
        augmenter?.apply(
          to: rows.pointer + counts.noise * width, count: counts.outliers, using: &generator)
      }
    }
    makeNoise(counts, data: range.count, step: step, parameters)
    pass(
      counts, data: range.count, weights: weights, parameters: parameters, gradient: gradient)
  }

  private func generator(stream: UInt64, step: Int) -> SeededGenerator {
    SeededGenerator(seed: recipe.seed, stream: stream + UInt64(index), index: UInt64(step))
  }

  private func drawOutliers(_ counts: Counts, step: Int) {
    guard counts.outliers > 0 else { return }
    var generator = generator(stream: 2048, step: step)
    for row in 0..<counts.outliers {
      let set = outliers[(row + step + index) % outliers.count]
      set.draw(generator.next(below: set.count), into: rows.pointer + (counts.noise + row) * width)
    }
  }

  private mutating func makeNoise(_ counts: Counts, data: Int, step: Int, _ parameters: FloatBuffer) {
    guard counts.noise > 0 else { return }
    var generator = generator(stream: 16, step: step)
    let boxed = noise?.fill(rows.pointer, count: counts.noise, turn: step + index, using: &generator) ?? 0
    guard let attack = recipe.attack, let ascent else { return }
    var attacked = counts.noise
    if attack.share < 1 {
      attacked = Int((attack.share * Double(counts.noise)).rounded())
      shuffle(boxed, using: &generator)
    }
    let samples =
      attack.startsAtData
      ? (first: UnsafePointer(rows.pointer + (counts.noise + counts.outliers) * width), count: data) : nil
    tape.statisticsRows = nil
    ascent.run(
      .init(buffer: rows, count: attacked, boxed: min(boxed, attacked)), tape: tape, parameters: parameters,
      data: samples, using: &generator)
    guard attack.attacksOutliers, counts.outliers > 0 else { return }
    ascent.run(
      .init(
        buffer: rows, first: counts.noise, count: counts.outliers, boxed: isImage ? counts.outliers : 0),
      tape: tape, parameters: parameters, data: samples, using: &generator)
  }

  /// Puts the first rows in a random order, so that every kind of noise has its part of any of them.
  private func shuffle(_ count: Int, using generator: inout SeededGenerator) {
    for i in stride(from: count - 1, to: 0, by: -1) {
      let other = generator.next(below: i + 1)
      guard other != i else { continue }
      for j in 0..<width {
        let value = rows.pointer[i * width + j]
        rows.pointer[i * width + j] = rows.pointer[other * width + j]
        rows.pointer[other * width + j] = value
      }
    }
  }

  /// All rows forward, their losses, and back.
  private mutating func pass(
    _ counts: Counts, data: Int, weights: Weights, parameters: FloatBuffer, gradient: FloatBuffer
  ) {
    let total = counts.noise + counts.outliers + data
    let firstOfClasses = outlierLabels == nil ? counts.noise + counts.outliers : counts.noise
    tape.statisticsRows = tape.graph.isNormalized ? firstOfClasses..<total : nil
    var start = 0
    repeat {
      let part = start..<min(start + tape.capacity, total)
      tape.forward(
        parameters, input: rows, firstRow: part.lowerBound, count: part.count, keepsParameters: start > 0)
      addLosses(of: part, counts, weights: weights)
      tape.backward(gradient: gradient, adds: start > 0)
      start = part.upperBound
    } while start < total
    tape.statisticsRows = nil
  }

  /// The losses of the rows that are on the tape, and their gradients by the logits.
  private mutating func addLosses(of part: Range<Int>, _ counts: Counts, weights: Weights) {
    let classes = tape.classCount
    let firstData = counts.noise + counts.outliers
    func place(_ row: Int) -> (logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>) {
      let offset = (row - part.lowerBound) * classes
      return (UnsafePointer(tape.logits + offset), tape.logitGradient + offset)
    }
    let data = part.clamped(to: firstData..<max(part.upperBound, firstData))
    if !data.isEmpty {
      let (logits, gradient) = place(data.lowerBound)
      labels.withUnsafeBufferPointer { labels in
        guard let labels = labels.baseAddress else { return }
        let own = labels + (data.lowerBound - firstData)
        let (loss, correct) = RowLoss.crossEntropy(
          logits, labels: own, count: data.count, classes: classes, weight: weights.data, gradient: gradient)
        sums.loss += loss
        sums.correct += correct
        sums.rows += data.count
        guard recipe.smoothing > 0 else { return }
        sums.loss += RowLoss.smooth(
          logits, labels: own, count: data.count, classes: classes, weight: weights.data,
          smoothing: Float(recipe.smoothing), gradient: gradient)
      }
    }
    let noise = part.clamped(to: 0..<counts.noise)
    if !noise.isEmpty {
      let (logits, gradient) = place(noise.lowerBound)
      let (loss, confidence) = RowLoss.confidence(
        logits, count: noise.count, classes: classes, weight: weights.noise, gradient: gradient)
      sums.noiseLoss += loss
      sums.noiseConfidence += confidence
      sums.noiseRows += noise.count
    }
    let strange = part.clamped(to: counts.noise..<firstData)
    if !strange.isEmpty {
      let (logits, gradient) = place(strange.lowerBound)
      if let outlierLabels {
        sums.outlierLoss +=
          RowLoss.crossEntropy(
            logits, labels: outlierLabels, count: strange.count, classes: classes, weight: weights.outliers,
            gradient: gradient
          ).loss
      } else {
        let (loss, confidence) = RowLoss.confidence(
          logits, count: strange.count, classes: classes, weight: weights.outliers, gradient: gradient)
        sums.outlierLoss += loss
        sums.outlierConfidence += confidence
        sums.outlierRows += strange.count
      }
    }
  }

  /// Adds the gradient of its part of the interval loss.
  ///
  /// - Parameters:
  ///   - weights: of a ball around noise and of a named box in the loss; 0 leaves the boxes to another shard.
  ///   - growth: what radii are multiplied by.
  mutating func runInterval(
    _ count: Int, step: Int, weights: (balls: Float, boxes: Float), growth: Float, onGrid: Bool,
    parameters: FloatBuffer, gradient: FloatBuffer
  ) {
    var generator = generator(stream: 1024, step: step)
    guard
      let result = interval?.run(
        count, turn: step + index, weight: weights.balls, boxWeight: weights.boxes, growth: growth,
        onGrid: onGrid, parameters: parameters, gradient: gradient, using: &generator)
    else { return }
    sums.intervalLoss = result.loss
    sums.intervalConfidence = result.confidence
    sums.intervalRows = result.boxes
  }

  /// Measures loss and accuracy on part of a set.
  mutating func evaluate(
    _ set: TrainingSet, order: UnsafeBufferPointer<Int>, range: Range<Int>, parameters: FloatBuffer
  ) {
    sums = TrainingEngine.Sums()
    labels.withUnsafeMutableBufferPointer { labels in
      guard let labels = labels.baseAddress else { return }
      for start in stride(from: range.lowerBound, to: range.upperBound, by: tape.capacity) {
        let part = start..<min(start + tape.capacity, range.upperBound)
        set.draw(order, part, into: rows.pointer, labels: labels)
        tape.forward(
          parameters, input: rows, count: part.count, keepsParameters: start > range.lowerBound)
        let (loss, correct) = RowLoss.crossEntropy(
          tape.logits, labels: labels, count: part.count, classes: tape.classCount, weight: 0,
          gradient: tape.logitGradient)
        sums.loss += loss
        sums.correct += correct
        sums.rows += part.count
      }
    }
  }
}
