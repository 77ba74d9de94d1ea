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
  func accumulatorRanges(bytes: [(low: Int, high: Int)]) -> [(low: Int64, high: Int64)] {
    let sums = bytes.map { Int32($0.low + $0.high) }
    let widths = bytes.map { Int32($0.high - $0.low) }
    let chunk = 1 << 14
    return weights.withUnsafeBufferPointer { weights in
      (0..<outputs).map { channel in
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
        return (bias + (sum - width) / 2, bias + (sum + width) / 2)
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

  /// The real values, before rounding and clipping, of a range of accumulators: exact products, outward in Double.
  func realRange(
    _ accumulator: (low: Int64, high: Int64), channel: Int, step: Double
  ) -> (low: Double, high: Double) {
    let low = Double(product(accumulator.low, channel: channel)) * 0x1p-32 * step
    let high = Double(product(accumulator.high, channel: channel)) * 0x1p-32 * step
    let slack = 0x1p-50 * max(abs(low), abs(high)) + Slack.floor
    return (low - slack, high + slack)
  }

  /// The exact range of `acc_i·m_i − acc_k·m_k`, the difference of two logits, over a box of bytes.
  ///
  /// It is linear in the bytes with integer coefficients, and both products with all their partial sums stay below
  /// `2³¹·2³¹` in absolute value: Int64 holds it.
  func pairRange(_ i: Int, _ k: Int, bytes: [(low: Int, high: Int)]) -> (low: Int64, high: Int64) {
    let (mi, mk) = (Int64(multipliers[i]), Int64(multipliers[k]))
    var low = Int64(bias[i]) * mi - Int64(bias[k]) * mk
    var high = low
    weights.withUnsafeBufferPointer { weights in
      for j in 0..<inputs {
        let weight = Int64(weights[i * inputs + j]) * mi - Int64(weights[k * inputs + j]) * mk
        let (a, b) = (weight * Int64(bytes[j].low), weight * Int64(bytes[j].high))
        low += min(a, b)
        high += max(a, b)
      }
    }
    return (low, high)
  }

  /// ``pairRange(_:_:bytes:)`` in nats, outward: conversion, unit and product round once each.
  func realPairRange(
    _ i: Int, _ k: Int, bytes: [(low: Int, high: Int)], unit: Double
  ) -> (low: Double, high: Double) {
    let integer = pairRange(i, k, bytes: bytes)
    let (low, high) = (Double(integer.low) * unit, Double(integer.high) * unit)
    let slack = 0x1p-50 * max(abs(low), abs(high)) + Slack.floor
    return (low - slack, high + slack)
  }
}
