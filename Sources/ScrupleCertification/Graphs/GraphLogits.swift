import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// Both forms' logits for one input, in nats, temperature included: the program's exact, the reference's in Double.
struct GraphLogits: Sendable {
  let device: [Double]
  let twin: [Double]

  /// - Parameter reals: what the reference reads; by default the bytes as `u/255`.
  init(_ reference: Network, _ program: IntegerProgram, _ input: [UInt8], reals: [Double]? = nil) {
    let unit = exp2(-Double(program.fractionBits)) * ln2
    device = program.evaluate(input: input).logits.map { Double($0) * unit }
    let outputs = reference.preciseOutputs(reals ?? input.map { Double($0) / 255 })
    twin = (outputs.last ?? []).map { $0 / Double(reference.temperature) }
  }

  /// The largest difference of differences, `(device_i − twin_i) − (device_k − twin_k)`.
  var largestGap: Double {
    let differences = zip(device, twin).map { $0 - $1 }
    return (differences.max() ?? 0) - (differences.min() ?? 0)
  }

  /// The largest change of a class's probability.
  var largestProbabilityChange: Double {
    zip(softmax(device), softmax(twin)).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}
