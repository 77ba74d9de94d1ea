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
    let layers = denseLayers.map { dense in
      (dense: dense, weight: dense.weight.map(Double.init), bias: dense.bias.map(Double.init))
    }
    let count = inputs.count / input.count
    var result: [Double] = []
    result.reserveCapacity(count * classCount)
    for sample in 0..<count {
      var x = inputs[sample * input.count..<(sample + 1) * input.count].map { Double($0) / 255 }
      for layer in layers {
        x = layer.weight.withUnsafeBufferPointer { weight in
          (0..<layer.dense.outputs).map { k in
            layer.dense.activation(layer.bias[k] + dot(weight, k * x.count, x))
          }
        }
      }
      for value in x { result.append(value / Double(temperature)) }
    }
    return result
  }

  /// The probabilities of device inputs, computed in `Double`; see ``preciseLogits(_:)``.
  public func preciseProbabilities(_ inputs: [UInt8]) -> [Double] {
    softmax(preciseLogits(inputs), classes: classCount)
  }
}

/// The product of `x` with the row of weights that begins at `start`, in eight interleaved sums.
private func dot(_ weight: UnsafeBufferPointer<Double>, _ start: Int, _ x: [Double]) -> Double {
  var sums = SIMD8<Double>.zero
  let whole = x.count & ~7
  return x.withUnsafeBufferPointer { x in
    for i in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { sums[lane] += weight[start + i + lane] * x[i + lane] }
    }
    var sum = sums.sum()
    for i in whole..<x.count { sum += weight[start + i] * x[i] }
    return sum
  }
}
