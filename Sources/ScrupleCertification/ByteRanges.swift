import ScrupleQuantization
import ScrupleRuntime

/// Interval propagation through the integer program itself.
///
/// An accumulator is linear in its bytes, so its range over a box is exact; requantization and clamping are monotone,
/// so the range of the byte that comes out is exact too. Nothing is lost to rounding: only the assumption that the
/// bytes of a layer vary independently costs tightness.
extension IntegerDense {
  /// The exact range of each channel's accumulator over a box of input bytes.
  ///
  /// With `Σ(w⁺·low + w⁻·high) = ½·(Σw·(low + high) − Σ|w|·(high − low))` and likewise for the upper end: two sums
  /// without branches, in Int32 as long as `127·510` times their length fits.
  ///
  /// - Parameter result: `outputs` ranges.
  func accumulatorRanges(
    sums: UnsafeBufferPointer<Int32>, widths: UnsafeBufferPointer<Int32>,
    into result: UnsafeMutablePointer<(low: Int64, high: Int64)>
  ) {
    let chunk = 1 << 14
    weights.withUnsafeBufferPointer { weights in
      for channel in 0..<outputs {
        let row = UnsafeBufferPointer(rebasing: weights[channel * inputs..<(channel + 1) * inputs])
        var sum: Int64 = 0
        var width: Int64 = 0
        for start in stride(from: 0, to: inputs, by: chunk) {
          var partialSum: Int32 = 0
          var partialWidth: Int32 = 0
          for index in start..<min(start + chunk, inputs) {
            let weight = Int32(row[index])
            partialSum &+= weight &* sums[index]
            partialWidth &+= (weight < 0 ? 0 &- weight : weight) &* widths[index]
          }
          sum += Int64(partialSum)
          width += Int64(partialWidth)
        }
        let bias = Int64(bias[channel])
        result[channel] = (bias + (sum - width) / 2, bias + (sum + width) / 2)
      }
    }
  }

  /// `acc·2^preShift·m`, the device's product before its rounding shift by 32.
  @inline(__always)
  func product(_ accumulator: Int64, channel: Int) -> Int64 {
    (accumulator << Int64(preShift)) * Int64(multipliers[channel])
  }

  /// The device's `(acc·2^preShift·m + 2³¹) >> 32`.
  @inline(__always)
  func requantized(_ accumulator: Int64, channel: Int) -> Int {
    Int(requantize(Int32(accumulator), shift: Int32(preShift), multiplier: multipliers[channel]))
  }
}
