/// The real value of one unit of a channel's accumulator: the input's step times the weights' scale,
/// `inputLimit/levels·scale`.
///
/// The limit has 24 significant bits and a weight scale 16, so `product` is exact in Double; what the
/// certifier needs is then one fused operation away.
public struct AccumulatorStep: Equatable, Sendable {
  /// `inputLimit·scale`, exact: `levels` times the step.
  public let product: Double
  /// The input's steps from zero to its limit: 255 or 127.
  public let levels: Double

  /// - Parameters:
  ///   - input: what the layer's input bytes stand for.
  ///   - scale: the channel's weight scale, of at most 16 significant bits.
  public init(input: ActivationScale, scale: Float) {
    product = Double(input.limit) * Double(scale)
    levels = Double(input.levels)
  }

  /// The step itself, rounded once.
  public var value: Double { product / levels }

  /// The whole number of steps nearest to `bias`; nil when Int32 cannot hold it.
  public func steps(of bias: Float) -> Int32? {
    Int32(exactly: (Double(bias) * levels / product).rounded())
  }

  /// `bias − steps·step`: what Float32 could not say, or what rounding took away.
  ///
  /// `bias·levels` is exact (24 + 8 bits) and the fused multiply–add rounds once, so the result is right to two
  /// roundings (relative error at most 2⁻⁵²) however small it is.
  public func residual(of bias: Float, steps: Int) -> Double {
    (Double(bias) * levels).addingProduct(-product, Double(steps)) / levels
  }

  /// The real multiplier that turns accumulators into steps of `output`, and how far a fixed-point one is from it.
  func requantization(to output: ActivationScale) -> Requantization { Requantization(from: self, to: output) }
}

/// `M = (inputLimit·scale/inputLevels) / (outputLimit/outputLevels)`: output steps per unit of accumulator.
struct Requantization {
  /// `M` as a quotient of two exact numbers: a numerator of at most 48 bits, a denominator of at most 32.
  private let numerator: Double
  private let outputLimit: Double
  private let inputLevels: Double

  fileprivate init(from step: AccumulatorStep, to output: ActivationScale) {
    // Equal numbers of levels cancel.
    let cancels = step.levels == Double(output.levels)
    numerator = step.product * (cancels ? 1 : Double(output.levels))
    inputLevels = cancels ? 1 : step.levels
    outputLimit = Double(output.limit)
  }

  /// `M`, rounded once.
  var multiplier: Double { numerator / (outputLimit * inputLevels) }

  /// `fixed·2^exponent − M`. The product with the levels is exact (31 + 7 bits), the fused operation rounds once, the
  /// division once more.
  func residual(of fixed: Int32, exponent: Int) -> Double {
    let unit = Double(sign: .plus, exponent: exponent, significand: 1)
    return (-numerator).addingProduct(Double(fixed) * unit * inputLevels, outputLimit)
      / (outputLimit * inputLevels)
  }
}
