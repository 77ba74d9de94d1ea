import CVectorLoops
import ScrupleData
import ScrupleNetwork

/// The parameters under training, and one step of gradient descent for them: the part of a trainer that is
/// fast and knows nothing of files and progress.
///
/// Each batch is cut into a fixed number of shards. A shard's rows are drawn, attacked, and passed forward and
/// backward by one thread; then the shards' gradients are added in order, and each thread updates its share of
/// the rows of every layer. So the result depends on the number of shards, not on the number of threads.
final class TrainingEngine {
  let layout: ParameterLayout
  let parameters: FloatBuffer
  /// The optimizer's values for each parameter: one block for SGD, two for Adam.
  let moments: [FloatBuffer]
  let grid: GridState?
  private(set) var isOnGrid = false
  private let rule: UpdateRule
  private let penalty: GapPenalty?
  private let noise: Recipe.Noise?
  private let interval: Recipe.Interval?
  private let seed: UInt64
  private let pool: ShardPool
  private var shards: [TrainingShard]
  private let gradients: [FloatBuffer]

  /// What one step measured, added over its rows.
  struct Sums: Codable, Equatable {
    var loss = 0.0
    var rows = 0
    var correct = 0
    var noiseLoss = 0.0
    var noiseConfidence = 0.0
    var noiseRows = 0
    var gap = 0.0
    var intervalLoss = 0.0
    var intervalConfidence = 0.0
    var intervalRows = 0
    var steps = 0

    static func += (a: inout Sums, b: Sums) {
      a.loss += b.loss
      a.rows += b.rows
      a.correct += b.correct
      a.noiseLoss += b.noiseLoss
      a.noiseConfidence += b.noiseConfidence
      a.noiseRows += b.noiseRows
      a.gap += b.gap
      a.intervalLoss += b.intervalLoss
      a.intervalConfidence += b.intervalConfidence
      a.intervalRows += b.intervalRows
      a.steps += b.steps
    }
  }

  /// - Parameter noiseBase: the data that noise is made from.
  init(
    recipe: Recipe, rule: UpdateRule, input: InputDescription, classes: Int, noiseBase: Dataset, threads: Int
  ) throws(DataError) {
    let widths = [input.count] + recipe.hidden + [classes]
    layout = ParameterLayout(
      (1..<widths.count).map { index in
        (widths[index - 1], widths[index], index == widths.count - 1 ? .identity : recipe.activation)
      })
    parameters = FloatBuffer(count: layout.count)
    var moments: [FloatBuffer] = []
    for _ in 0..<rule.momentCount { moments.append(FloatBuffer(count: layout.count)) }
    self.moments = moments
    grid = recipe.grid == nil ? nil : GridState(layout)
    penalty = recipe.gap == nil ? nil : GapPenalty(layout)
    self.rule = rule
    noise = recipe.noise
    interval = recipe.interval
    seed = recipe.seed
    pool = ShardPool(shards: recipe.shards, threads: threads)
    let rows = recipe.batch / recipe.shards + 2
    let layout = layout
    var shards: [TrainingShard] = []
    for index in 0..<recipe.shards {
      shards.append(
        try TrainingShard(
          index: index, recipe: recipe, layout: layout, input: input, noiseBase: noiseBase, capacity: rows))
    }
    self.shards = shards
    gradients = (0..<recipe.shards).map { _ in FloatBuffer(count: layout.count) }
    initialize()
  }

  deinit { pool.shutDown() }

  /// Normal weights with variance 2/inputs before a ReLU (He et al. 2015), 1/inputs otherwise (LeCun et al.
  /// 1998); biases 0.
  private func initialize() {
    var generator = SeededGenerator(seed: seed, stream: 1, index: 0)
    for entry in layout.entries {
      let isReLU =
        switch entry.activation {
        case .relu, .clippedReLU: true
        case .identity, .clippedIdentity, .tanh: false
        }
      let deviation = ((isReLU ? 2 : 1) / Float(entry.inputs)).squareRoot()
      for i in 0..<entry.inputs * entry.outputs {
        parameters.pointer[entry.weight + i] = deviation * generator.normal()
      }
    }
  }

  /// The parameters that the forward pass uses.
  var effective: FloatBuffer { isOnGrid ? grid?.snapped ?? parameters : parameters }

  /// From now on the weights that are used lie on the grid.
  func enterGrid() {
    guard let grid else { return }
    grid.snap(parameters)
    isOnGrid = true
  }

  /// The dense layers as they stand: of the grid twin after ``enterGrid()``.
  var denseLayers: [Dense] {
    if isOnGrid, let grid { grid.denseLayers() } else { layout.scatter(parameters) }
  }

  /// The largest bound of all class pairs on the gap between float and int8, on the grid.
  var gap: Double? { GapPenalty(layout)?.evaluate(effective, lambda: 0, addingTo: nil).largest }

  /// One step of the optimizer.
  ///
  /// - Parameters:
  ///   - order: an order of the samples.
  ///   - range: the places in `order` that are this batch's data.
  ///   - step: 1 for the first of the whole training; decides the batch's noise.
  ///   - gapWeight: λ of the gap penalty.
  ///   - intervalWeight: λ of the interval loss.
  ///   - intervalGrowth: what the radii of its boxes are multiplied by, from 0 to 1.
  func step(
    _ set: TrainingSet, order: UnsafeBufferPointer<Int>, range: Range<Int>, step: Int, rate: Double,
    gapWeight: Double, intervalWeight: Double = 0, intervalGrowth: Double = 1
  ) -> Sums {
    let noiseRows = noise.map { Int((Double(range.count) * $0.share / (1 - $0.share)).rounded()) } ?? 0
    let effective = effective
    let count = shards.count
    shards.withUnsafeMutableBufferPointer { shards in
      nonisolated(unsafe) let shards = shards
      pool.run { index in
        let rows = part(index, of: range.count, count)
        let noise = part(index, of: noiseRows, count)
        shards[index].run(
          set, order: order, range: range.lowerBound + rows.lowerBound..<range.lowerBound + rows.upperBound,
          noiseRows: noise.count, step: step, weights: (1 / Float(range.count), noiseWeight(noiseRows)),
          parameters: effective, gradient: gradients[index])
        if let interval, intervalWeight > 0 {
          let balls = interval.kinds.isEmpty ? 0 : interval.rows
          shards[index].runInterval(
            part(index, of: balls, count).count, step: step,
            weights: (
              balls: Float(intervalWeight) / Float(max(balls, 1)),
              boxes: index == 0 ? Float(intervalWeight) / Float(max(interval.boxes.count, 1)) : 0
            ),
            growth: Float(intervalGrowth), onGrid: isOnGrid, parameters: effective, gradient: gradients[index]
          )
        }
        if index == 0, let penalty, gapWeight > 0 {
          shards[index].sums.gap =
            penalty.evaluate(
              effective, lambda: Float(gapWeight), addingTo: gradients[0]
            ).mean
        }
      }
    }
    pool.run { index in update(index, of: count, rate: rate, step: step) }
    var sums = Sums()
    for shard in shards { sums += shard.sums }
    sums.steps = 1
    return sums
  }

  private func noiseWeight(_ rows: Int) -> Float { rows == 0 ? 0 : Float(noise?.lambda ?? 0) / Float(rows) }

  private func part(_ index: Int, of total: Int, _ count: Int) -> Range<Int> {
    index * total / count..<(index + 1) * total / count
  }

  /// Adds the shards' gradients and updates the `index`th share of every layer's rows.
  private func update(_ index: Int, of count: Int, rate: Double, step: Int) {
    for (layer, entry) in layout.entries.enumerated() {
      let rows = part(index, of: entry.outputs, count)
      let weights = entry.weight + rows.lowerBound * entry.inputs
      update(from: weights, count: rows.count * entry.inputs, rate: rate, step: step, decays: true)
      update(from: entry.bias + rows.lowerBound, count: rows.count, rate: rate, step: step, decays: false)
      if isOnGrid { grid?.snap(parameters, layer: layer, rows: rows) }
    }
  }

  private func update(from start: Int, count: Int, rate: Double, step: Int, decays: Bool) {
    let sum = gradients[0].pointer + start
    for other in gradients.dropFirst() { loops_add(sum, other.pointer + start, count) }
    rule.apply(
      to: parameters.pointer + start, gradient: sum,
      moments: (moments[0].pointer + start, moments[moments.count - 1].pointer + start), count: count,
      rate: rate,
      step: step, decays: decays)
  }

  /// The mean cross-entropy and the accuracy on a set.
  func evaluate(_ set: TrainingSet) -> (loss: Double, accuracy: Double) {
    guard set.count > 0 else { return (0, 0) }
    let effective = effective
    let count = shards.count
    let order = Array(0..<set.count)
    order.withUnsafeBufferPointer { order in
      shards.withUnsafeMutableBufferPointer { shards in
        nonisolated(unsafe) let shards = shards
        pool.run { index in
          shards[index].evaluate(
            set, order: order, range: part(index, of: set.count, count), parameters: effective)
        }
      }
    }
    var sums = Sums()
    for shard in shards { sums += shard.sums }
    return (sums.loss / Double(set.count), Double(sums.correct) / Double(set.count))
  }
}
