import Foundation
import ScrupleNetwork

/// The certified loss on boxes of inputs of GOOD (Bitterwolf, Meinke and Hein 2020, eq. 6): per box
///
///     log(½·max_{k≠l} U_kl² + 1),
///
/// where `U_kl` bounds `z_k − z_l` over the whole box by interval arithmetic. Where it is small no input of the box
/// can have a confident answer, so no attack can find one: `p_k ≤ 1/Σ_l e^{−U_kl}`.
///
/// A layer takes middle `μ` and half width `ρ` of its inputs to `Wμ + b` and `|W|ρ`; activations are monotone and map the
/// ends; the last layer is taken in differences of its rows (Gowal et al., *On the Effectiveness of Interval Bound
/// Propagation*, 2018). On the grid the ends of hidden intervals are rounded to the int8 program's steps, and the bounds
/// are those of the program; gradients ignore the rounding.
final class IntervalLoss {
  private let layout: ParameterLayout
  private let capacity: Int
  /// Steps of the hidden activations; `nil` where they have none.
  private let steps: [Float?]
  private let pairs: [(k: Int, l: Int)]
  /// Per layer: middle and half width of its inputs.
  private let middles: [FloatBuffer]
  private let radii: [FloatBuffer]
  /// Per hidden layer: the activations of both ends, before rounding.
  private let lows: [FloatBuffer]
  private let highs: [FloatBuffer]
  /// `|W|` of each layer; for the last one the differences of rows, and their magnitudes.
  private let magnitudes: [FloatBuffer]
  private let differences: FloatBuffer
  private let pairMiddles: FloatBuffer
  private let pairRadii: FloatBuffer
  private let widest: Int
  private let deltas: [FloatBuffer]

  /// For up to `capacity` boxes.
  init(_ layout: ParameterLayout, capacity: Int) {
    self.layout = layout
    self.capacity = capacity
    let entries = layout.entries
    let classes = entries[entries.count - 1].outputs
    pairs = (0..<classes).flatMap { k in (k + 1..<max(classes, k + 1)).map { (k, $0) } }
    steps = entries.dropLast().map {
      if case .clippedReLU(let limit) = $0.activation { limit / 255 } else { nil }
    }
    middles = entries.map { FloatBuffer(count: capacity * $0.inputs) }
    radii = entries.map { FloatBuffer(count: capacity * $0.inputs) }
    lows = entries.dropLast().map { FloatBuffer(count: capacity * $0.outputs) }
    highs = entries.dropLast().map { FloatBuffer(count: capacity * $0.outputs) }
    let last = entries[entries.count - 1].inputs
    magnitudes =
      entries.dropLast().map { FloatBuffer(count: $0.inputs * $0.outputs) } + [
        FloatBuffer(count: pairs.count * last)
      ]
    differences = FloatBuffer(count: pairs.count * last)
    pairMiddles = FloatBuffer(count: capacity * pairs.count)
    pairRadii = FloatBuffer(count: capacity * pairs.count)
    widest = entries.map { max($0.inputs, $0.outputs) }.max() ?? 1
    deltas = (0..<4).map { [widest] _ in FloatBuffer(count: capacity * widest) }
  }

  /// The middle of each box, row-major `boxes × inputs`: filled before ``evaluate(_:count:weight:onGrid:addingTo:)``.
  var middle: UnsafeMutablePointer<Float> { middles[0].pointer }
  /// Half the width of each box, in the same layout.
  var radius: UnsafeMutablePointer<Float> { radii[0].pointer }

  /// The losses of `count` boxes, added, and the bounds of their confidences, added.
  ///
  /// - Parameters:
  ///   - weight: of each box in the loss.
  ///   - onGrid: hidden intervals end at the program's steps.
  ///   - gradient: the weighted gradient is added to it, if given.
  func evaluate(
    _ parameters: FloatBuffer, count: Int, weight: Float, onGrid: Bool, addingTo gradient: FloatBuffer?
  ) -> (loss: Double, confidence: Double) {
    precondition(count <= capacity, "\(count) boxes, room for \(capacity)")
    guard count > 0, !pairs.isEmpty else { return (0, 0) }
    forward(parameters, count: count, onGrid: onGrid)
    let result = pairLosses(parameters, count: count, weight: weight, addingTo: gradient)
    if let gradient { backward(parameters, count: count, addingTo: gradient) }
    return result
  }

  private func forward(_ parameters: FloatBuffer, count: Int, onGrid: Bool) {
    for (index, entry) in layout.entries.enumerated().dropLast() {
      let weights = parameters.pointer + entry.weight
      let bias = parameters.pointer + entry.bias
      let size = entry.inputs * entry.outputs
      let magnitude = magnitudes[index].pointer
      for i in 0..<size { magnitude[i] = abs(weights[i]) }
      let (low, high) = (lows[index].pointer, highs[index].pointer)
      matmul(
        middles[index].pointer, weights, into: low, rows: count, columns: entry.outputs, inner: entry.inputs,
        transposeRight: true)
      matmul(
        radii[index].pointer, magnitude, into: high, rows: count, columns: entry.outputs, inner: entry.inputs,
        transposeRight: true)
      let (middle, radius) = (middles[index + 1].pointer, radii[index + 1].pointer)
      let step = onGrid ? steps[index] : nil
      for row in 0..<count {
        for j in 0..<entry.outputs {
          let at = row * entry.outputs + j
          let (center, half) = (low[at] + bias[j], high[at])
          low[at] = entry.activation(center - half)
          high[at] = entry.activation(center + half)
          var (a, b) = (low[at], high[at])
          if let step {
            a = (a / step + 0.5).rounded(.down) * step
            b = (b / step + 0.5).rounded(.down) * step
          }
          middle[at] = 0.5 * (a + b)
          radius[at] = 0.5 * (b - a)
        }
      }
    }
  }

  /// Bounds of all logit differences, the losses, and the gradients by the last layer's parameters and inputs.
  private func pairLosses(
    _ parameters: FloatBuffer, count: Int, weight: Float, addingTo gradient: FloatBuffer?
  ) -> (loss: Double, confidence: Double) {
    let last = layout.entries.count - 1
    let entry = layout.entries[last]
    let (width, classes) = (entry.inputs, entry.outputs)
    let weights = parameters.pointer + entry.weight
    let bias = parameters.pointer + entry.bias
    let (difference, magnitude) = (differences.pointer, magnitudes[last].pointer)
    for (row, pair) in pairs.enumerated() {
      for j in 0..<width {
        let value = weights[pair.k * width + j] - weights[pair.l * width + j]
        difference[row * width + j] = value
        magnitude[row * width + j] = abs(value)
      }
    }
    matmul(
      middles[last].pointer, difference, into: pairMiddles.pointer, rows: count, columns: pairs.count,
      inner: width, transposeRight: true)
    matmul(
      radii[last].pointer, magnitude, into: pairRadii.pointer, rows: count, columns: pairs.count,
      inner: width,
      transposeRight: true)
    var loss = 0.0
    var confidence = 0.0
    var sums = [Float](repeating: 1, count: classes)
    for row in 0..<count {
      var best = (bound: -Float.infinity, pair: 0, sign: Float(1))
      for k in 0..<classes { sums[k] = 1 }
      for (index, pair) in pairs.enumerated() {
        let middle = pairMiddles.pointer[row * pairs.count + index] + bias[pair.k] - bias[pair.l]
        let radius = pairRadii.pointer[row * pairs.count + index]
        sums[pair.k] += exp(-(radius + middle))
        sums[pair.l] += exp(-(radius - middle))
        let bound = radius + abs(middle)
        if bound > best.bound { best = (bound, index, middle < 0 ? -1 : 1) }
      }
      let square = 0.5 * best.bound * best.bound + 1
      loss += Double(log(square))
      confidence += Double(1 / (sums.min() ?? 1))
      guard let gradient else { continue }
      let slope = weight * best.bound / square
      let pair = pairs[best.pair]
      let (k, l) = best.sign > 0 ? (pair.k, pair.l) : (pair.l, pair.k)
      gradient.pointer[entry.bias + k] += slope
      gradient.pointer[entry.bias + l] -= slope
      let (gk, gl) = (
        gradient.pointer + entry.weight + k * width, gradient.pointer + entry.weight + l * width
      )
      let (mu, rho) = (middles[last].pointer + row * width, radii[last].pointer + row * width)
      let (onMiddle, onRadius) = (deltas[0].pointer + row * width, deltas[1].pointer + row * width)
      for j in 0..<width {
        let d = best.sign * difference[best.pair * width + j]
        let change = slope * (mu[j] + (d > 0 ? rho[j] : (d < 0 ? -rho[j] : 0)))
        gk[j] += change
        gl[j] -= change
        onMiddle[j] = slope * d
        onRadius[j] = slope * abs(d)
      }
    }
    return (loss, confidence)
  }

  /// From the gradients by the last layer's inputs, in the first two deltas, to all other parameters.
  private func backward(_ parameters: FloatBuffer, count: Int, addingTo gradient: FloatBuffer) {
    var (onMiddle, onRadius) = (deltas[0].pointer, deltas[1].pointer)
    var (nextMiddle, nextRadius) = (deltas[2].pointer, deltas[3].pointer)
    for (index, entry) in layout.entries.enumerated().dropLast().reversed() {
      let (low, high) = (lows[index].pointer, highs[index].pointer)
      let bias = gradient.pointer + entry.bias
      for row in 0..<count {
        for j in 0..<entry.outputs {
          let at = row * entry.outputs + j
          let onLow = 0.5 * (onMiddle[at] - onRadius[at]) * entry.activation.derivative(atOutput: low[at])
          let onHigh = 0.5 * (onMiddle[at] + onRadius[at]) * entry.activation.derivative(atOutput: high[at])
          onMiddle[at] = onLow + onHigh
          onRadius[at] = onHigh - onLow
          bias[j] += onMiddle[at]
        }
      }
      let weights = parameters.pointer + entry.weight
      let size = entry.inputs * entry.outputs
      matmul(
        onMiddle, middles[index].pointer, into: gradient.pointer + entry.weight, rows: entry.outputs,
        columns: entry.inputs, inner: count, transposeLeft: true, beta: 1)
      // By |W| first, then by the sign of W; |W| itself is still needed for the layer below.
      let magnitude = magnitudes[index].pointer
      if index > 0 {
        matmul(
          onMiddle, weights, into: nextMiddle, rows: count, columns: entry.inputs, inner: entry.outputs)
        matmul(
          onRadius, magnitude, into: nextRadius, rows: count, columns: entry.inputs, inner: entry.outputs)
      }
      matmul(
        onRadius, radii[index].pointer, into: magnitude, rows: entry.outputs, columns: entry.inputs,
        inner: count, transposeLeft: true)
      let g = gradient.pointer + entry.weight
      for i in 0..<size {
        let change = weights[i] == 0 ? 0 : magnitude[i]
        g[i] += weights[i] < 0 ? -change : change
      }
      swap(&onMiddle, &nextMiddle)
      swap(&onRadius, &nextRadius)
    }
  }
}
