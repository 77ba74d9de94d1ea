import CScrupleIntrinsics

/// log₂ of `value`, which is not 0, in Q6.26, rounded down and too small by less than 2⁻²⁵.
///
/// One bit of the fraction per squaring of the mantissa (A. J. Feldman's classic; Knuth, TAOCP 1.2.2, exercise 25
/// has the inverse). Each squaring truncates by less than 2⁻³¹ relatively, which the j-th bit's weight
/// reduces: all together less than 2⁻³⁰.
public func log2(_ value: UInt32) -> UInt32 {
  let zeros = scr_leading_zeros(value)
  var mantissa = value &<< zeros
  var result = 31 &- zeros
  for _ in 0..<26 {
    let square = scr_umulh(mantissa, mantissa)
    let bit = square &>> 31
    result = (result &<< 1) | bit
    mantissa = square &<< (1 &- bit)
  }
  return result
}
