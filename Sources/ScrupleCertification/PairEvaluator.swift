import Foundation
import ScrupleNetwork
import ScrupleQuantization
import ScrupleRuntime

/// Runs both forms of a model on single inputs: the program bit for bit, the twin in Double.
///
/// Made for searches: buffers are reused, weights stored input by input so that the inner loop runs over
/// channels. Against real arithmetic the twin's logits are off by less than 1e-12 of their size.
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
    let limit: Double
    let step: Double
    /// Real value of the program's result per unit: an activation's step, or a logit's unit in nats.
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
  /// Logits of the twin in nats, temperature included.
  private(set) var twin: [Double]

  init(_ pair: ModelPair) {
    layers = pair.layers.map { layer in
      let (inputs, outputs) = (layer.twin.inputs, layer.twin.outputs)
      var integers = [Int32](repeating: 0, count: inputs * outputs)
      var reals = [Double](repeating: 0, count: inputs * outputs)
      for channel in 0..<outputs {
        for input in 0..<inputs {
          integers[input * outputs + channel] = Int32(layer.program.weights[channel * inputs + input])
          reals[input * outputs + channel] = Double(layer.twin.weight[channel * inputs + input])
        }
      }
      let logitUnit = exp2(-Double(pair.program.fractionBits)) * log(2)
      return Layer(
        inputs: inputs, outputs: outputs, integers: integers, reals: reals, integerBias: layer.program.bias,
        realBias: layer.twin.bias.map(Double.init), multipliers: layer.program.multipliers,
        preShift: Int32(layer.program.preShift), limit: Double(layer.limit ?? 0),
        step: Double(layer.limit ?? 0) / 255, units: layer.program.multipliers.map { Double($0) * logitUnit })
    }
    inverseTemperature = 1 / Double(pair.twin.temperature)
    let widths = [pair.program.inputCount] + pair.layers.map(\.twin.outputs)
    bytes = widths.map { [Int32](repeating: 0, count: $0) }
    activations = widths.map { [Double](repeating: 0, count: $0) }
    accumulators = [Int32](repeating: 0, count: widths.max() ?? 0)
    preActivations = [Double](repeating: 0, count: widths.max() ?? 0)
    device = [Double](repeating: 0, count: pair.program.classCount)
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

  /// The largest difference of differences, `(device_i − twin_i) − (device_k − twin_k)`, and its pair of classes.
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
