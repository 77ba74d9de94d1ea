import ScrupleNetwork
import ScrupleQuantization

@testable import ScrupleCertification

extension GraphPair {
  /// A network calibrated on random inputs, with its twin.
  init(_ network: Network, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let data = (0..<60 * network.input.count).map { _ in generator.uniform() }
    let quantized = try Quantizer(method: .calibration).quantize(network, calibration: data)
    try self.init(twin: quantized.twin, program: quantized.program)
  }
}
