import Foundation
import ScrupleQuantization

/// The linear lower bound `Σ_l w_l·z_l + H(w)` of `log Σ_l e^{z_l}`, with `w` the softmax in the middle of a box.
struct LogitTangent {
  /// `w`, positive, with a sum of 1 up to rounding.
  let weights: [Double]
  /// `H(w) = −Σ w·log w`, rounded down.
  let entropy: Double
  /// The logits' forms, weighted: `Σ_l w_l·(coefficients of z_l)`.
  private let mean: DoubleMatrix
  /// The last layer's weights, weighted: `Σ_l w_l·V_l`.
  private let meanWeights: DoubleMatrix
  private let activations: (center: DoubleMatrix, radius: DoubleMatrix)

  /// - Parameters:
  ///   - logits: the forms of the last layer.
  ///   - input: those of the layer before.
  init(_ logits: ProgramZonotope, _ layer: ProgramLayer, from input: ProgramZonotope) {
    let classes = logits.neurons
    let middles = (0..<classes).map { logits.center[0][$0] }
    let weights = softmax(middles).map { max($0, 0x1p-200) }
    self.weights = weights
    entropy = weights.reduce(0) { $0 - $1 * log($1) } - 0x1p-40
    mean = DoubleMatrix(rows: 1, columns: logits.columns)
    meanWeights = DoubleMatrix(rows: 1, columns: layer.inputs)
    for (k, weight) in weights.enumerated() {
      VectorLoops.combine(
        mean[0], times: 1, plus: logits.coefficients[k], times: weight, count: logits.columns)
      VectorLoops.combine(
        meanWeights[0], times: 1, plus: layer.weights[k], times: weight, count: meanWeights.paddedColumns)
    }
    activations = (
      DoubleMatrix(rows: 1, columns: layer.inputs), DoubleMatrix(rows: 1, columns: layer.inputs)
    )
    for (index, byte) in input.bytes.enumerated() {
      activations.center[0][index] = 0.5 * layer.inputStep * Double(byte.low + byte.high)
      activations.radius[0][index] = 0.5 * layer.inputStep * Double(byte.high - byte.low)
    }
  }

  /// An upper bound of `z_k − Σ_l w_l·z_l`: from the forms, and from the byte intervals.
  ///
  /// Slack: every term of the weighted sums is a product of at most three factors, so ``Slack/form(_:)`` covers it with
  /// the number of classes added to the terms. Sums of weights that are not quite 1 shift the result by their excess
  /// times the logits' reach, far below the `2⁻⁴⁰` of it that is added.
  func largestAdvantage(of k: Int, _ logits: ProgramZonotope, _ layer: ProgramLayer) -> Double {
    let classes = logits.neurons
    let terms = logits.columns + layer.inputs + classes
    let columns = logits.columns
    var middle = logits.center[0][k]
    var magnitude = abs(middle)
    var error = logits.error[k]
    var bias = layer.bias[k]
    var biasMagnitude = abs(bias)
    for (l, weight) in weights.enumerated() {
      middle -= weight * logits.center[0][l]
      magnitude += weight * abs(logits.center[0][l])
      error += weight * logits.error[l]
      bias -= weight * layer.bias[l]
      biasMagnitude += weight * abs(layer.bias[l])
    }
    let spread = VectorLoops.absoluteDifferenceSum(logits.coefficients[k], mean[0], count: columns)
    let reach =
      VectorLoops.absoluteSum(logits.coefficients[k], count: columns)
      + VectorLoops.absoluteSum(mean[0], count: columns)
    let form = middle + spread + error + (Slack.form(terms) + 0x1p-40) * (magnitude + reach)

    let count = meanWeights.paddedColumns
    let interval = VectorLoops.differenceDots(
      layer.weights[k], meanWeights[0], radius: activations.radius[0], center: activations.center[0],
      count: count)
    let largest = layer.reach.max() ?? 0
    let activationReach = (0..<layer.inputs).reduce(0) {
      max($0, activations.center[0][$1] + activations.radius[0][$1])
    }
    let box =
      interval.center + interval.radius + bias
      + (Slack.form(terms) + 0x1p-40) * (2 * largest * activationReach + biasMagnitude)
    return min(form, box)
  }
}
