extension ZonotopeLayer {
  /// Turns the forms of pre-activations, in place, into those of activations: `LinearBand` for the reference,
  /// `DifferenceBand` for the difference. Every band's half width becomes a fresh symbol of its neuron.
  ///
  /// Slack: each new coefficient or center is made with at most four roundings of terms no larger than the form's
  /// reach `|center| + Σ|coefficient|`; eight units in the last place of all reaches together cover them.
  func activate(step: Double, limit: Double, referenceLimit: Double) {
    activeReference.removeAll(keepingCapacity: true)
    activeDifference.removeAll(keepingCapacity: true)
    (largestReference, largestDifference, largestReferenceError, largestDifferenceError) = (0, 0, 0, 0)
    for row in 0..<neurons {
      let range = ranges[row]
      let band = LinearBand(clampingTo: referenceLimit, over: range.reference.low, range.reference.high)
      let activation = (
        low: min(max(range.reference.low, 0), referenceLimit),
        high: min(max(range.reference.high, 0), referenceLimit)
      )
      let referenceSpread = 0.5 * (range.reference.high - range.reference.low)
      let difference = DifferenceBand(
        range, step: step, limit: limit, referenceLimit: referenceLimit, activation: activation,
        activationSpread: band.slope * referenceSpread + band.radius)

      let (z, d) = (referenceCenter[0][row], differenceCenter[0][row])
      let onReference = difference.onReference + difference.onActivation * band.slope
      let onDifference = difference.onDifference
      referenceCenter[0][row] = band.slope * z + band.center
      referenceFresh[0][row] = band.radius
      differenceCenter[0][row] =
        onDifference * d + onReference * z + (difference.onActivation * band.center + difference.center)
      differenceFreshOnValue[0][row] = difference.onActivation * band.radius
      differenceFresh[0][row] = difference.radius

      let (zReach, dReach) = (referenceReach[row], differenceReach[row])
      let unit = 8 * 0x1p-53
      let freshReach = abs(band.center) + band.radius
      let newReferenceReach = abs(band.slope) * (abs(z) + zReach) + freshReach
      let newDifferenceReach =
        abs(onDifference) * (abs(d) + dReach) + abs(onReference) * (abs(z) + zReach)
        + abs(difference.onActivation) * freshReach + abs(difference.center) + difference.radius
      let zError = referenceError[row]
      referenceError[row] = abs(band.slope) * zError + unit * newReferenceReach
      differenceError[row] =
        abs(onDifference) * differenceError[row] + abs(onReference) * zError + unit * newDifferenceReach

      if onDifference != 0 || onReference != 0 {
        activeDifference.append(row)
        VectorLoops.combine(
          differenceOnValues[row], times: onDifference, plus: reference[row], times: onReference,
          count: valueColumns)
        VectorLoops.scale(differenceOnDifferences[row], by: onDifference, count: differenceColumns)
      }
      if band.slope != 0 {
        activeReference.append(row)
        VectorLoops.scale(reference[row], by: band.slope, count: valueColumns)
      }
      activationCenter[0][row] = 0.5 * (activation.low + activation.high)
      activationRadius[0][row] = (0.5 * (activation.high - activation.low)).nextUp
      largestReference = max(largestReference, (newReferenceReach + referenceError[row]) * (1 + 0x1p-40))
      largestDifference = max(largestDifference, (newDifferenceReach + differenceError[row]) * (1 + 0x1p-40))
      largestReferenceError = max(largestReferenceError, referenceError[row])
      largestDifferenceError = max(largestDifferenceError, differenceError[row])
    }
  }
}
