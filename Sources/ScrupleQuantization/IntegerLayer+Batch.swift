import ScrupleNetwork
import ScrupleRuntime

extension IntegerLayer {
  /// Outputs of `count` inputs, row-major: activations, or the logits' accumulators. Sums in Int32, for
  /// layers whose bounds are proven.
  ///
  /// - Parameter inputs: what each source gives, row-major.
  func outputBatch(_ inputs: [[UInt8]], count: Int) -> [Int32] {
    switch self {
    case .dense(let dense): return dense.outputBatch(inputs[0], count: count)
    case .convolution(let layer):
      return layer.window.inBlocks(
        of: inputs[0], image: layer.image, count: count, padding: UInt8(layer.inputZeroPoint)
      ) { patches in
        layer.kernel.outputBatch(patches, count: patches.count / layer.kernel.inputs)
      }
    case .depthwise(let layer):
      let (kernel, area) = (layer.kernel, layer.window.count)
      return layer.window.inBlocks(
        of: inputs[0], image: layer.image, count: count, padding: UInt8(layer.inputZeroPoint)
      ) { patches in
        channelwise(patches, area: area, channels: layer.image.channels) { channel, at in
          var sum = kernel.bias[channel]
          for place in 0..<area { sum &+= Int32(kernel.weights[channel * area + place]) &* Int32(at(place)) }
          return kernel.output(of: sum, channel: channel)
        }
      }
    case .pooling(let layer):
      let area = layer.window.count
      // Byte 0 never wins against another.
      return layer.window.inBlocks(of: inputs[0], image: layer.image, count: count, padding: 0) { patches in
        channelwise(patches, area: area, channels: layer.image.channels) { _, at in
          switch layer.kind {
          case .maximum: (0..<area).reduce(0) { max($0, Int32(at($1))) }
          case .average:
            min(
              requantize(
                (0..<area).reduce(0) { $0 + Int32(at($1)) }, shift: Int32(layer.preShift),
                multiplier: layer.multiplier), 255)
          }
        }
      }
    case .addition(let layer):
      return layer.bytes(of: inputs[0], inputs[1]).map { Int32($0) }
    }
  }
}

extension IntegerDense {
  /// Outputs of `count` inputs, row-major: activations, or the logits' accumulators.
  func outputBatch(_ bytes: [UInt8], count: Int) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(count * outputs)
    bytes.withUnsafeBufferPointer { bytes in
      weights.withUnsafeBufferPointer { weights in
        for sample in 0..<count {
          for channel in 0..<outputs {
            var accumulator = bias[channel]
            for index in 0..<inputs {
              accumulator &+=
                Int32(weights[channel * inputs + index]) &* Int32(bytes[sample * inputs + index])
            }
            result.append(output(of: accumulator, channel: channel))
          }
        }
      }
    }
    return result
  }

  /// What becomes of an accumulator: an activation, or itself.
  @inline(__always)
  fileprivate func output(of accumulator: Int32, channel: Int) -> Int32 {
    switch output {
    case .logits: return accumulator
    case .activation(let zeroPoint, let low, let high):
      let scaled = requantize(accumulator, shift: Int32(preShift), multiplier: multipliers[channel])
      return min(max(scaled + Int32(zeroPoint), Int32(low)), Int32(high))
    }
  }
}
