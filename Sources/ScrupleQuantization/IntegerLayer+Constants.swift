import ScrupleRuntime

extension IntegerLayer {
  /// Weights, biases and multipliers in the file's order; nil for layers without.
  var encodedConstants: [[UInt8]]? {
    switch self {
    case .dense(let dense): dense.encodedConstants
    case .convolution(let convolution): convolution.kernel.encodedConstants
    case .depthwise(let depthwise): depthwise.encodedConstants
    case .pooling, .addition: nil
    }
  }
}

extension IntegerDense {
  /// Pair-packed weights, biases and multipliers.
  fileprivate var encodedConstants: [[UInt8]] {
    let count = WeightLayout.channelCount(outputs: outputs)
    return [packedWeights(), words(bias, count: count), words(multipliers, count: count)]
  }

  private func packedWeights() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: WeightLayout.byteCount(inputs: inputs, outputs: outputs))
    for pair in 0..<WeightLayout.pairCount(outputs: outputs) {
      let (a, b) = (2 * pair, 2 * pair + 1)
      for input in 0..<inputs {
        let halfword = WeightLayout.pack(
          weights[a * inputs + input], b < outputs ? weights[b * inputs + input] : 0)
        bytes.store(
          halfword, at: 2 * WeightLayout.index(input: input, pair: pair, inputs: inputs, outputs: outputs))
      }
    }
    return bytes
  }

  /// Unpacks pair-packed weights that start at a file offset; they become those of `self`.
  mutating func unpackWeights(at offset: Int, of file: [UInt8]) {
    for pair in 0..<WeightLayout.pairCount(outputs: outputs) {
      for input in 0..<inputs {
        let index = WeightLayout.index(input: input, pair: pair, inputs: inputs, outputs: outputs)
        let (a, b) = WeightLayout.unpack(file.load(at: offset + 2 * index))
        weights[2 * pair * inputs + input] = a
        if 2 * pair + 1 < outputs { weights[(2 * pair + 1) * inputs + input] = b }
      }
    }
  }

  /// Unpacks weights in quads that start at a file offset; they become those of `self`.
  mutating func unpackQuads(at offset: Int, of file: [UInt8]) {
    for channel in 0..<outputs {
      for tap in 0..<inputs {
        let index = QuadLayout.index(tap: tap, channel: channel, taps: inputs)
        weights[channel * inputs + tap] = Int8(
          truncatingIfNeeded: file.load(Int16.self, at: offset + 2 * index))
      }
    }
  }
}

extension IntegerDepthwise {
  /// Weights in quads, biases and multipliers.
  fileprivate var encodedConstants: [[UInt8]] {
    let (taps, channels) = (kernel.inputs, kernel.outputs)
    var weights = [UInt8](repeating: 0, count: QuadLayout.byteCount(taps: taps, channels: channels))
    for channel in 0..<channels {
      for tap in 0..<taps {
        weights.store(
          Int16(kernel.weights[channel * taps + tap]),
          at: 2 * QuadLayout.index(tap: tap, channel: channel, taps: taps))
      }
    }
    let count = QuadLayout.channelCount(channels)
    return [weights, words(kernel.bias, count: count), words(kernel.multipliers, count: count)]
  }
}

/// One Int32 per channel, and zeros up to `count`.
private func words(_ values: [Int32], count: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  for value in values { bytes.append(littleEndian: value) }
  return bytes + [UInt8](repeating: 0, count: 4 * (count - values.count))
}
