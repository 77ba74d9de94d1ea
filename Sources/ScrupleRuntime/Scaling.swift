import CScrupleIntrinsics

/// How an operation turns accumulators into bytes: `clamp(requantize(sum) + zeroPoint, low, high)`.
struct Scaling {
  let shift: Int32
  let zeroPoint: Int32
  let low: Int32
  let high: Int32

  /// Scales `count` ≥ 1 accumulators, each with its own multiplier.
  @inline(__always)
  func apply(
    _ sums: UnsafePointer<Int32>, _ multipliers: UnsafePointer<Int32>, _ count: Int,
    to output: UnsafeMutablePointer<UInt8>
  ) {
    for k in 0..<count {
      let y = unsafe scr_requantize(sums[k], shift, multipliers[k]) &+ zeroPoint
      unsafe output[k] = UInt8(truncatingIfNeeded: scr_clamp(y, low, high))
    }
  }

  /// Scales one accumulator.
  func byte(_ sum: Int32, _ multiplier: Int32) -> UInt8 {
    let y = scr_requantize(sum, shift, multiplier) &+ zeroPoint
    return UInt8(truncatingIfNeeded: scr_clamp(y, low, high))
  }

  /// The same for kernels that scale four at a time.
  var word: scr_scaling {
    scr_scaling(
      shift: shift, zero_point: zeroPoint, low: UInt32(bitPattern: low) &* 0x0101_0101,
      high: UInt32(bitPattern: high) &* 0x0101_0101)
  }
}
