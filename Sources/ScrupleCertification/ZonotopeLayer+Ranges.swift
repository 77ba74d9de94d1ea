import ScrupleQuantization

extension ZonotopeLayer {
  /// Bounds of every pre-activation of a hidden layer, from four sides: the affine forms; interval propagation through
  /// the reference; exact interval propagation through the integer program; and each of program, reference and
  /// difference from the other two.
  ///
  /// - Parameters:
  ///   - input: the layer before.
  ///   - accumulators: the exact ranges of this layer's accumulators, as far as the bytes before vary independently.
  ///   - isFirst: the input is the box itself; forms and intervals say the same there.
  func bound(
    _ layer: DifferentialLayer, from input: ZonotopeLayer, accumulators: [(low: Int64, high: Int64)],
    step: Double, isFirst: Bool
  ) {
    for row in 0..<neurons {
      var range = formRange(row: row)
      if !isFirst {
        let interval = referenceInterval(row: row, layer, from: input)
        range.reference = (max(range.reference.low, interval.low), min(range.reference.high, interval.high))
      }
      let accumulator = accumulators[row]
      let integer = layer.program.integers.realRange(accumulator, channel: row, step: step)
      range.program = (
        max(range.program.low, integer.low), min(range.program.high, integer.high)
      )
      range.byte = (
        min(max(layer.program.integers.requantized(accumulator.low, channel: row), 0), 255),
        min(max(layer.program.integers.requantized(accumulator.high, channel: row), 0), 255)
      )
      range.tighten()
      range.tightenByte(step: step)
      ranges[row] = range
    }
  }

  /// The ranges that the affine forms give; their reaches are kept.
  func formRange(row: Int) -> NeuronRange {
    let (values, differences) = (valueColumns, differenceColumns)
    let sums = VectorLoops.absoluteSums(reference[row], differenceOnValues[row], count: values)
    let rest = VectorLoops.absoluteSum(differenceOnDifferences[row], count: differences)
    let up = 1 + Slack.form(values + differences)
    let (z, d) = (referenceCenter[0][row], differenceCenter[0][row])
    let (zError, dError) = (referenceError[row], differenceError[row])
    referenceReach[row] = sums.0 * up
    differenceReach[row] = (sums.1 + rest) * up
    let zRadius = (referenceReach[row] + zError).nextUp
    let dRadius = (differenceReach[row] + dError).nextUp
    let pRadius = (sums.2 + rest) * up + zError + dError + 0x1p-50 * (abs(z) + abs(d))
    return NeuronRange(
      reference: (addDown(z, -zRadius), addUp(z, zRadius)),
      program: (addDown(z + d, -pRadius), addUp(z + d, pRadius)),
      difference: (addDown(d, -dRadius), addUp(d, dRadius)), byte: (0, 255))
  }

  /// The range of a reference pre-activation by interval arithmetic.
  private func referenceInterval(
    row: Int, _ layer: DifferentialLayer, from input: ZonotopeLayer
  ) -> (low: Double, high: Double) {
    let count = input.referenceCenter.paddedColumns
    let weights = layer.reference[row]
    let bias = layer.referenceBias[row]
    let center = VectorLoops.dot(weights, input.activationCenter[0], count: count) + bias
    let radius = VectorLoops.absoluteDot(weights, input.activationRadius[0], count: count)
    let slack =
      Slack.form(layer.inputs) * (layer.referenceReach[row] * input.largestReference + abs(bias))
      + Slack.floor
    return (addDown(center - radius, -slack), addUp(center + radius, slack))
  }
}

extension NeuronRange {
  /// Uses that program = reference + difference, each way.
  mutating func tighten() {
    difference = (
      max(difference.low, addDown(program.low, -reference.high)),
      min(difference.high, addUp(program.high, -reference.low))
    )
    reference = (
      max(reference.low, addDown(program.low, -difference.high)),
      min(reference.high, addUp(program.high, -difference.low))
    )
    program = (
      max(program.low, addDown(reference.low, difference.low)),
      min(program.high, addUp(reference.high, difference.high))
    )
  }

  /// Uses that the byte is the rounded, clamped pre-activation.
  mutating func tightenByte(step: Double) {
    func nearest(_ x: Double, _ slack: Double) -> Int {
      let level = (x / step + 0.5 + slack * (1 + abs(x / step))).rounded(.down)
      return Int(min(max(level, 0), 255))
    }
    byte = (
      max(byte.low, nearest(program.low, -0x1p-40)), min(byte.high, nearest(program.high, 0x1p-40))
    )
  }
}
