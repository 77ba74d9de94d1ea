import ScrupleData
import ScrupleDevice
import ScrupleNetwork
import ScrupleQuantization

@testable import ScrupleEvaluation

/// Small networks, their programs and data to attack.
struct AttackProblem {
  let network: Network
  let engine: Engine
  let data: Dataset

  /// A calibrated ReLU network on images of `side` × `side` pixels, or on rows when `side` is nil.
  init(side: Int?, inputs: Int = 6, hidden: [Int] = [12], activation: Activation = .relu, seed: UInt64) throws
  {
    let count = side.map { $0 * $0 } ?? inputs
    let kind: InputDescription.Kind =
      side.map { .image(height: $0, width: $0, channels: 1) }
      ?? .tabular((0..<inputs).map { InputDescription.Feature(name: "f\($0)", low: -3, high: 5) })
    let input = InputDescription(kind)
    network = try Self.network(input, [count] + hidden + [3], activation, seed: seed)
    var generator = SeededGenerator(seed: seed, stream: 2, index: 0)
    let bytes = (0..<60 * count).map { _ in UInt8(generator.next(below: 256)) }
    let labels = (0..<60).map { _ in generator.next(below: 3) }
    data = Dataset(
      name: "random", source: "", inputs: bytes, of: input, labels: labels, labelNames: network.labels)
    let quantized = try Quantizer(for: network).quantize(
      network, calibration: InputDescription.normalized(bytes))
    engine = try Engine(quantized.program.encoded())
  }

  /// Normal weights of variance 4/inputs: confidences of all sizes.
  static func network(_ input: InputDescription, _ widths: [Int], _ activation: Activation, seed: UInt64)
    throws
    -> Network
  {
    var generator = SeededGenerator(seed: seed)
    let layers = (1..<widths.count).map { index in
      let scale = (4 / Float(widths[index - 1])).squareRoot()
      return Layer.dense(
        Dense(
          weight: (0..<widths[index - 1] * widths[index]).map { _ in generator.normal() * scale },
          bias: (0..<widths[index]).map { _ in generator.normal() * 0.3 }, inputs: widths[index - 1],
          outputs: widths[index], activation: index == widths.count - 1 ? .identity : activation))
    }
    return try Network(
      name: "random", labels: (0..<widths[widths.count - 1]).map { "class \($0)" }, input: input,
      layers: layers)
  }

  /// All samples as bytes.
  var bytes: [UInt8] { get throws { try data.quantized(0..<data.count, for: network.input) } }
  var goals: [AttackGoal] { [AttackGoal](repeating: .surest, count: data.count) }
}
