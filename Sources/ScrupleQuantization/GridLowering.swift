import Foundation
import ScrupleNetwork

/// Writes a grid twin down in integers: exactly, except for the multipliers' last bits and the biases' rests,
/// both of which `LoweringConstants` gives back.
struct GridLowering {
  /// Lowers all layers of a grid twin; flattening, which moves nothing, is left out.
  ///
  /// - Returns: the operations, and what each of them reads.
  func program(of twin: Network) throws(QuantizationError) -> (layers: [IntegerLayer], sources: [[Int]]) {
    let scales = twin.activationScales
    // Where each layer's output comes from on the device: an operation, or −1 for the input.
    var places: [Int] = []
    var layers: [IntegerLayer] = []
    var sources: [[Int]] = []
    for (index, layer) in twin.layers.enumerated() {
      let read = twin.sources[index].map { $0 < 0 ? -1 : places[$0] }
      guard layer != .flatten else {
        places.append(read[0])
        continue
      }
      let inputs = twin.sources[index].map { $0 < 0 ? ActivationScale.input : scales[$0] }
      let isLast = index == twin.layers.count - 1
      if let kernel = layer.kernel, kernel.grid == nil { throw .noGrid(layer: layers.count) }
      if !isLast, scales[index] == nil, let activation = layer.activation {
        throw .notClipped(layer: layers.count, activation: activation.description)
      }
      let layerInputs = inputs.compactMap { $0 }
      layers.append(
        try lower(
          layer, inputs: layerInputs, output: isLast ? nil : scales[index], temperature: twin.temperature,
          number: layers.count))
      sources.append(read)
      places.append(layers.count - 1)
    }
    return (layers, sources)
  }

  /// - Parameters:
  ///   - inputs: what the bytes of each source stand for.
  ///   - output: what the output bytes stand for; nil for logits.
  private func lower(
    _ layer: Layer, inputs: [ActivationScale], output: ActivationScale?, temperature: Float, number: Int
  ) throws(QuantizationError) -> IntegerLayer {
    func integers(_ kernel: Dense) throws(QuantizationError) -> IntegerDense {
      try self.integers(of: kernel, input: inputs[0], output: output, temperature: temperature, layer: number)
    }
    switch layer {
    case .flatten: throw .network(reason: "flattening is no operation of the device")
    case .dense(let dense): return .dense(try integers(dense))
    case .convolution(let layer):
      return .convolution(
        IntegerConvolution(
          kernel: try integers(layer.kernel), image: layer.image, window: layer.window,
          inputZeroPoint: inputs[0].zeroPoint))
    case .depthwise(let layer):
      return .depthwise(
        IntegerDepthwise(
          kernel: try integers(layer.kernel), image: layer.image, window: layer.window,
          inputZeroPoint: inputs[0].zeroPoint))
    case .pooling(let layer):
      return .pooling(
        IntegerPooling(
          kind: layer.kind == .average ? .average : .maximum, image: layer.image, window: layer.window,
          zeroPoint: inputs[0].zeroPoint))
    case .addition(let layer):
      guard let output else { throw .network(reason: "layer \(number): an addition writes no logits") }
      let factors = inputs.map { AccumulatorStep(input: $0, scale: 1).requantization(to: output).multiplier }
      do {
        return .addition(
          try IntegerAddition(
            count: layer.count, factorA: factors[0], factorB: factors[1], zeroPointA: inputs[0].zeroPoint,
            zeroPointB: inputs[1].zeroPoint, output: output.integerOutput, layer: number))
      } catch {
        throw .summandsOutOfRange(layer: number, first: factors[0], second: factors[1])
      }
    }
  }

  /// One kernel in integers.
  func integers(
    of kernel: Dense, input: ActivationScale, output: ActivationScale?, temperature: Float, layer: Int
  ) throws(QuantizationError) -> IntegerDense {
    guard let grid = kernel.grid else { throw .noGrid(layer: layer) }
    var integers = IntegerDense(
      inputs: kernel.inputs, outputs: kernel.outputs,
      weights: try exactWeights(of: kernel, on: grid, layer: layer),
      bias: [], multipliers: [], preShift: 0, output: .logits(fractionBits: 0))
    let steps = grid.scales.map { AccumulatorStep(input: input, scale: $0) }
    for channel in 0..<kernel.outputs {
      let folded = input.zeroPoint * integers.weightSum(of: channel)
      guard let bias = steps[channel].steps(of: kernel.bias[channel]),
        let rest = Int32(exactly: Int(bias) - folded)
      else {
        throw .biasOutOfRange(
          layer: layer, channel: channel, bias: Double(kernel.bias[channel]), step: steps[channel].value)
      }
      integers.bias.append(rest)
    }
    try integers.proveBounds(layer: layer)
    if let output {
      try integers.requantizeToBytes(steps: steps, output: output, layer: layer)
    } else {
      try integers.keepAsLogits(steps: steps, temperature: temperature, layer: layer)
    }
    try integers.proveBounds(layer: layer)
    return integers
  }

  /// The integers behind the weights; throws unless `integer·scale` is each weight exactly.
  private func exactWeights(of dense: Dense, on grid: WeightGrid, layer: Int) throws(QuantizationError)
    -> [Int8]
  {
    let integers = grid.integers(of: dense.weight)
    for (index, integer) in integers.enumerated() {
      let (channel, input) = index.quotientAndRemainder(dividingBy: dense.inputs)
      let scale = grid.scales[channel]
      guard Double(integer) * Double(scale) == Double(dense.weight[index]) else {
        throw .offGrid(
          layer: layer, channel: channel, input: input, weight: dense.weight[index], scale: scale)
      }
    }
    return integers
  }
}

extension ActivationScale {
  /// The clamp that makes these bytes.
  var integerOutput: IntegerOutput { .activation(zeroPoint: zeroPoint, low: lowestByte, high: 255) }
}

extension IntegerDense {
  /// The largest absolute value of each channel's accumulator over all inputs.
  var accumulatorMagnitudes: [Int64] {
    accumulatorRanges.map { max(abs($0.lowerBound), abs($0.upperBound)) }
  }

  /// Output in steps of `output`.
  mutating func requantizeToBytes(
    steps: [AccumulatorStep], output scale: ActivationScale, layer: Int
  ) throws(QuantizationError) {
    let real = steps.map { $0.requantization(to: scale).multiplier }
    guard let fixed = FixedPointMultipliers(toBytes: real, magnitudes: accumulatorMagnitudes) else {
      throw .multipliersOutOfRange(layer: layer, smallest: real.min() ?? 0, largest: real.max() ?? 0)
    }
    (multipliers, preShift) = (fixed.values, fixed.shift)
    output = scale.integerOutput
  }

  /// Accumulators as logits in base 2: `M = step·log₂e/temperature`.
  mutating func keepAsLogits(
    steps: [AccumulatorStep], temperature: Float, layer: Int
  ) throws(QuantizationError) {
    let real = steps.map { $0.value / Double(temperature) * log2e }
    guard let fixed = FixedPointMultipliers(toLogits: real) else {
      throw .multipliersOutOfRange(layer: layer, smallest: real.min() ?? 0, largest: real.max() ?? 0)
    }
    multipliers = fixed.values
    output = .logits(fractionBits: fixed.shift)
  }
}

/// log₂ e, rounded to Double.
let log2e = 1.4426950408889634
