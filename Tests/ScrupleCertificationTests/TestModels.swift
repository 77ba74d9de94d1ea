import ScrupleNetwork
import ScrupleQuantization

@testable import ScrupleCertification

/// Grid twins with their programs to test theorems on.
enum TestModels {
  /// A quantized random ReLU network: normal weights of variance 2/inputs.
  static func pair(_ widths: [Int], seed: UInt64, temperature: Float = 1) throws -> ModelPair {
    let quantized = try quantized(widths, seed: seed, temperature: temperature)
    return try ModelPair(twin: quantized.twin, program: quantized.program)
  }

  static func quantized(_ widths: [Int], seed: UInt64, temperature: Float = 1) throws -> Quantized {
    var generator = SeededGenerator(seed: seed)
    let layers = (1..<widths.count).map { index in
      let (inputs, outputs) = (widths[index - 1], widths[index])
      let scale = (2 / Float(inputs)).squareRoot()
      return Layer.dense(
        Dense(
          weight: (0..<inputs * outputs).map { _ in generator.normal() * scale },
          bias: (0..<outputs).map { _ in generator.normal() * 0.3 }, inputs: inputs, outputs: outputs,
          activation: index == widths.count - 1 ? .identity : .relu))
    }
    let network = try Network(
      name: "random", labels: (0..<widths[widths.count - 1]).map { "\($0)" },
      input: InputDescription(
        .tabular((0..<widths[0]).map { .init(name: "x\($0)", low: 0, high: 1) })),
      layers: layers, temperature: temperature)
    let calibration = (0..<300 * widths[0]).map { _ in generator.uniform() }
    return try Quantizer(method: .calibration).quantize(network, calibration: calibration)
  }

  static func input(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8(generator.next(below: 256)) }
  }
}
