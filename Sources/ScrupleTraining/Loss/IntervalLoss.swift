import Foundation
import ScrupleNetwork

/// The certified loss on boxes of inputs of GOOD (Bitterwolf, Meinke and Hein 2020, eq. 6): per box
///
///     log(½·max_{k≠l} U_kl² + 1),
///
/// where `U_kl` bounds `z_k − z_l` over the whole box by interval arithmetic. Where it is small no input of the box
/// can have a confident answer, so no attack can find one: `p_k ≤ 1/Σ_l e^{−U_kl}`.
///
/// The last layer is taken in differences of its rows; the rest is ``IntervalTape``'s.
final class IntervalLoss {
  private let tape: IntervalTape
  /// The last layer.
  private let entry: ParameterLayout.Entry
  private let pairs: [(k: Int, l: Int)]
  private let differences: FloatBuffer
  private let magnitudes: FloatBuffer
  private let pairMiddles: FloatBuffer
  private let pairRadii: FloatBuffer

  /// For up to `capacity` boxes.
  init(_ graph: NetworkGraph, capacity: Int) {
    tape = IntervalTape(graph: graph, capacity: capacity)
    let entry = graph.layout.entries[graph.layout.entries.count - 1]
    self.entry = entry
    let classes = entry.outputs
    let pairs = (0..<classes).flatMap { k in (k + 1..<max(classes, k + 1)).map { (k: k, l: $0) } }
    self.pairs = pairs
    differences = FloatBuffer(count: pairs.count * entry.inputs)
    magnitudes = FloatBuffer(count: pairs.count * entry.inputs)
    pairMiddles = FloatBuffer(count: capacity * pairs.count)
    pairRadii = FloatBuffer(count: capacity * pairs.count)
  }

  /// The middle of each box, row-major `boxes × inputs`: filled before ``evaluate(_:count:weight:onGrid:addingTo:)``.
  var middle: UnsafeMutablePointer<Float> { tape.middle }
  /// Half the width of each box, in the same layout.
  var radius: UnsafeMutablePointer<Float> { tape.radius }

  /// The losses of `count` boxes, added, and the bounds of their confidences, added.
  ///
  /// - Parameters:
  ///   - weight: of each box in the loss.
  ///   - onGrid: hidden intervals end at the program's steps.
  ///   - gradient: the weighted gradient is added to it, if given.
  func evaluate(
    _ parameters: FloatBuffer, count: Int, weight: Float, onGrid: Bool, addingTo gradient: FloatBuffer?
  ) -> (loss: Double, confidence: Double) {
    guard count > 0, !pairs.isEmpty else { return (0, 0) }
    tape.forward(parameters, count: count, onGrid: onGrid)
    let result = pairLosses(parameters, count: count, weight: weight, addingTo: gradient)
    if let gradient { tape.backward(parameters, addingTo: gradient) }
    return result
  }

  /// Bounds of all logit differences, the losses, and the gradients by the last layer's parameters and inputs.
  private func pairLosses(
    _ parameters: FloatBuffer, count: Int, weight: Float, addingTo gradient: FloatBuffer?
  ) -> (loss: Double, confidence: Double) {
    let (width, classes) = (entry.inputs, entry.outputs)
    let weights = parameters.pointer + entry.weight
    let bias = parameters.pointer + entry.bias
    let (difference, magnitude) = (differences.pointer, magnitudes.pointer)
    for (row, pair) in pairs.enumerated() {
      for j in 0..<width {
        let value = weights[pair.k * width + j] - weights[pair.l * width + j]
        difference[row * width + j] = value
        magnitude[row * width + j] = abs(value)
      }
    }
    matmul(
      tape.lastMiddle, difference, into: pairMiddles.pointer, rows: count, columns: pairs.count,
      inner: width, transposeRight: true)
    matmul(
      tape.lastRadius, magnitude, into: pairRadii.pointer, rows: count, columns: pairs.count,
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
      let (mu, rho) = (tape.lastMiddle + row * width, tape.lastRadius + row * width)
      let (onMiddle, onRadius) = (
        tape.lastMiddleSlope + row * width, tape.lastRadiusSlope + row * width
      )
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
}
