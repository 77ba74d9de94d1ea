import ScrupleQuantization

extension ZonotopeLayer {
  /// The forms of this layer's pre-activations from the activations of the layer before:
  /// `z = W·a + w` and `d = V·(a + e) + v − z = (V − W)·a + V·e + (v − w)`, exact on affine forms up to the slack.
  ///
  /// Slack: with `M ≥ |center| + Σ|coefficient| + error` for every input, the products and sums of one row are within
  /// `γ·(Σ|W|·M + |w|)` of the true ones, and the inputs' own errors grow by `Σ|W|` (``Slack``).
  func map(_ layer: DifferentialLayer, from input: ZonotopeLayer) {
    let count = input.referenceCenter.paddedColumns
    let (values, differences) = (input.valueColumns, input.differenceColumns)
    let gamma = Slack.form(2 * layer.inputs)
    for row in 0..<neurons {
      let (w, v, delta) = (layer.reference[row], layer.program.weights[row], layer.difference[row])
      referenceCenter[0][row] =
        VectorLoops.dot(w, input.referenceCenter[0], count: count) + layer.referenceBias[row]
      differenceCenter[0][row] =
        VectorLoops.dot(delta, input.referenceCenter[0], count: count)
        + VectorLoops.dot(v, input.differenceCenter[0], count: count) + layer.biasDifference[row]

      VectorLoops.multiply(reference[row] + values, w, input.referenceFresh[0], count: count)
      VectorLoops.multiplyAdd(
        differenceOnValues[row] + values, delta, input.referenceFresh[0], v, input.differenceFreshOnValue[0],
        count: count)
      if differenceColumns > differences {
        VectorLoops.multiply(
          differenceOnDifferences[row] + differences, v, input.differenceFresh[0], count: count)
      }

      let (wSum, vSum, dSum) = (
        layer.referenceReach[row], layer.program.reach[row], layer.differenceReach[row]
      )
      referenceError[row] =
        wSum * input.largestReferenceError
        + gamma * (wSum * input.largestReference + abs(layer.referenceBias[row])) + Slack.floor
      differenceError[row] =
        vSum * input.largestDifferenceError + dSum * input.largestReferenceError
        + gamma
        * (vSum * input.largestDifference + (wSum + vSum) * input.largestReference
          + abs(layer.referenceBias[row]) + abs(layer.program.bias[row])) + Slack.floor
    }
    guard values > 0 else { return }
    VectorLoops.product(
      layer.reference, input.reference, active: input.activeReference, count: values, into: reference,
      adding: false)
    VectorLoops.product(
      layer.difference, input.reference, active: input.activeReference, count: values,
      into: differenceOnValues, adding: false)
    VectorLoops.product(
      layer.program.weights, input.differenceOnValues, active: input.activeDifference, count: values,
      into: differenceOnValues, adding: true)
    if differences > 0 {
      VectorLoops.product(
        layer.program.weights, input.differenceOnDifferences, active: input.activeDifference,
        count: differences,
        into: differenceOnDifferences, adding: false)
    }
  }
}
