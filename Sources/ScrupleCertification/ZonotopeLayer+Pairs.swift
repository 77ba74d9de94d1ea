import ScrupleQuantization

/// What is known about the logits over a box.
struct LogitBounds {
  /// Reference, program, and program minus reference.
  var reference, program, difference: PairBounds

  init(classes: Int) {
    reference = PairBounds(classes: classes)
    program = reference
    difference = reference
  }

  /// Uses that program = reference + difference in every pair.
  mutating func tighten() {
    for i in 0..<reference.classes {
      for k in 0..<i {
        let (z, p, d) = (reference[i, k], program[i, k], difference[i, k])
        difference.intersect(i, k, low: addDown(p.low, -z.high), high: addUp(p.high, -z.low))
        reference.intersect(i, k, low: addDown(p.low, -d.high), high: addUp(p.high, -d.low))
        program.intersect(i, k, low: addDown(z.low, d.low), high: addUp(z.high, d.high))
      }
    }
  }
}

extension ZonotopeLayer {
  /// Bounds of all logit differences of the last layer.
  ///
  /// The forms of two logits are subtracted before their widths are taken: what they share cancels. Interval bounds of
  /// the reference's pairs, from the activations, and exact integer bounds of the program's pairs are intersected.
  ///
  /// - Parameters:
  ///   - bytes: the ranges of the bytes that the layer reads.
  ///   - unit: the real value of one unit of the program's logits `acc·m`, in nats.
  func logitBounds(
    _ layer: DifferentialLayer, from input: ZonotopeLayer, bytes: [(low: Int, high: Int)], unit: Double
  ) -> LogitBounds {
    var bounds = LogitBounds(classes: neurons)
    let up = 1 + Slack.form(valueColumns + differenceColumns)
    let count = input.referenceCenter.paddedColumns
    for i in 0..<neurons {
      for k in 0..<i {
        let values = VectorLoops.absoluteDifferenceSums(
          reference[i], reference[k], differenceOnValues[i], differenceOnValues[k], count: valueColumns)
        let rest = VectorLoops.absoluteDifferenceSum(
          differenceOnDifferences[i], differenceOnDifferences[k], count: differenceColumns)
        let (zi, zk) = (referenceCenter[0][i], referenceCenter[0][k])
        let (di, dk) = (differenceCenter[0][i], differenceCenter[0][k])
        let rounding = 0x1p-50 * (abs(zi) + abs(zk) + abs(di) + abs(dk))
        let zRadius = values.0 * up + referenceError[i] + referenceError[k] + rounding
        let dRadius = (values.1 + rest) * up + differenceError[i] + differenceError[k] + rounding
        bounds.reference.intersect(i, k, low: addDown(zi - zk, -zRadius), high: addUp(zi - zk, zRadius))
        bounds.difference.intersect(i, k, low: addDown(di - dk, -dRadius), high: addUp(di - dk, dRadius))

        let interval = VectorLoops.differenceDots(
          layer.reference[i], layer.reference[k], radius: input.activationRadius[0],
          center: input.activationCenter[0], count: count)
        let biases = layer.referenceBias[i] - layer.referenceBias[k]
        let slack =
          Slack.form(layer.inputs)
          * ((layer.referenceReach[i] + layer.referenceReach[k]) * input.largestReference
            + abs(layer.referenceBias[i]) + abs(layer.referenceBias[k])) + Slack.floor
        bounds.reference.intersect(
          i, k, low: addDown(interval.center + biases - interval.radius, -slack),
          high: addUp(interval.center + biases + interval.radius, slack))

        let integer = layer.program.integers.realPairRange(i, k, bytes: bytes, unit: unit)
        bounds.program.intersect(i, k, low: integer.low, high: integer.high)
      }
    }
    bounds.tighten()
    return bounds
  }
}
