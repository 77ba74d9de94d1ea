import ScrupleQuantization

/// The affine forms of one layer of the program, without a reference; reused from box to box.
///
/// As in ``ZonotopeLayer``, with one family of symbols: the inputs, and one per neuron for what clipping and rounding
/// do to it.
final class ProgramZonotope {
  /// `outputs × symbols of the layers before`
  let coefficients: DoubleMatrix
  let center: DoubleMatrix
  /// After the activation: each neuron's coefficient on its own fresh symbol.
  let fresh: DoubleMatrix
  /// Floating-point slack, per neuron.
  private(set) var error: [Double]
  /// The bytes that the layer writes (the input: reads).
  private(set) var bytes: [(low: Int, high: Int)]
  private var active: [Int] = []
  private var largest = 0.0
  private var largestError = 0.0

  init(neurons: Int, symbols: Int) {
    coefficients = DoubleMatrix(rows: neurons, columns: symbols)
    center = DoubleMatrix(rows: 1, columns: neurons)
    fresh = DoubleMatrix(rows: 1, columns: neurons)
    error = Array(repeating: 0, count: neurons)
    bytes = Array(repeating: (0, 255), count: neurons)
  }

  var neurons: Int { error.count }
  var columns: Int { coefficients.paddedColumns }

  /// Makes this layer the input: byte `u` is `u/255`, one symbol each.
  func set(_ box: InputBox) {
    largest = 1
    // A middle and a half width of at most 1, each divided by 510 with one rounding.
    largestError = 0x1p-52
    for (index, range) in box.ranges.enumerated() {
      let (low, high) = (Int(range.lowerBound), Int(range.upperBound))
      bytes[index] = (low, high)
      center[0][index] = Double(low + high) / 510
      fresh[0][index] = Double(high - low) / 510
    }
  }

  /// The pre-activations' forms from the activations of the layer before.
  func map(_ layer: ProgramLayer, from input: ProgramZonotope) {
    let count = input.center.paddedColumns
    let gamma = Slack.form(layer.inputs)
    for row in 0..<neurons {
      let weights = layer.weights[row]
      center[0][row] = VectorLoops.dot(weights, input.center[0], count: count) + layer.bias[row]
      VectorLoops.multiply(coefficients[row] + input.columns, weights, input.fresh[0], count: count)
      let reach = layer.reach[row]
      error[row] =
        reach * input.largestError + gamma * (reach * input.largest + abs(layer.bias[row])) + Slack.floor
    }
    if input.columns > 0 {
      VectorLoops.product(
        layer.weights, input.coefficients, active: input.active, count: input.columns, into: coefficients,
        adding: false)
    }
  }

  /// Turns pre-activations, in place, into the bytes' real values: the exact integer interval of each byte, met with
  /// that of its form, then the narrower of two bands.
  ///
  /// - The clipped pre-activation's ``LinearBand``, half a step wider on both sides for the rounding.
  /// - The byte's range, without slope.
  func activate(
    _ integers: IntegerDense, accumulators: [(low: Int64, high: Int64)], step: Double, limit: Double
  ) {
    active.removeAll(keepingCapacity: true)
    (largest, largestError) = (0, 0)
    for row in 0..<neurons {
      let middle = center[0][row]
      let spread = VectorLoops.absoluteSum(coefficients[row], count: columns) * (1 + Slack.form(columns))
      let accumulator = accumulators[row]
      var range = NeuronRange(
        reference: (-.infinity, .infinity),
        program: integers.realRange(accumulator, channel: row, step: step),
        difference: (-.infinity, .infinity),
        byte: (
          min(max(integers.requantized(accumulator.low, channel: row), 0), 255),
          min(max(integers.requantized(accumulator.high, channel: row), 0), 255)
        ))
      range.program.low = max(range.program.low, addDown(middle, -(spread + error[row]).nextUp))
      range.program.high = min(range.program.high, addUp(middle, (spread + error[row]).nextUp))
      range.tightenByte(step: step)
      bytes[row] = range.byte

      var band = LinearBand(clampingTo: limit, over: range.program.low, range.program.high)
      band.low -= 0.5 * step
      band.high += 0.5 * step
      let interval = (low: step * Double(range.byte.low), high: step * Double(range.byte.high))
      if interval.high - interval.low <= band.high - band.low {
        band = LinearBand(slope: 0, low: interval.low, high: interval.high)
      }
      center[0][row] = band.slope * middle + band.center
      fresh[0][row] = band.radius
      let reach = abs(band.slope) * (abs(middle) + spread) + abs(band.center) + band.radius
      error[row] = abs(band.slope) * error[row] + 8 * 0x1p-53 * reach
      if band.slope != 0 {
        active.append(row)
        VectorLoops.scale(coefficients[row], by: band.slope, count: columns)
      }
      largest = max(largest, (reach + error[row]) * (1 + 0x1p-40))
      largestError = max(largestError, error[row])
    }
  }
}
