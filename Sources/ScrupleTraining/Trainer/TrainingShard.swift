import ScrupleData
import ScrupleNetwork

/// What one thread needs for its part of a batch; allocated once.
struct TrainingShard {
  private let index: Int
  private let seed: UInt64
  private let width: Int
  private let capacity: Int
  private let tape: Tape
  /// Rows of noise, then of data.
  private let rows: FloatBuffer
  private var labels: [Int32]
  private var noise: NoiseRows?
  private let ascent: ProjectedAscent?
  private var interval: IntervalRows?
  /// What the last run measured.
  var sums = TrainingEngine.Sums()

  init(
    index: Int, recipe: Recipe, layout: ParameterLayout, input: InputDescription, noiseBase: Dataset,
    capacity: Int
  ) throws(DataError) {
    self.index = index
    self.capacity = capacity
    seed = recipe.seed
    width = input.count
    tape = Tape(layout: layout, capacity: capacity)
    rows = FloatBuffer(count: capacity * width)
    labels = Array(repeating: 0, count: capacity)
    if let kinds = recipe.noise { noise = try NoiseRows(kinds, input: input, data: noiseBase) }
    if let boxes = recipe.interval {
      interval = try IntervalRows(
        boxes, layout: layout, input: input, data: noiseBase, capacity: boxes.rows / recipe.shards + 1)
    }
    ascent = recipe.attack.map { [width] in ProjectedAscent($0, width: width, capacity: capacity) }
  }

  /// Draws its rows, makes and attacks its noise, and computes the gradient of its part of the batch's loss.
  ///
  /// - Parameter weights: of a row of data and of a row of noise in the loss.
  mutating func run(
    _ set: TrainingSet, order: UnsafeBufferPointer<Int>, range: Range<Int>, noiseRows: Int, step: Int,
    weights: (data: Float, noise: Float), parameters: FloatBuffer, gradient: FloatBuffer
  ) {
    sums = TrainingEngine.Sums()
    if noiseRows > 0 { makeNoise(noiseRows, step: step, parameters) }
    let count = range.count
    labels.withUnsafeMutableBufferPointer { labels in
      guard let labels = labels.baseAddress else { return }
      set.draw(order, range, into: rows.pointer + noiseRows * width, labels: labels)
      tape.forward(parameters, input: rows, count: noiseRows + count)
      let classes = tape.classCount
      let (loss, correct) = RowLoss.crossEntropy(
        tape.logits + noiseRows * classes, labels: labels, count: count, classes: classes,
        weight: weights.data,
        gradient: tape.logitGradient + noiseRows * classes)
      sums.loss = loss
      sums.correct = correct
      sums.rows = count
      if noiseRows > 0 {
        (sums.noiseLoss, sums.noiseConfidence) = RowLoss.confidence(
          tape.logits, count: noiseRows, classes: classes, weight: weights.noise, gradient: tape.logitGradient
        )
        sums.noiseRows = noiseRows
      }
    }
    tape.backward(gradient: gradient)
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
    var generator = SeededGenerator(seed: seed, stream: 1024 + UInt64(index), index: UInt64(step))
    guard
      let result = interval?.run(
        count, turn: step + index, weight: weights.balls, boxWeight: weights.boxes, growth: growth,
        onGrid: onGrid, parameters: parameters, gradient: gradient, using: &generator)
    else { return }
    sums.intervalLoss = result.loss
    sums.intervalConfidence = result.confidence
    sums.intervalRows = result.boxes
  }

  private mutating func makeNoise(_ count: Int, step: Int, _ parameters: FloatBuffer) {
    var generator = SeededGenerator(seed: seed, stream: 16 + UInt64(index), index: UInt64(step))
    let boxed = noise?.fill(rows.pointer, count: count, turn: step + index, using: &generator) ?? 0
    ascent?.run(rows, count: count, boxed: boxed, tape: tape, parameters: parameters, using: &generator)
  }

  /// Measures loss and accuracy on part of a set.
  mutating func evaluate(
    _ set: TrainingSet, order: UnsafeBufferPointer<Int>, range: Range<Int>, parameters: FloatBuffer
  ) {
    sums = TrainingEngine.Sums()
    labels.withUnsafeMutableBufferPointer { labels in
      guard let labels = labels.baseAddress else { return }
      for start in stride(from: range.lowerBound, to: range.upperBound, by: capacity) {
        let part = start..<min(start + capacity, range.upperBound)
        set.draw(order, part, into: rows.pointer, labels: labels)
        tape.forward(parameters, input: rows, count: part.count)
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
