import ScrupleNetwork
@testable import ScrupleQuantization

extension Random {
  /// A quantized random graph.
  static func quantizedGraph(_ kind: GraphKind, seed: UInt64, clip: ClipCalibration = .leastSquaredError)
    -> Quantized
  {
    let network = kind.network(seed: seed)
    return try! Quantizer(method: .calibration, clip: clip)
      .quantize(network, calibration: data(60, inputs: network.input.count, seed: seed &+ 1))
  }
}
