import ScrupleNetwork

/// Puts an ordinary ReLU network on the int8 grid: post-training quantization.
///
/// The result is a float network again, the *twin*: its weights are multiples of one scale per channel, its
/// biases multiples of the accumulator's step, its hidden activations clipped at the calibrated limits. From
/// the twin to the integer program nothing but the rounding of activations (and of multipliers) is lost.
struct TwinBuilder {
  let clip: ClipCalibration
  let correctsBias: Bool

  /// The twin of `chain`, layer by layer: each sees the calibration data as the quantized layers before it
  /// leave them.
  ///
  /// - Parameter data: normalized inputs, row-major `count × inputs`.
  func layers(of chain: DenseChain, data: [Float], count: Int) throws(QuantizationError) -> [Dense] {
    var twin: [Dense] = []
    var reference = data
    var quantized = rounded(data, limit: 1)
    var limit: Float = 1
    for (index, layer) in chain.layers.enumerated() {
      var dense = layer.onGrid(inputLimit: limit)
      if correctsBias {
        dense.correctBias(
          reference: layer, referenceMeans: means(of: reference, width: layer.inputs),
          means: means(of: quantized, width: layer.inputs))
      }
      try dense.snapBias(inputLimit: limit, layer: index)
      if index < chain.layers.count - 1 {
        reference = layer.outputs(of: reference, count: count)
        dense.activation = .relu
        let activations = dense.outputs(of: quantized, count: count)
        limit = clip.clip(for: activations) ?? 1
        if case .clippedReLU(let given) = layer.activation { limit = min(limit, given) }
        dense.activation = .clippedReLU(limit: limit)
        quantized = rounded(activations, limit: limit)
      }
      twin.append(dense)
    }
    return twin
  }

  /// Values clipped to `0…limit` and rounded to 255 steps.
  private func rounded(_ values: [Float], limit: Float) -> [Float] {
    let step = limit / 255
    return values.map { (min(max($0, 0), limit) / step).rounded(.toNearestOrAwayFromZero) * step }
  }

  private func means(of values: [Float], width: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    for start in stride(from: 0, to: values.count, by: width) {
      for column in 0..<width { sums[column] += Double(values[start + column]) }
    }
    return sums.map { $0 / Double(values.count / width) }
  }
}

extension Dense {
  /// A scale is at least this share of the layer's largest: so every multiplier of the layer has 17 bits or
  /// more.
  static let smallestScaleRatio: Float = 0x1p-13

  /// This layer with its weights on the finest grid that holds them.
  ///
  /// Two floors keep (nearly) dead channels in range: the bias has to fit into 30 bits of accumulator steps,
  /// and scales must not be further apart than `smallestScaleRatio`.
  func onGrid(inputLimit: Float) -> Dense {
    let largest = (0..<outputs).map { channel in
      weight[channel * inputs..<(channel + 1) * inputs].reduce(0) { max($0, abs($1)) }
    }
    let ratioFloor = (largest.max() ?? 0) / WeightGrid.largestInteger * Self.smallestScaleRatio
    let scales = (0..<outputs).map { channel in
      let biasFloor = abs(bias[channel]) * 255 / (inputLimit * 0x1p29)
      return WeightGrid.scale(largest: largest[channel], floor: max(ratioFloor, biasFloor))
    }
    var dense = self
    dense.grid = WeightGrid(scales: scales)
    dense.weight = dense.grid?.snap(weight) ?? weight
    return dense
  }

  /// Shifts each bias by the mean that quantization so far has taken from or added to the pre-activation
  /// (Nagel et al., *Data-Free Quantization Through Weight Equalization and Bias Correction*, 2019, section
  /// 4.2, with means measured on data).
  mutating func correctBias(reference: Dense, referenceMeans: [Double], means: [Double]) {
    for channel in 0..<outputs {
      var error = 0.0
      for input in 0..<inputs {
        error += Double(weight[channel * inputs + input]) * means[input]
        error -= Double(reference.weight[channel * inputs + input]) * referenceMeans[input]
      }
      bias[channel] = Float(Double(bias[channel]) - error)
    }
  }

  /// Moves each bias to the nearest multiple of the accumulator's step, as nearly as Float32 can say it.
  mutating func snapBias(inputLimit: Float, layer: Int) throws(QuantizationError) {
    guard let grid else { throw .noGrid(layer: layer) }
    for channel in 0..<outputs {
      let step = AccumulatorStep(inputLimit: inputLimit, scale: grid.scales[channel])
      guard let steps = step.steps(of: bias[channel]) else {
        throw .biasOutOfRange(layer: layer, channel: channel, bias: Double(bias[channel]), step: step.value)
      }
      bias[channel] = Float(Double(steps) * step.value)
    }
  }

  /// Activations of `count` inputs, row-major.
  func outputs(of x: [Float], count: Int) -> [Float] {
    var y = [Float](repeating: 0, count: count * outputs)
    guard count > 0 else { return y }
    x.withUnsafeBufferPointer { x in
      weight.withUnsafeBufferPointer { weight in
        y.withUnsafeMutableBufferPointer { y in
          guard let x = x.baseAddress, let weight = weight.baseAddress, let y = y.baseAddress else { return }
          matmul(x, weight, into: y, rows: count, columns: outputs, inner: inputs, transposeRight: true)
        }
      }
    }
    for start in stride(from: 0, to: y.count, by: outputs) {
      for channel in 0..<outputs { y[start + channel] = activation(y[start + channel] + bias[channel]) }
    }
    return y
  }
}
