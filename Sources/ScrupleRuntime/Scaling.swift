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
}
