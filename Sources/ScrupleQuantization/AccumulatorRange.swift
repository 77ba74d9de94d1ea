/// The values that an accumulator can take over a set of inputs.
public typealias AccumulatorRange = ClosedRange<Int64>

extension IntegerDense {
  /// The exact range of each channel's accumulator when input `i` may be anything in `inputs[i]`.
  ///
  /// Both ends are reached: by the inputs that are extreme according to the signs of the weights.
  public func accumulatorRanges(inputs ranges: [ClosedRange<UInt8>]) -> [AccumulatorRange] {
    precondition(ranges.count == inputs)
    return (0..<outputs).map { channel in
      var low = Int64(bias[channel])
      var high = low
      for (index, range) in ranges.enumerated() {
        let weight = Int64(weights[channel * inputs + index])
        let ends = (weight * Int64(range.lowerBound), weight * Int64(range.upperBound))
        low += min(ends.0, ends.1)
        high += max(ends.0, ends.1)
      }
      return low...high
    }
  }

  /// The range of each channel's accumulator over all inputs in 0…255.
  public var accumulatorRanges: [AccumulatorRange] {
    accumulatorRanges(inputs: Array(repeating: 0...255, count: inputs))
  }

  /// `|b| + Σ|w|·255` per channel: no partial sum in any order exceeds it.
  public var accumulatorBounds: [Int64] {
    (0..<outputs).map { channel in
      weights[channel * inputs..<(channel + 1) * inputs].reduce(abs(Int64(bias[channel]))) {
        $0 + abs(Int64($1)) * 255
      }
    }
  }

  /// Proves that no accumulator of this layer overflows, shifted or not. Then no product with a multiplier
  /// reaches 2⁶².
  ///
  /// - Parameter index: the layer's number, for the error.
  func proveBounds(layer index: Int) throws(QuantizationError) {
    for (channel, bound) in accumulatorBounds.enumerated() where bound >= 1 << 31 {
      throw .accumulatorOverflow(layer: index, channel: channel, bound: bound)
    }
    for (channel, range) in accumulatorRanges.enumerated() {
      let magnitude = max(abs(range.lowerBound), abs(range.upperBound))
      guard magnitude << Int64(preShift) < 1 << 31 else {
        throw .shiftOverflow(layer: index, channel: channel, bound: magnitude, preShift: preShift)
      }
    }
  }
}

extension IntegerProgram {
  /// Proves for every input that no accumulator overflows; throws with layer and channel where that fails.
  public func proveBounds() throws(QuantizationError) {
    for (index, layer) in layers.enumerated() {
      try layer.kernel?.proveBounds(layer: index)
    }
  }
}
