import CVectorLoops
import ScrupleNetwork

/// ACET's inner maximum: projected gradient ascent on the confidence in the l∞ ball around each row of noise
/// (Madry et al. 2018; constants and start as in Hein, Andriushchenko and Bitterwolf 2019).
///
/// Each row starts at `z + r·u` with `r` from U(0, 1) and `u` from U(−ε, ε) for each value, goes up the sign of
/// the gradient, is projected to the ball and the box, and ends at the best of all its iterates.
///
/// Networks with convolutions do all steps of a few rows before the next: so these stay in a processor's cache. A row
/// whose gradient is zero everywhere would never move again, and is left alone from then on.
final class ProjectedAscent {
  /// Rows, and where they end.
  struct Rows {
    let buffer: FloatBuffer
    /// The first row.
    var first = 0
    /// The number of rows.
    var count: Int
    /// The first so many of them stay in [0, 1]; the others are not bounded by a box.
    var boxed: Int
  }

  private let attack: Recipe.Attack
  private let width: Int
  private let centre: FloatBuffer
  private let best: FloatBuffer
  private var bestValues: [Float]
  private let values: FloatBuffer
  /// The rows that still move, their gradients, and which rows they are.
  private let moving: FloatBuffer
  private let gradient: FloatBuffer
  private var owners: [Int]

  /// For up to `capacity` rows of `width` values.
  init(_ attack: Recipe.Attack, width: Int, capacity: Int) {
    self.attack = attack
    self.width = width
    centre = FloatBuffer(count: capacity * width)
    best = FloatBuffer(count: capacity * width)
    bestValues = Array(repeating: 0, count: capacity)
    values = FloatBuffer(count: capacity)
    moving = FloatBuffer(count: capacity * width)
    gradient = FloatBuffer(count: capacity * width)
    owners = Array(repeating: 0, count: capacity)
  }

  /// Replaces rows of noise by the worst points found near them.
  ///
  /// - Parameters:
  ///   - rows: overwritten.
  ///   - data: the first of some samples, one of which every second row starts towards, if given.
  func run(
    _ rows: Rows, tape: Tape, parameters: FloatBuffer, data: (first: UnsafePointer<Float>, count: Int)? = nil,
    using generator: inout SeededGenerator
  ) {
    let x = rows.buffer.pointer + rows.first * width
    let epsilon = Float(attack.epsilon)
    centre.pointer.update(from: x, count: rows.count * width)
    for row in 0..<rows.count {
      bestValues[row] = -.infinity
      if let data, row % 2 == 1, data.count > 0 {
        let sample = data.first + generator.next(below: data.count) * width
        (x + row * width).update(from: sample, count: width)
      } else {
        let radius = generator.uniform() * epsilon
        for i in row * width..<(row + 1) * width { x[i] += radius * generator.uniform(-1, 1) }
      }
    }
    for start in stride(from: 0, to: rows.count, by: tape.capacity) {
      climb(
        x, start..<min(start + tape.capacity, rows.count), boxed: rows.boxed, tape: tape,
        parameters: parameters, keepsParameters: start > 0)
    }
    x.update(from: best.pointer, count: rows.count * width)
  }

  /// All steps of some rows.
  private func climb(
    _ x: UnsafePointer<Float>, _ range: Range<Int>, boxed: Int, tape: Tape, parameters: FloatBuffer,
    keepsParameters: Bool
  ) {
    var active = range.count
    for (place, row) in range.enumerated() { owners[place] = row }
    moving.pointer.update(from: x + range.lowerBound * width, count: active * width)
    project(active, step: 0, boxed: boxed)
    let dropsFlatRows = !tape.graph.isDenseChain
    for step in 0...attack.steps {
      tape.forward(
        parameters, input: moving, count: active, keepsParameters: keepsParameters || step > 0)
      RowLoss.confidence(
        tape.logits, count: active, classes: tape.classCount, weight: 1, gradient: tape.logitGradient,
        values: values.pointer)
      for place in 0..<active where values.pointer[place] > bestValues[owners[place]] {
        bestValues[owners[place]] = values.pointer[place]
        (best.pointer + owners[place] * width).update(from: moving.pointer + place * width, count: width)
      }
      guard step < attack.steps else { break }
      tape.backward(gradient: nil, inputGradient: gradient)
      if dropsFlatRows { active = dropFlatRows(active) }
      guard active > 0 else { break }
      project(active, step: Float(attack.step), boxed: boxed)
    }
  }

  /// One step up, then into the ball and, for the rows that have one, the box.
  private func project(_ active: Int, step: Float, boxed: Int) {
    for place in 0..<active {
      let isBoxed = owners[place] < boxed
      loops_climb(
        moving.pointer + place * width, gradient.pointer + place * width,
        centre.pointer + owners[place] * width, width, step, Float(attack.epsilon),
        isBoxed ? 0 : -.infinity, isBoxed ? 1 : .infinity)
    }
  }

  /// Moves the rows with a gradient to the front; returns how many there are.
  private func dropFlatRows(_ active: Int) -> Int {
    var kept = 0
    for place in 0..<active where loops_largest_magnitude(gradient.pointer + place * width, width) > 0 {
      if kept < place {
        owners[kept] = owners[place]
        (moving.pointer + kept * width).update(from: moving.pointer + place * width, count: width)
        (gradient.pointer + kept * width).update(from: gradient.pointer + place * width, count: width)
      }
      kept += 1
    }
    return kept
  }
}
