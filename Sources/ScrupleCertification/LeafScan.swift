import ScrupleNetwork

/// Goes through every input of a small box and picks those at which the first layer's roundings add up to
/// enough.
///
/// The residual of a rounding follows from the lower half of the requantizer's product: with
/// `φ = (acc·2ˢ·m + 2³¹) mod 2³²`, the device's value is too large by `½ − φ/2³²` steps, exactly. `φ` is
/// linear in the input modulo 2³², so an input costs one addition for each neuron. The upper 16 bits of `φ`
/// are enough to weigh it; the error that makes is part of the threshold.
///
/// The box is gone through plane by plane, of its two longest sides; loops run along planes, so that they
/// become vector instructions.
final class LeafScan {
  /// What a scan looks for in one pair of classes.
  struct Threshold {
    /// For each first-layer neuron the weight of its residual in units of half a step.
    let coefficients: UnsafeMutablePointer<Double>
    /// Inputs whose weighted residuals add up to more than this, in absolute value, are picked.
    let value: Double
  }

  private let width: Int
  /// `steps[feature·width + neuron]`: what a step of the feature adds to the neuron's `φ`.
  private let steps: [UInt32]
  private let biases: [UInt32]
  /// Inputs of one plane at most.
  private let planeCapacity: Int
  /// `ramps[neuron·planeCapacity + position]`: what a position in the plane adds to `φ`.
  private let ramps: UnsafeMutablePointer<UInt32>
  /// Residuals of one neuron over a plane, and for each pair their weighted sums.
  private let residuals: UnsafeMutablePointer<Int16>
  private let sums: UnsafeMutablePointer<Int16>
  private let largestPairs: Int

  init(_ pair: ModelPair, largestBox: Int) {
    let layer = pair.layers[0].program
    width = layer.outputs
    func phase(_ accumulator: Int32, _ channel: Int) -> UInt32 {
      (UInt32(bitPattern: accumulator) &<< UInt32(layer.preShift))
        &* UInt32(bitPattern: layer.multipliers[channel])
    }
    steps = (0..<layer.inputs).flatMap { input in
      (0..<layer.outputs).map { phase(Int32(layer.weights[$0 * layer.inputs + input]), $0) }
    }
    biases = (0..<layer.outputs).map { phase(layer.bias[$0], $0) &+ (1 << 31) }
    planeCapacity = largestBox
    largestPairs = pair.program.classCount * (pair.program.classCount - 1) / 2
    ramps = .allocate(capacity: width * planeCapacity)
    residuals = .allocate(capacity: planeCapacity)
    sums = .allocate(capacity: planeCapacity * max(1, largestPairs))
  }

  deinit {
    ramps.deallocate()
    residuals.deallocate()
    sums.deallocate()
  }

  /// Calls `body` with every input of the box that one of the thresholds picks.
  func scan(low: [UInt8], high: [UInt8], thresholds: [Threshold], body: ([UInt8]) -> Void) {
    if thresholds.isEmpty { return }
    let order = low.indices.sorted { high[$0] - low[$0] > high[$1] - low[$1] }
    let inner = order[0]
    let outer = order.count > 1 ? order[1] : nil
    let length = Int(high[inner] - low[inner]) + 1
    let plane = length * (outer.map { Int(high[$0] - low[$0]) + 1 } ?? 1)
    precondition(plane <= planeCapacity)
    let integers = thresholds.map { IntegerThreshold($0, width: width) }
    // Neurons that no pair weighs need no phase.
    let neurons = (0..<width).filter { neuron in integers.contains { $0.coefficients[neuron] != 0 } }
    for neuron in neurons { fillRamp(neuron, inner: inner, outer: outer, length: length, plane: plane) }
    var input = low
    while true {
      weigh(input, neurons: neurons, integers: integers, plane: plane)
      for position in 0..<plane where picks(position, integers, plane: plane) {
        var picked = input
        picked[inner] = low[inner] + UInt8(position % length)
        if let outer { picked[outer] = low[outer] + UInt8(position / length) }
        body(picked)
      }
      guard let index = order.dropFirst(2).first(where: { input[$0] < high[$0] }) else { return }
      input[index] += 1
      for earlier in order.dropFirst(2) {
        if earlier == index { break }
        input[earlier] = low[earlier]
      }
    }
  }

  private func fillRamp(_ neuron: Int, inner: Int, outer: Int?, length: Int, plane: Int) {
    let ramp = ramps + neuron * planeCapacity
    let step = steps[inner * width + neuron]
    let jump = outer.map { steps[$0 * width + neuron] } ?? 0
    var start: UInt32 = 0
    for row in 0..<plane / length {
      var phase = start
      for position in row * length..<(row + 1) * length {
        ramp[position] = phase
        phase &+= step
      }
      start &+= jump
    }
  }

  /// The weighted sums of the residuals over the plane that starts at `input`.
  private func weigh(_ input: [UInt8], neurons: [Int], integers: [IntegerThreshold], plane: Int) {
    for index in 0..<integers.count * plane { sums[index] = 0 }
    for neuron in neurons {
      var base = biases[neuron]
      for feature in input.indices { base &+= steps[feature * width + neuron] &* UInt32(input[feature]) }
      let ramp = ramps + neuron * planeCapacity
      for position in 0..<plane {
        // φ/2¹⁶ − 2¹⁵: minus the residual, in units of 2⁻¹⁶ steps, rounded down.
        let upper = Int16(truncatingIfNeeded: Int32(bitPattern: base &+ ramp[position]) >> 16)
        residuals[position] = upper ^ Int16.min
      }
      for (index, integer) in integers.enumerated() where integer.coefficients[neuron] != 0 {
        let coefficient = Int32(integer.coefficients[neuron])
        let sums = sums + index * plane
        for position in 0..<plane {
          sums[position] &+= Int16(truncatingIfNeeded: (coefficient &* Int32(residuals[position])) >> 16)
        }
      }
    }
  }

  @inline(__always)
  private func picks(_ position: Int, _ integers: [IntegerThreshold], plane: Int) -> Bool {
    for index in integers.indices where abs(Int32(sums[index * plane + position])) > integers[index].value {
      return true
    }
    return false
  }
}

/// A threshold in units in which sums of all neurons fit into Int16.
private struct IntegerThreshold {
  let coefficients: [Int16]
  let value: Int32

  init(_ threshold: LeafScan.Threshold, width: Int) {
    var (total, largest) = (0.0, 0.0)
    for neuron in 0..<width {
      total += abs(threshold.coefficients[neuron])
      largest = max(largest, abs(threshold.coefficients[neuron]))
    }
    // A residual is at most ½ in units of 2⁻¹⁶, so a sum at most 30,000 and its errors.
    let unit = total > 0 ? min(60_000 / total, 32_000 / largest) : 0
    coefficients = (0..<width).map { Int16((threshold.coefficients[$0] * unit).rounded()) }
    // In these units, per neuron: the coefficient's rounding (½·½), the residual's lower bits (½) and the
    // product's (1).
    let error = 2 * Double(width) + 1
    value = Int32(max(-1, (threshold.value * unit / 2 - error).rounded(.down)))
  }
}
