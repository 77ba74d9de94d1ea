import Foundation

/// A deterministic random generator: xoshiro256** (Blackman and Vigna, 2018), its state expanded from a seed
/// by SplitMix64 (Steele, Lea and Flood, 2014).
///
/// The same seed gives the same numbers on every machine. The whole state is four words, so that a
/// checkpoint can hold it and a resumed run goes on with the numbers that it would have drawn.
public struct SeededGenerator: RandomNumberGenerator, Equatable, Sendable, Codable {
  @usableFromInline var s0, s1, s2, s3: UInt64

  /// A generator whose whole sequence follows from `seed`.
  public init(seed: UInt64) {
    var mixer = seed
    s0 = Self.splitMix(&mixer)
    s1 = Self.splitMix(&mixer)
    s2 = Self.splitMix(&mixer)
    s3 = Self.splitMix(&mixer)
  }

  /// A generator for one item of a numbered collection: independent of how many items were made before it.
  ///
  /// - Parameters:
  ///   - seed: the collection's seed.
  ///   - stream: which collection (so that two kinds of noise with one seed differ).
  ///   - index: the item's number.
  public init(seed: UInt64, stream: UInt64, index: UInt64) {
    var mixer = seed
    var combined = Self.splitMix(&mixer) ^ (stream &* 0xD1B5_4A32_D192_ED03)
    combined = Self.splitMix(&combined) ^ (index &* 0x8CB9_2BA7_2F3D_8DD7)
    self.init(seed: combined)
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    let scrambled = s1 &* 5
    let result = ((scrambled &<< 7) | (scrambled &>> 57)) &* 9
    let shifted = s1 &<< 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = (s3 &<< 45) | (s3 &>> 19)
    return result
  }

  /// A number in 0 ..< `bound`, each equally likely (Lemire, 2019: multiply, and reject the uneven rest).
  ///
  /// - Precondition: `bound` is in 1 ... 2³².
  @inlinable
  public mutating func next(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= 1 << 32)
    let bound = UInt64(bound)
    var product = (next() &>> 32) &* bound
    if product & 0xFFFF_FFFF < bound {
      let rest = (1 &<< 32) % bound
      while product & 0xFFFF_FFFF < rest { product = (next() &>> 32) &* bound }
    }
    return Int(product &>> 32)
  }

  /// A Float in [0, 1): a multiple of 2⁻²⁴.
  @inlinable
  public mutating func uniform() -> Float { Float(next() &>> 40) * 0x1p-24 }

  /// A Float in [`low`, `high`), up to the rounding of the product.
  @inlinable
  public mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

  /// A normally distributed number with mean 0 and variance 1 (Box and Muller, 1958).
  public mutating func normal() -> Float {
    let radius = (-2 * log(1 - Double(next() &>> 11) * 0x1p-53)).squareRoot()
    let angle = 2 * Double.pi * (Double(next() &>> 11) * 0x1p-53)
    return Float(radius * cos(angle))
  }

  /// A random order of 0 ..< `count` (Fisher and Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Puts the elements in a random order (Fisher and Yates).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for i in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(i, next(below: i + 1))
    }
  }

  private static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
}
