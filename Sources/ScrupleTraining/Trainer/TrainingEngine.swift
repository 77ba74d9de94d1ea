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
  private(set) var graph: NetworkGraph
  private(set) var parameters: FloatBuffer
  /// The optimizer's values for each parameter: one block for SGD, two for Adam.
  private(set) var moments: [FloatBuffer]
  /// The running means and variances of normalized layers.
  let statistics: FloatBuffer
  private(set) var grid: GridState?
  private(set) var isOnGrid = false
  private let recipe: Recipe
  private let template: Network
  private let rule: UpdateRule
  private var penalty: (any GapBound)?
  private let pool: ShardPool
  private var shards: [TrainingShard]
  private var gradients: [FloatBuffer]

  /// The part of the old mean that running statistics keep in a step.
  private static let statisticsMemory: Float = 0.95

  /// Where the parameters stand.
  var layout: ParameterLayout { graph.layout }

  /// What one step measured, added over its rows.
  struct Sums: Codable, Equatable {
    var loss = 0.0
    var rows = 0
    var correct = 0
    var noiseLoss = 0.0
    var noiseConfidence = 0.0
    var noiseRows = 0
    var outlierLoss = 0.0
    var outlierConfidence = 0.0
    var outlierRows = 0
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
      a.outlierLoss += b.outlierLoss
      a.outlierConfidence += b.outlierConfidence
      a.outlierRows += b.outlierRows
      a.gap += b.gap
      a.intervalLoss += b.intervalLoss
      a.intervalConfidence += b.intervalConfidence
      a.intervalRows += b.intervalRows
      a.steps += b.steps
    }
  }

  init(_ problem: TrainingProblem, rule: UpdateRule, threads: Int) throws(DataError) {
    recipe = problem.recipe
    template = problem.template
    graph = problem.graph
    let layout = problem.graph.layout
    parameters = FloatBuffer(count: layout.count)
    moments = (0..<rule.momentCount).map { _ in FloatBuffer(count: layout.count) }
    statistics = FloatBuffer(count: Tape.statisticsCount(of: problem.graph))
    penalty = recipe.gap == nil || graph.isNormalized ? nil : gapBound(of: graph)
    self.rule = rule
    pool = ShardPool(shards: recipe.shards, threads: threads)
    let rows = recipe.batch / recipe.shards + 3
    var shards: [TrainingShard] = []
    for index in 0..<recipe.shards {
      shards.append(
        try TrainingShard(index: index, problem: problem, statistics: statistics, capacity: rows))
    }
    self.shards = shards
    gradients = (0..<recipe.shards).map { _ in FloatBuffer(count: layout.count) }
    initialize()
  }

  deinit { pool.shutDown() }

  /// Normal weights with variance 2/inputs before a ReLU (He et al. 2015), 1/inputs otherwise (LeCun et al.
  /// 1998); biases 0, scales 1.
  private func initialize() {
    var generator = SeededGenerator(seed: recipe.seed, stream: 1, index: 0)
    var position = 0
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
      guard let scale = entry.scale else { continue }
      for i in 0..<entry.outputs {
        parameters.pointer[scale + i] = 1
        statistics.pointer[position + entry.outputs + i] = 1
      }
      position += 2 * entry.outputs
    }
  }

  /// The parameters that the forward pass uses.
  var effective: FloatBuffer { isOnGrid ? grid?.snapped ?? parameters : parameters }

  /// From now on normalization is part of the kernels. What is trained computes the same; the optimizer's values are
  /// changed along.
  func fold() {
    guard graph.isNormalized else { return }
    let folding = NormalizationFolding(graph, template: template, parameters, statistics)
    parameters = folding.parameters(parameters)
    moments = moments.enumerated().map { folding.moments($1, power: $0 + 1) }
    graph = folding.folded
    if recipe.gap != nil { penalty = gapBound(of: graph) }
    gradients = gradients.map { _ in FloatBuffer(count: graph.layout.count) }
    for index in shards.indices { shards[index].use(graph) }
  }

  /// From now on the weights that are used lie on the grid.
  func enterGrid() {
    guard recipe.grid != nil else { return }
    fold()
    if grid == nil { grid = GridState(graph) }
    guard let grid else { return }
    grid.snap(parameters)
    isOnGrid = true
  }

  /// Puts parameters and running statistics back.
  func restore(parameters values: [Float], statistics old: [Float]) {
    for (i, value) in values.enumerated() { parameters.pointer[i] = value }
    for (i, value) in old.enumerated() { statistics.pointer[i] = value }
    if isOnGrid { grid?.snap(parameters) }
  }

  /// The kernels as they stand, normalization folded in: of the grid twin after ``enterGrid()``.
  var kernels: [Dense] {
    if isOnGrid, let grid { return grid.kernels() }
    guard graph.isNormalized else { return layout.scatter(parameters) }
    let folding = NormalizationFolding(graph, template: template, parameters, statistics)
    return folding.folded.layout.scatter(folding.parameters(parameters))
  }

  /// The largest bound of all class pairs on the gap between float and int8, on the grid; `nil` without such a bound.
  var gap: Double? {
    gapBound(of: graph)?.evaluate(effective, lambda: 0, addingTo: nil).largest
  }

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
    let (noise, strange) = (recipe.noise?.share ?? 0, recipe.outliers?.share ?? 0)
    func rows(_ share: Double) -> Int {
      Int((Double(range.count) * share / (1 - noise - strange)).rounded())
    }
    let counts = TrainingShard.Counts(noise: rows(noise), outliers: rows(strange))
    let weights = TrainingShard.Weights(
      data: 1 / Float(range.count), noise: weight(recipe.noise?.lambda, counts.noise),
      outliers: weight(recipe.outliers?.lambda, counts.outliers))
    let effective = effective
    let count = shards.count
    let interval = recipe.interval
    shards.withUnsafeMutableBufferPointer { shards in
      nonisolated(unsafe) let shards = shards
      pool.run { index in
        let rows = part(index, of: range.count, count)
        shards[index].run(
          set, order: order, range: range.lowerBound + rows.lowerBound..<range.lowerBound + rows.upperBound,
          counts: .init(
            noise: part(index, of: counts.noise, count).count,
            outliers: part(index, of: counts.outliers, count).count),
          step: step, weights: weights, parameters: effective, gradient: gradients[index])
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
    updateStatistics()
    var sums = Sums()
    for shard in shards { sums += shard.sums }
    sums.steps = 1
    return sums
  }

  private func weight(_ lambda: Double?, _ rows: Int) -> Float {
    rows == 0 ? 0 : Float(lambda ?? 0) / Float(rows)
  }

  /// Moves the running statistics towards each shard's, in order.
  private func updateStatistics() {
    guard graph.isNormalized else { return }
    let keep = Self.statisticsMemory
    for shard in shards where shard.sums.rows > 0 {
      for (i, value) in shard.statistics.enumerated() {
        statistics.pointer[i] = keep * statistics.pointer[i] + (1 - keep) * value
      }
    }
  }

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
      if let scale = entry.scale {
        update(from: scale + rows.lowerBound, count: rows.count, rate: rate, step: step, decays: false)
      }
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
