import Foundation

extension Network {
  /// The logits (already divided by the temperature) of device inputs, computed in `Double`.
  ///
  /// Bounds on the difference between a float twin and its int8 program speak of the twin in real arithmetic.
  /// ``logits(_:count:)`` is off from that by some 10⁻⁵ on small networks, this by some 10⁻¹³.
  ///
  /// - Parameter inputs: bytes `u`, read as `u/255`; row-major `count × inputs`.
  /// - Returns: row-major `count × classes`.
  public func preciseLogits(_ inputs: [UInt8]) -> [Double] {
    let count = inputs.count / input.count
    let layers = layers.map(PreciseLayer.init)
    var result: [Double] = []
    result.reserveCapacity(count * classCount)
    for sample in 0..<count {
      let x = inputs[sample * input.count..<(sample + 1) * input.count].map { Double($0) / 255 }
      for value in outputs(of: layers, x).last ?? [] { result.append(value / Double(temperature)) }
    }
    return result
  }

  /// The outputs of every layer for one normalized sample, computed in `Double`.
  public func preciseOutputs(_ x: [Double]) -> [[Double]] {
    outputs(of: layers.map(PreciseLayer.init), x)
  }

  private func outputs(of layers: [PreciseLayer], _ x: [Double]) -> [[Double]] {
    var outputs: [[Double]] = []
    for (layer, sources) in zip(layers, sources) {
      outputs.append(layer.outputs(sources.map { $0 < 0 ? x : outputs[$0] }))
    }
    return outputs
  }

  /// The probabilities of device inputs, computed in `Double`; see ``preciseLogits(_:)``.
  public func preciseProbabilities(_ inputs: [UInt8]) -> [Double] {
    softmax(preciseLogits(inputs), classes: classCount)
  }
}
