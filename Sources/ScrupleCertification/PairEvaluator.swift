import Foundation
import ScrupleNetwork
import ScrupleQuantization
import ScrupleRuntime

/// Runs a program and its reference on single inputs: the program bit for bit, the reference in Double.
///
/// Made for searches: buffers are reused, weights stored input by input so that the inner loop runs over
/// channels. Against real arithmetic the reference's logits are off by less than 1e-12 of their size.
struct PairEvaluator {
  /// One layer, channels innermost.
  private struct Layer {
    let inputs: Int
    let outputs: Int
    let integers: [Int32]
    let reals: [Double]
    let integerBias: [Int32]
    let realBias: [Double]
    let multipliers: [Int32]
    let preShift: Int32
    /// The reference's clip; infinite for a plain ReLU.
    let limit: Double
    /// Nats per unit of the last layer's accumulators.
    let units: [Double]
  }

  private let layers: [Layer]
  private let inverseTemperature: Double
  private var bytes: [[Int32]]
  private var activations: [[Double]]
  private var accumulators: [Int32]
  private var preActivations: [Double]
  /// Logits of the program in nats, temperature included.
  private(set) var device: [Double]
  /// Logits of the reference in nats, temperature included.
  private(set) var twin: [Double]

  /// The twin and the program of a checked pair.
  init(_ pair: ModelPair) {
    self.init(reference: pair.twin, program: pair.program)
  }

  /// A program and a reference with as many dense layers of the same shapes.
  init(reference: Network, program: IntegerProgram) {
    let logitUnit = exp2(-Double(program.fractionBits)) * log(2)
    layers = zip(reference.denseLayers, program.layers).compactMap { real, layer in
      guard case .dense(let dense) = layer else { return nil }
      let (inputs, outputs) = (dense.inputs, dense.outputs)
      var integers = [Int32](repeating: 0, count: inputs * outputs)
      var reals = [Double](repeating: 0, count: inputs * outputs)
      for channel in 0..<outputs {
        for input in 0..<inputs {
          integers[input * outputs + channel] = Int32(dense.weights[channel * inputs + input])
          reals[input * outputs + channel] = Double(real.weight[channel * inputs + input])
        }
      }
      let limit = if case .clippedReLU(let limit) = real.activation { Double(limit) } else { Double.infinity }
      return Layer(
        inputs: inputs, outputs: outputs, integers: integers, reals: reals, integerBias: dense.bias,
        realBias: real.bias.map(Double.init), multipliers: dense.multipliers, preShift: Int32(dense.preShift),
        limit: limit, units: dense.multipliers.map { Double($0) * logitUnit })
    }
    inverseTemperature = 1 / Double(reference.temperature)
    let widths = [program.inputCount] + layers.map(\.outputs)
    bytes = widths.map { [Int32](repeating: 0, count: $0) }
    activations = widths.map { [Double](repeating: 0, count: $0) }
    accumulators = [Int32](repeating: 0, count: widths.max() ?? 0)
    preActivations = [Double](repeating: 0, count: widths.max() ?? 0)
    device = [Double](repeating: 0, count: program.classCount)
    twin = device
  }

  /// Evaluates an input of bytes on the program, and the same values `u/255` on the twin.
  mutating func evaluate(_ input: [UInt8]) {
    for index in input.indices {
      bytes[0][index] = Int32(input[index])
      activations[0][index] = Double(input[index]) / 255
    }
    run()
  }

  /// Evaluates bytes on the program and other, real inputs on the twin.
  mutating func evaluate(_ input: [UInt8], twin reals: [Double]) {
    for index in input.indices {
      bytes[0][index] = Int32(input[index])
      activations[0][index] = reals[index]
    }
    run()
  }

  /// The largest difference of differences, `(device_i − twin_i) − (device_k − twin_k)`, and its pair of
  /// classes.
  var largestGap: (gap: Double, first: Int, second: Int) {
    var (high, low) = (0, 0)
    for index in device.indices {
      if device[index] - twin[index] > device[high] - twin[high] { high = index }
      if device[index] - twin[index] < device[low] - twin[low] { low = index }
    }
    return (device[high] - twin[high] - device[low] + twin[low], high, low)
  }

  /// The largest change of a class's probability, and the class.
  var largestProbabilityChange: (change: Double, classIndex: Int) {
    let (p, q) = (softmax(device), softmax(twin))
    var best = (change: 0.0, classIndex: 0)
    for index in p.indices where abs(p[index] - q[index]) > best.change {
      best = (abs(p[index] - q[index]), index)
    }
    return best
  }

  private mutating func run() {
    for (index, layer) in layers.enumerated() {
      accumulators.withUnsafeMutableBufferPointer { accumulators in
        preActivations.withUnsafeMutableBufferPointer { preActivations in
          for channel in 0..<layer.outputs {
            accumulators[channel] = layer.integerBias[channel]
            preActivations[channel] = layer.realBias[channel]
          }
          layer.integers.withUnsafeBufferPointer { integers in
            layer.reals.withUnsafeBufferPointer { reals in
              for input in 0..<layer.inputs {
                let (byte, activation) = (bytes[index][input], activations[index][input])
                let row = input * layer.outputs
                for channel in 0..<layer.outputs {
                  accumulators[channel] &+= integers[row + channel] &* byte
                  preActivations[channel] += reals[row + channel] * activation
                }
              }
            }
          }
        }
      }
      if index == layers.count - 1 {
        for channel in 0..<layer.outputs {
          device[channel] = Double(accumulators[channel]) * layer.units[channel]
          twin[channel] = preActivations[channel] * inverseTemperature
        }
      } else {
        for channel in 0..<layer.outputs {
          let scaled = requantize(
            accumulators[channel], shift: layer.preShift, multiplier: layer.multipliers[channel])
          bytes[index + 1][channel] = min(max(scaled, 0), 255)
          activations[index + 1][channel] = min(max(preActivations[channel], 0), layer.limit)
        }
      }
    }
  }
}

/// Softmax of natural logits.
func softmax(_ logits: [Double]) -> [Double] {
  let largest = logits.max() ?? 0
  let powers = logits.map { exp($0 - largest) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}
