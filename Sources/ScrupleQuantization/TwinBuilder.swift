import ScrupleNetwork

/// Puts an ordinary network on the int8 grid: post-training quantization.
///
/// The result is a float network again, the *twin*: its weights are multiples of one scale per channel, its
/// biases multiples of the accumulator's step, its hidden values clipped at the calibrated limits. From
/// the twin to the integer program nothing but the rounding of activations (and of multipliers) is lost.
struct TwinBuilder {
  let clip: ClipCalibration
  let correctsBias: Bool

  /// The twin of a network, layer by layer: each sees the calibration data as the quantized layers before it
  /// leave them.
  ///
  /// - Parameter data: normalized inputs, row-major `count × inputs`.
  func twin(of network: Network, data: [Float], count: Int) throws(QuantizationError) -> Network {
    var state = State(network: network, data: data, count: count)
    for (index, layer) in network.layers.enumerated() {
      let isLast = index == network.layers.count - 1
      switch layer {
      case .flatten, .pooling: state.append(layer, reference: layer, activation: nil)
      case .addition(let addition):
        var sum = addition
        sum.activation = addition.activation.unclipped
        try appendClipped(.addition(sum), reference: layer, to: &state)
      case .dense, .convolution, .depthwise:
        let kernel = try onGrid(layer, in: state)
        if isLast {
          state.layers.append(layer.replacing(kernel: kernel))
        } else {
          try appendClipped(layer.replacing(kernel: kernel), reference: layer, to: &state)
        }
      }
    }
    do {
      return try network.replacing(layers: state.layers)
    } catch {
      throw .network(reason: error.description)
    }
  }

  /// The next layer's kernel on the grid, its bias corrected and snapped; its activation without a clip.
  private func onGrid(_ layer: Layer, in state: State) throws(QuantizationError) -> Dense {
    guard let original = layer.kernel else { throw .network(reason: "\(layer.kind) has no kernel") }
    let scale = state.scale(at: state.sources[0])
    var kernel = original.onGrid(input: scale)
    if correctsBias {
      kernel.correctBias(
        reference: original,
        referenceMeans: layer.kernelMeans(of: state.referenceInputs[0], count: state.count),
        means: layer.kernelMeans(of: state.quantizedInputs[0], count: state.count))
    }
    try kernel.snapBias(input: scale, layer: state.operation)
    kernel.activation = original.activation.unclipped
    return kernel
  }

  /// Chooses the clip of a layer's values and adds the layer with it.
  ///
  /// - Parameters:
  ///   - layer: quantized, but for its clip.
  ///   - reference: the layer before quantization.
  private func appendClipped(
    _ layer: Layer, reference: Layer, to state: inout State
  ) throws(QuantizationError) {
    guard let unclipped = layer.activation, let given = reference.activation else { return }
    let values = layer.outputs(of: state.quantizedInputs, count: state.count)
    let isSigned = unclipped == .identity
    var limit =
      clip.clip(for: isSigned ? values.map(abs) : values, levels: isSigned ? 127 : 255) ?? 1
    if let own = given.limit { limit = min(limit, own) }
    let activation = isSigned ? Activation.clippedIdentity(limit: limit) : .clippedReLU(limit: limit)
    state.append(layer, reference: reference, activation: activation, values: values)
  }
}

extension TwinBuilder {
  /// What is known after some layers.
  private struct State {
    let network: Network
    let count: Int
    /// The twin's layers so far.
    var layers: [Layer] = []
    /// What their bytes stand for.
    private var scales: [ActivationScale] = []
    /// The network's own values and the twin's rounded ones; emptied when no later layer reads them.
    private var reference: [[Float]] = []
    private var quantized: [[Float]] = []
    private let data: [Float]
    private let roundedData: [Float]

    init(network: Network, data: [Float], count: Int) {
      self.network = network
      self.data = data
      self.count = count
      roundedData = ActivationScale.input.rounded(data)
    }

    /// The sources of the next layer.
    var sources: [Int] { network.sources[layers.count] }
    /// The next layer's number among the device's operations.
    var operation: Int { network.operationIndices[layers.count] }
    /// What the next layer reads.
    var referenceInputs: [[Float]] { sources.map { $0 < 0 ? data : reference[$0] } }
    var quantizedInputs: [[Float]] { sources.map { $0 < 0 ? roundedData : quantized[$0] } }

    func scale(at source: Int) -> ActivationScale { source < 0 ? .input : scales[source] }

    /// Adds a hidden layer.
    ///
    /// - Parameters:
    ///   - layer: the twin's, with no clip yet.
    ///   - activation: its clip; nil for layers that keep their input's scale.
    ///   - values: its outputs before the clip, when they are known.
    mutating func append(
      _ layer: Layer, reference original: Layer, activation: Activation?, values: [Float]? = nil
    ) {
      let scale = activation.flatMap { ActivationScale($0) } ?? scale(at: sources[0])
      reference.append(original.outputs(of: referenceInputs, count: count))
      quantized.append(scale.rounded(values ?? layer.outputs(of: quantizedInputs, count: count)))
      scales.append(scale)
      layers.append(activation.map { layer.replacing(activation: $0) } ?? layer)
      for index in reference.indices
      where !network.sources[layers.count...].contains(where: { $0.contains(index) }) {
        (reference[index], quantized[index]) = ([], [])
      }
    }
  }
}

extension Layer {
  /// The layer with another activation; the same layer if it has none.
  func replacing(activation: Activation) -> Layer {
    if case .addition(var addition) = self {
      addition.activation = activation
      return .addition(addition)
    }
    guard var kernel else { return self }
    kernel.activation = activation
    return replacing(kernel: kernel)
  }
}

extension Activation {
  /// The activation before calibration chooses its clip.
  var unclipped: Activation {
    switch self {
    case .clippedReLU, .relu: .relu
    case .clippedIdentity, .identity: .identity
    case .tanh: .tanh
    }
  }
}

extension ActivationScale {
  /// The nearest values that bytes stand for.
  func rounded(_ values: [Float]) -> [Float] {
    let step = limit / Float(levels)
    let low = zeroPoint == 0 ? 0 : -limit
    return values.map { (min(max($0, low), limit) / step).rounded(.toNearestOrAwayFromZero) * step }
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
  func onGrid(input: ActivationScale) -> Dense {
    let largest = (0..<outputs).map { channel in
      weight[channel * inputs..<(channel + 1) * inputs].reduce(0) { max($0, abs($1)) }
    }
    let ratioFloor = (largest.max() ?? 0) / WeightGrid.largestInteger * Self.smallestScaleRatio
    let scales = (0..<outputs).map { channel in
      let biasFloor = abs(bias[channel]) * Float(input.levels) / (input.limit * 0x1p29)
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
  ///
  /// - Parameters:
  ///   - means: of the inputs, the same for every channel, or (depthwise) for each channel, channels innermost.
  mutating func correctBias(reference: Dense, referenceMeans: [Double], means: [Double]) {
    let isShared = means.count == inputs
    for channel in 0..<outputs {
      var error = 0.0
      for input in 0..<inputs {
        let place = isShared ? input : input * outputs + channel
        error += Double(weight[channel * inputs + input]) * means[place]
        error -= Double(reference.weight[channel * inputs + input]) * referenceMeans[place]
      }
      bias[channel] = Float(Double(bias[channel]) - error)
    }
  }

  /// Moves each bias to the nearest multiple of the accumulator's step, as nearly as Float32 can say it.
  mutating func snapBias(input: ActivationScale, layer: Int) throws(QuantizationError) {
    guard let grid else { throw .noGrid(layer: layer) }
    for channel in 0..<outputs {
      let step = AccumulatorStep(input: input, scale: grid.scales[channel])
      guard let steps = step.steps(of: bias[channel]) else {
        throw .biasOutOfRange(layer: layer, channel: channel, bias: Double(bias[channel]), step: step.value)
      }
      bias[channel] = Float(Double(steps) * step.value)
    }
  }
}
