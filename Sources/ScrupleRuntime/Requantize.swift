import CScrupleIntrinsics

/// Scales an accumulator: `(accumulator·2ˢ·multiplier + 2³¹) >> 32`.
///
/// That is the real value `accumulator·multiplier·2^(s−32)`, rounded to the nearest integer, halves up
/// (towards +∞):
///
/// | real value | −1.5 | −0.5 | 0.5 | 1.5 |
/// |---|---|---|---|---|
/// | result | −1 | 0 | 1 | 2 |
///
/// Monotone in the accumulator. The shift wraps: the exporter proves that it loses nothing.
///
/// - Parameters:
///   - accumulator: any.
///   - shift: s, 0…31.
///   - multiplier: 1…2³¹ − 1.
@inlinable
public func requantize(_ accumulator: Int32, shift: Int32, multiplier: Int32) -> Int32 {
  scr_requantize(accumulator, shift, multiplier)
}
