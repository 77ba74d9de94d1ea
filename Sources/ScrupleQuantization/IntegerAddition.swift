/// The sum of two layers' outputs: `clamp((((a − zA)·mA + (b − zB)·mB + 2^(n−1)) >> n) + z, low, high)`.
public struct IntegerAddition: Equatable, Sendable {
  /// Bytes of each summand.
  public var count: Int
  /// The first summand's factor in units of 2^(−shift), 1…2²² − 1.
  public var multiplierA: Int32
  /// The second summand's.
  public var multiplierB: Int32
  /// n, 1…22.
  public var shift: Int
  /// The byte that means zero in the first summand.
  public var zeroPointA: Int
  /// The byte that means zero in the second summand.
  public var zeroPointB: Int
  /// What is written: activations.
  public var output: IntegerOutput

  /// Assembles a layer from its parts.
  public init(
    count: Int, multiplierA: Int32, multiplierB: Int32, shift: Int, zeroPointA: Int, zeroPointB: Int,
    output: IntegerOutput
  ) {
    self.count = count
    self.multiplierA = multiplierA
    self.multiplierB = multiplierB
    self.shift = shift
    self.zeroPointA = zeroPointA
    self.zeroPointB = zeroPointB
    self.output = output
  }

  /// The largest multiplier: no sum of two products and a half leaves 32 bits.
  public static let largestMultiplier: Int32 = 1 << 22 - 1

  /// A layer with real factors: what a step of each summand is in steps of the output. They are rounded to the largest
  /// shift that fits both.
  ///
  /// - Throws: where a factor isn't positive, is 2²¹ or more, or is rounded to 0.
  public init(
    count: Int, factorA: Double, factorB: Double, zeroPointA: Int, zeroPointB: Int, output: IntegerOutput,
    layer: Int
  ) throws(QuantizationError) {
    for shift in stride(from: 22, through: 1, by: -1) {
      let unit = Double(sign: .plus, exponent: shift, significand: 1)
      let multipliers = [factorA, factorB].map { ($0 * unit).rounded() }
      guard multipliers.allSatisfy({ $0 <= Double(Self.largestMultiplier) }) else { continue }
      guard multipliers.allSatisfy({ $0 >= 1 }) else { break }
      self.init(
        count: count, multiplierA: Int32(multipliers[0]), multiplierB: Int32(multipliers[1]), shift: shift,
        zeroPointA: zeroPointA, zeroPointB: zeroPointB, output: output)
      return
    }
    throw .multipliersOutOfRange(
      layer: layer, smallest: min(factorA, factorB), largest: max(factorA, factorB))
  }
}
