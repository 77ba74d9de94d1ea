import ScrupleNetwork
@testable import ScrupleQuantization

/// Networks and data to test laws on.
enum Random {
  /// A ReLU network with normal weights of variance 2/inputs, so that activations keep their size with depth.
  static func network(
    _ widths: [Int], seed: UInt64, activation: Activation = .relu, temperature: Float = 1
  ) -> Network {
    var generator = SeededGenerator(seed: seed)
    var layers: [Layer] = []
    for index in 1..<widths.count {
      let (inputs, outputs) = (widths[index - 1], widths[index])
      let scale = (2 / Float(inputs)).squareRoot()
      layers.append(
        .dense(
          Dense(
            weight: (0..<inputs * outputs).map { _ in generator.normal() * scale },
            bias: (0..<outputs).map { _ in generator.normal() * 0.1 }, inputs: inputs, outputs: outputs,
            activation: index == widths.count - 1 ? .identity : activation)))
    }
    let features = (0..<widths[0]).map { InputDescription.Feature(name: "x\($0)", low: -1, high: 2) }
    return try! Network(
      name: "random", labels: (0..<widths[widths.count - 1]).map { "class \($0)" },
      input: InputDescription(.tabular(features)), layers: layers, temperature: temperature)
  }

  /// `count` inputs of bytes; some of them only 0 and 255.
  static func bytes(_ count: Int, inputs: Int, seed: UInt64) -> [[UInt8]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { sample in
      (0..<inputs).map { _ in
        sample % 4 == 0 ? (generator.next(below: 2) == 0 ? 0 : 255) : UInt8(generator.next(below: 256))
      }
    }
  }

  /// Normalized calibration data, row-major.
  static func data(_ count: Int, inputs: Int, seed: UInt64) -> [Float] {
    InputDescription.normalized(bytes(count, inputs: inputs, seed: seed).flatMap { $0 })
  }

  /// A quantized random network.
  static func quantized(
    _ widths: [Int], seed: UInt64, clip: ClipCalibration = .leastSquaredError, temperature: Float = 1
  ) -> Quantized {
    let network = network(widths, seed: seed, temperature: temperature)
    return try! Quantizer(method: .calibration, clip: clip)
      .quantize(network, calibration: data(200, inputs: widths[0], seed: seed &+ 1))
  }

  /// Shapes with odd widths, one layer, many layers, one input.
  static let shapes: [[Int]] = [
    [2, 3], [1, 2], [4, 5, 3], [2, 16, 16, 3], [7, 9, 11, 13, 2], [33, 10, 4], [300, 21, 10],
  ]
}
