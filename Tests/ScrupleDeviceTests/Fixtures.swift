import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleDevice

/// Programs of given shapes with random weights, and random inputs for them.
enum Fixture {
  /// The file of a random program; hidden activations use most of their range.
  static func file(_ sizes: [Int], seed: UInt64 = 1, gap: Double? = 0.2, threshold: Double? = 0.6) throws
    -> [UInt8]
  {
    var random = SeededGenerator(seed: seed)
    var layers: [IntegerLayer] = []
    for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
      let isLast = layers.count == sizes.count - 2
      // A typical accumulator is about 73·140·√n; it is to become about 60, or a logit of about 3.
      let multiplier = isLast ? 0x1p28 : 60 / (73 * 140 * Double(inputs).squareRoot()) * 0x1p32
      let fractionBits = 28 + Int(log2(73 * 140 * Double(inputs).squareRoot() / 3))
      layers.append(
        .dense(
          IntegerDense(
            inputs: inputs, outputs: outputs,
            weights: (0..<inputs * outputs).map { _ in Int8.random(in: -127...127, using: &random) },
            bias: (0..<outputs).map { _ in Int32.random(in: -20_000...20_000, using: &random) },
            multipliers: (0..<outputs).map { _ in
              Int32(multiplier * Double.random(in: 0.8...1.2, using: &random))
            },
            preShift: 0,
            output: isLast
              ? .logits(fractionBits: fractionBits) : .activation(zeroPoint: 0, low: 0, high: 255))))
    }
    var metadata = ProgramMetadata(
      name: sizes.map(String.init).joined(separator: "-"),
      labels: (0..<sizes[sizes.count - 1]).map { "c\($0)" },
      input: InputDescription(.image(height: 1, width: sizes[0], channels: 1)), temperature: 1,
      limits: [Float](repeating: 1, count: sizes.count - 2))
    if let gap { try metadata.setGap(gap) }
    if let threshold { try metadata.setThreshold(threshold) }
    return try IntegerProgram(layers: layers, metadata: metadata).encoded()
  }

  static func engine(_ sizes: [Int], seed: UInt64 = 1) throws -> Engine {
    try Engine(file(sizes, seed: seed))
  }

  /// `count` inputs, the first of them all zeros, the second all 255.
  static func inputs(_ count: Int, for engine: Engine, seed: UInt64 = 2) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    var bytes = (0..<count * engine.inputCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    for (row, value) in [UInt8(0), 255].enumerated() where row < count {
      for i in 0..<engine.inputCount { bytes[row * engine.inputCount + i] = value }
    }
    return bytes
  }

  /// The repository.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}

extension Board: CustomTestStringConvertible {
  /// The name.
  public var testDescription: String { name }
}
