import Foundation

extension IntegerProgram {
  /// What one input makes of every layer.
  public struct Evaluation: Equatable, Sendable {
    /// The bytes that each hidden layer writes.
    public let activations: [[UInt8]]
    /// The last layer's accumulators.
    public let accumulators: [Int32]
    /// `accumulator·multiplier`: logits in base 2 with the program's fraction bits.
    public let logits: [Int64]
    /// Softmax of the logits in Double, without the device's rounding.
    public let probabilities: [Double]

    /// The most probable class; the first one of equals.
    public var classIndex: Int {
      logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    }
  }

  /// Evaluates the program word for word as it is defined, slowly and in wide integers.
  ///
  /// This is the definition that the runtime's kernels are tested against; to classify data, use the runtime.
  ///
  /// - Parameter input: `inputCount` bytes.
  public func evaluate(input: [UInt8]) -> Evaluation {
    precondition(input.count == inputCount, "\(input.count) bytes for a program with \(inputCount) inputs")
    var current = input
    var activations: [[UInt8]] = []
    var accumulators: [Int64] = []
    var logits: [Int64] = []
    for layer in layers {
      guard case .dense(let dense) = layer else { continue }
      accumulators = dense.accumulators(of: current)
      switch dense.output {
      case .activation(let zeroPoint, let low, let high):
        current = dense.requantized(accumulators).map {
          UInt8(min(max($0 + Int64(zeroPoint), Int64(low)), Int64(high)))
        }
        activations.append(current)
      case .logits:
        logits = zip(accumulators, dense.multipliers).map { $0 * Int64($1) }
      }
    }
    return Evaluation(
      activations: activations, accumulators: accumulators.map { Int32($0) }, logits: logits,
      probabilities: softmax(base2: logits.map { Double($0) * exp2(-Double(fractionBits)) }))
  }
}

extension IntegerDense {
  /// Accumulators of one input, exact.
  public func accumulators(of input: [UInt8]) -> [Int64] {
    (0..<outputs).map { channel in
      var sum = Int64(bias[channel])
      for index in 0..<inputs {
        sum += Int64(weights[channel * inputs + index]) * Int64(input[index])
      }
      return sum
    }
  }

  /// `(acc·2^preShift·m + 2³¹) >> 32` of each channel, before zero point and clamp.
  func requantized(_ accumulators: [Int64]) -> [Int64] {
    zip(accumulators, multipliers).map { accumulator, multiplier in
      ((accumulator << Int64(preShift)) * Int64(multiplier) + 1 << 31) >> 32
    }
  }
}

/// Softmax in base 2.
func softmax(base2 logits: [Double]) -> [Double] {
  let largest = logits.max() ?? 0
  let powers = logits.map { exp2($0 - largest) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}
