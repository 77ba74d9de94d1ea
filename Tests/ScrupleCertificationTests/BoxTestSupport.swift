import Foundation
import ScrupleNetwork
import ScrupleQuantization

@testable import ScrupleCertification

/// Random pairs of a reference and its program, and both evaluated as exactly as Double can.
enum BoxSamples {
  /// A ReLU network with normal weights; `gain` stretches the logits so that probabilities spread.
  static func network(
    _ widths: [Int], seed: UInt64, activation: Activation = .relu, gain: Float = 3, temperature: Float = 1
  ) -> Network {
    var generator = SeededGenerator(seed: seed)
    let layers: [Layer] = (1..<widths.count).map { index in
      let (inputs, outputs) = (widths[index - 1], widths[index])
      let isLast = index == widths.count - 1
      let scale = (2 / Float(inputs)).squareRoot() * (isLast ? gain : 1)
      return .dense(
        Dense(
          weight: (0..<inputs * outputs).map { _ in generator.normal() * scale },
          bias: (0..<outputs).map { _ in generator.normal() * 0.3 }, inputs: inputs, outputs: outputs,
          activation: isLast ? .identity : activation))
    }
    let features = (0..<widths[0]).map { InputDescription.Feature(name: "x\($0)", low: 0, high: 1) }
    return try! Network(
      name: "random", labels: (0..<widths[widths.count - 1]).map { "class \($0)" },
      input: InputDescription(.tabular(features)), layers: layers, temperature: temperature)
  }

  static func bytes(inputs: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    (0..<inputs).map { _ in UInt8(generator.next(below: 256)) }
  }

  /// The original network and what post-training quantization makes of it.
  static func quantized(
    _ widths: [Int], seed: UInt64, activation: Activation = .relu, clip: ClipCalibration = .leastSquaredError,
    temperature: Float = 1
  ) -> (original: Network, quantized: Quantized) {
    let network = network(widths, seed: seed, activation: activation, temperature: temperature)
    var generator = SeededGenerator(seed: seed &+ 1)
    let data = (0..<200).flatMap { _ in bytes(inputs: widths[0], &generator) }
    let quantized = try! Quantizer(method: .calibration, clip: clip)
      .quantize(network, calibration: InputDescription.normalized(data))
    return (network, quantized)
  }

  /// Every layer's pre-activations in Double; far more exact than any bound here is tight.
  static func preActivations(_ network: Network, _ input: [UInt8]) -> [[Double]] {
    var x = input.map { Double($0) / 255 }
    return network.denseLayers.map { dense in
      let sums = (0..<dense.outputs).map { row in
        (0..<dense.inputs).reduce(Double(dense.bias[row])) {
          $0 + Double(dense.weight[row * dense.inputs + $1]) * x[$1]
        }
      }
      x = sums.map { sum in
        switch dense.activation {
        case .identity: sum
        case .relu: max(sum, 0)
        case .clippedReLU(let limit): min(max(sum, 0), Double(limit))
        case .clippedIdentity(let limit): min(max(sum, -Double(limit)), Double(limit))
        case .tanh: tanh(sum)
        }
      }
      return sums
    }
  }

  static func logits(_ network: Network, _ input: [UInt8]) -> [Double] {
    preActivations(network, input).last!.map { $0 / Double(network.temperature) }
  }

  static func softmax(_ logits: [Double]) -> [Double] {
    let powers = logits.map { exp($0 - logits.max()!) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// The real difference at one input.
  struct Difference {
    var gap: Double
    var probabilities: [Double]
    var confidence: Double
    var reference: [Double]
    var program: [Double]
  }

  static func difference(_ reference: Network, _ program: IntegerProgram, at input: [UInt8]) -> Difference {
    let z = logits(reference, input)
    let evaluation = program.evaluate(input: input)
    let t = evaluation.logits.map { Double($0) * exp2(-Double(program.fractionBits)) * 0.6931471805599453 }
    let delta = zip(t, z).map { $0 - $1 }
    let (p, q) = (softmax(z), softmax(t))
    return Difference(
      gap: delta.max()! - delta.min()!, probabilities: zip(p, q).map { abs($0 - $1) },
      confidence: abs(p.max()! - q.max()!), reference: p, program: q)
  }
}
