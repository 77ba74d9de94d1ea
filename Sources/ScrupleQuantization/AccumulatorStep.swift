/// The real value of one unit of a channel's accumulator: `inputLimit/255·scale`.
///
/// The limit has 24 significant bits and a weight scale 16, so `product` is exact in Double; what the
/// certifier needs is then one fused operation away.
public struct AccumulatorStep: Equatable, Sendable {
  /// `inputLimit·scale`, exact: 255 times the step.
  public let product: Double

  /// - Parameters:
  ///   - inputLimit: what the byte 255 of the layer's input stands for.
  ///   - scale: the channel's weight scale, of at most 16 significant bits.
  public init(inputLimit: Float, scale: Float) {
    product = Double(inputLimit) * Double(scale)
  }

  /// The step itself, rounded once.
  public var value: Double { product / 255 }

  /// The whole number of steps nearest to `bias`; nil when Int32 cannot hold it.
  public func steps(of bias: Float) -> Int32? {
    Int32(exactly: (Double(bias) * 255 / product).rounded())
  }

  /// `bias − steps·step`: what Float32 could not say, or what rounding took away.
  ///
  /// `bias·255` is exact (24 + 8 bits) and the fused multiply–add rounds once, so the result is right to two
  /// roundings (relative error at most 2⁻⁵²) however small it is.
  public func residual(of bias: Float, steps: Int32) -> Double {
    (Double(bias) * 255).addingProduct(-product, Double(steps)) / 255
  }
}
