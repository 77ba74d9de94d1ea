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

        let integer = layer.integers.pairRange(i, k, bytes: bytes)
        // The integers are exact; their conversion and the unit's rounding are two units in the last place each.
        let (low, high) = (Double(integer.low) * unit, Double(integer.high) * unit)
        let reach = 0x1p-50 * max(abs(low), abs(high)) + Slack.floor
        bounds.program.intersect(i, k, low: low - reach, high: high + reach)
      }
    }
    bounds.tighten()
    return bounds
  }
}

extension IntegerDense {
  /// The exact range of `acc_i·m_i − acc_k·m_k`, the difference of two logits, over a box of bytes.
  ///
  /// It is linear in the bytes with integer coefficients, and both products with all their partial sums stay below
  /// `2³¹·2³¹` in absolute value: Int64 holds it.
  func pairRange(_ i: Int, _ k: Int, bytes: [(low: Int, high: Int)]) -> (low: Int64, high: Int64) {
    let (mi, mk) = (Int64(multipliers[i]), Int64(multipliers[k]))
    var low = Int64(bias[i]) * mi - Int64(bias[k]) * mk
    var high = low
    weights.withUnsafeBufferPointer { weights in
      for j in 0..<inputs {
        let weight = Int64(weights[i * inputs + j]) * mi - Int64(weights[k * inputs + j]) * mk
        let (a, b) = (weight * Int64(bytes[j].low), weight * Int64(bytes[j].high))
        low += min(a, b)
        high += max(a, b)
      }
    }
    return (low, high)
  }
}
