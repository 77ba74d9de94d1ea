import ScrupleData
import ScrupleNetwork

/// The boxes that one shard of a batch bounds: l∞ balls around noise, cut off at the domain, and named boxes.
struct IntervalRows {
  private let recipe: Recipe.Interval
  private let loss: IntervalLoss
  private var noise: NoiseRows?
  private let rows: FloatBuffer
  private let width: Int

  /// - Parameter capacity: the most noise rows of a shard.
  init(
    _ recipe: Recipe.Interval, graph: NetworkGraph, input: InputDescription, data: Dataset, capacity: Int
  ) throws(DataError) {
    self.recipe = recipe
    width = input.count
    loss = IntervalLoss(graph, capacity: capacity + recipe.boxes.count)
    rows = FloatBuffer(count: capacity * width)
    if !recipe.kinds.isEmpty {
      noise = try NoiseRows(
        Recipe.Noise(kinds: recipe.kinds, share: 0, lambda: 0), input: input, data: data)
    }
  }

  /// Adds the gradient of this shard's part: `weight` times the sum over `count` balls around noise, and, if
  /// `boxWeight` is positive, `boxWeight` times the sum over the named boxes.
  ///
  /// - Parameter growth: what radii are multiplied by, from 0 to 1.
  mutating func run(
    _ count: Int, turn: Int, weight: Float, boxWeight: Float, growth: Float, onGrid: Bool,
    parameters: FloatBuffer, gradient: FloatBuffer, using generator: inout SeededGenerator
  ) -> (loss: Double, confidence: Double, boxes: Int) {
    let (middle, radius) = (loss.middle, loss.radius)
    let boxed = noise?.fill(rows.pointer, count: count, turn: turn, using: &generator) ?? 0
    let epsilon = Float(recipe.epsilon) * growth
    for i in 0..<count * width {
      var (low, high) = (rows.pointer[i] - epsilon, rows.pointer[i] + epsilon)
      if i < boxed * width { (low, high) = (max(low, 0), min(high, 1)) }
      middle[i] = 0.5 * (low + high)
      radius[i] = 0.5 * (high - low)
    }
    let balls = loss.evaluate(
      parameters, count: count, weight: weight, onGrid: onGrid, addingTo: gradient)
    guard boxWeight > 0, !recipe.boxes.isEmpty else { return (balls.loss, balls.confidence, count) }
    for (row, box) in recipe.boxes.enumerated() {
      let center = Float(Int(box.lowerBound) + Int(box.upperBound)) / 510
      let half = Float(Int(box.upperBound) - Int(box.lowerBound)) / 510 * growth
      for i in row * width..<(row + 1) * width { (middle[i], radius[i]) = (center, half) }
    }
    let boxes = loss.evaluate(
      parameters, count: recipe.boxes.count, weight: boxWeight, onGrid: onGrid, addingTo: gradient)
    return (
      balls.loss + boxes.loss, balls.confidence + boxes.confidence, count + recipe.boxes.count
    )
  }
}
