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
    var activations: [[UInt8]] = []
    var accumulators: [Int64] = []
    var logits: [Int64] = []
    func value(_ source: Int) -> [UInt8] { source < 0 ? input : activations[source] }
    for (layer, sources) in zip(layers, sources) {
      let source = value(sources[0])
      switch layer {
      case .dense(let dense):
        accumulators = dense.accumulators(of: source)
        switch dense.output {
        case .activation: activations.append(dense.bytes(of: accumulators))
        case .logits: logits = zip(accumulators, dense.multipliers).map { $0 * Int64($1) }
        }
      case .convolution(let convolution): activations.append(convolution.bytes(of: source))
      case .depthwise(let depthwise): activations.append(depthwise.bytes(of: source))
      case .pooling(let pooling): activations.append(pooling.bytes(of: source))
      case .addition(let addition): activations.append(addition.bytes(of: source, value(sources[1])))
      }
    }
    return Evaluation(
      activations: activations, accumulators: accumulators.map { Int32($0) }, logits: logits,
      probabilities: softmax(base2: logits.map { Double($0) * exp2(-Double(fractionBits)) }))
  }
}

/// Softmax in base 2.
func softmax(base2 logits: [Double]) -> [Double] {
  let largest = logits.max() ?? 0
  let powers = logits.map { exp2($0 - largest) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}
