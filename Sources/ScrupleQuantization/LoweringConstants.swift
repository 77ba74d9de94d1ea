import ScrupleNetwork

/// What lowering one layer could not say exactly, channel by channel: the constants of every certificate.
///
/// All four are computed from the twin's floats and the program's integers with at most a few roundings in
/// Double; `relativeError` bounds those.
public struct LoweringConstants: Equatable, Sendable {
  /// Every figure here is within this share of the true one, except where noted.
  public static let relativeError = 0x1p-50

  /// The real value of the accumulator's unit, per channel.
  public let steps: [AccumulatorStep]
  /// `twin's bias − program's bias·step`, in real units.
  public let biasResiduals: [Double]
  /// Device's multiplier minus real multiplier, `m·2^(s−32) − M`.
  ///
  /// Hidden layer: in output bytes per unit of accumulator. Last layer: in nats (the logits' natural unit,
  /// divided by the temperature) per unit of accumulator; there `relativeError` is of `M`, not of the
  /// difference, because ln 2 is rounded.
  public let multiplierResiduals: [Double]
  /// The largest change that rounding the output makes, in real units: half a step of an activation, nothing
  /// for logits.
  public let roundingError: Double
}

extension LoweringConstants {
  /// The constants of one dense layer.
  ///
  /// - Parameters:
  ///   - twin: the layer with its grid; a hidden one with a clipped ReLU.
  ///   - program: the same layer in integers.
  ///   - inputLimit: what byte 255 of its input stands for.
  public init(
    twin: Dense, program: IntegerDense, inputLimit: Float, temperature: Float
  ) throws(QuantizationError) {
    guard let grid = twin.grid else { throw .noGrid(layer: 0) }
    let steps = grid.scales.map { AccumulatorStep(inputLimit: inputLimit, scale: $0) }
    self.steps = steps
    biasResiduals = steps.indices.map { steps[$0].residual(of: twin.bias[$0], steps: program.bias[$0]) }
    switch (program.output, twin.activation) {
    case (.activation, .clippedReLU(let limit)):
      // m·2^(s−32) is exact, so is the product; the fused operation rounds once, the division once more.
      let unit = Double(sign: .plus, exponent: program.preShift - 32, significand: 1)
      multiplierResiduals = steps.indices.map {
        (-steps[$0].product).addingProduct(Double(program.multipliers[$0]) * unit, Double(limit))
          / Double(limit)
      }
      roundingError = Double(limit) / 510
    case (.logits(let fractionBits), .identity):
      let unit = Double(sign: .plus, exponent: -fractionBits, significand: 1)
      multiplierResiduals = steps.indices.map {
        Double(program.multipliers[$0]) * unit * ln2 - steps[$0].product / (255 * Double(temperature))
      }
      roundingError = 0
    default:
      throw .notClipped(layer: 0, activation: twin.activation.description)
    }
  }
}

/// ln 2, rounded to Double.
let ln2 = 0.6931471805599453
