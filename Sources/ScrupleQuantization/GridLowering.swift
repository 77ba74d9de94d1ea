import Foundation
import ScrupleNetwork

/// Writes a grid twin down in integers: exactly, except for the multipliers' last bits and the biases' rests,
/// both of which `LoweringConstants` gives back.
struct GridLowering {
  /// Lowers the dense layers of a grid twin.
  func layers(of twin: [Dense], temperature: Float) throws(QuantizationError) -> [IntegerLayer] {
    var result: [IntegerLayer] = []
    var limit: Float = 1
    for (index, dense) in twin.enumerated() {
      guard let grid = dense.grid else { throw .noGrid(layer: index) }
      var integers = IntegerDense(
        inputs: dense.inputs, outputs: dense.outputs,
        weights: try exactWeights(of: dense, on: grid, layer: index),
        bias: [], multipliers: [], preShift: 0, output: .logits(fractionBits: 0))
      let steps = grid.scales.map { AccumulatorStep(inputLimit: limit, scale: $0) }
      for channel in 0..<dense.outputs {
        guard let bias = steps[channel].steps(of: dense.bias[channel]) else {
          throw .biasOutOfRange(
            layer: index, channel: channel, bias: Double(dense.bias[channel]), step: steps[channel].value)
        }
        integers.bias.append(bias)
      }
      try integers.proveBounds(layer: index)
      if index == twin.count - 1 {
        try integers.keepAsLogits(steps: steps, temperature: temperature, layer: index)
      } else {
        guard case .clippedReLU(let next) = dense.activation else {
          throw .notClipped(layer: index, activation: dense.activation.description)
        }
        try integers.requantizeToBytes(steps: steps, limit: next, layer: index)
        limit = next
      }
      try integers.proveBounds(layer: index)
      result.append(.dense(integers))
    }
    return result
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

extension IntegerDense {
  /// The largest absolute value of each channel's accumulator over all inputs.
  var accumulatorMagnitudes: [Int64] {
    accumulatorRanges.map { max(abs($0.lowerBound), abs($0.upperBound)) }
  }

  /// Output in bytes of `limit/255` each: `M = inputLimit·scale/limit` (the two 255 cancel).
  mutating func requantizeToBytes(
    steps: [AccumulatorStep], limit: Float, layer: Int
  ) throws(QuantizationError) {
    let real = steps.map { $0.product / Double(limit) }
    guard let fixed = FixedPointMultipliers(toBytes: real, magnitudes: accumulatorMagnitudes) else {
      throw .multipliersOutOfRange(layer: layer, smallest: real.min() ?? 0, largest: real.max() ?? 0)
    }
    (multipliers, preShift) = (fixed.values, fixed.shift)
    output = .activation(zeroPoint: 0, low: 0, high: 255)
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
