import CVectorLoops
import ScrupleNetwork

/// ACET's inner maximum: projected gradient ascent on the confidence in the l∞ ball around each row of noise
/// (Madry et al. 2018; constants and start as in Hein, Andriushchenko and Bitterwolf 2019).
///
/// Each row starts at `z + r·u` with `r` from U(0, 1) and `u` from U(−ε, ε) for each value, goes up the sign of
/// the gradient, is projected to the ball and the box, and ends at the best of all its iterates.
final class ProjectedAscent {
  private let attack: Recipe.Attack
  private let width: Int
  private let centre: FloatBuffer
  private let best: FloatBuffer
  private let bestValues: FloatBuffer
  private let values: FloatBuffer
  private let gradient: FloatBuffer

  /// For up to `capacity` rows of `width` values.
  init(_ attack: Recipe.Attack, width: Int, capacity: Int) {
    self.attack = attack
    self.width = width
    centre = FloatBuffer(count: capacity * width)
    best = FloatBuffer(count: capacity * width)
    bestValues = FloatBuffer(count: capacity)
    values = FloatBuffer(count: capacity)
    gradient = FloatBuffer(count: capacity * width)
  }

  /// Replaces rows of noise by the worst points found near them.
  ///
  /// - Parameters:
  ///   - rows: `count × width` noise, from the first row on; overwritten.
  ///   - boxed: the first so many rows stay in [0, 1]; the others are not bounded by a box.
  func run(
    _ rows: FloatBuffer, count: Int, boxed: Int, tape: Tape, parameters: FloatBuffer,
    using generator: inout SeededGenerator
  ) {
    let x = rows.pointer
    let epsilon = Float(attack.epsilon)
    centre.pointer.update(from: x, count: count * width)
    for row in 0..<count {
      let radius = generator.uniform() * epsilon
      for i in row * width..<(row + 1) * width { x[i] += radius * generator.uniform(-1, 1) }
      bestValues.pointer[row] = -.infinity
    }
    /// One step up, then into the ball and, for the rows that have one, the box.
    func climb(_ step: Float) {
      let inside = boxed * width
      loops_climb(x, gradient.pointer, centre.pointer, inside, step, epsilon, 0, 1)
      loops_climb(
        x + inside, gradient.pointer + inside, centre.pointer + inside, count * width - inside, step, epsilon,
        -.infinity, .infinity)
    }
    climb(0)
    for step in 0...attack.steps {
      tape.forward(parameters, input: rows, count: count)
      RowLoss.confidence(
        tape.logits, count: count, classes: tape.classCount, weight: 1, gradient: tape.logitGradient,
        values: values.pointer)
      for row in 0..<count where values.pointer[row] > bestValues.pointer[row] {
        bestValues.pointer[row] = values.pointer[row]
        (best.pointer + row * width).update(from: x + row * width, count: width)
      }
      guard step < attack.steps else { break }
      tape.backward(gradient: nil, inputGradient: gradient)
      climb(Float(attack.step))
    }
    x.update(from: best.pointer, count: count * width)
  }
}
