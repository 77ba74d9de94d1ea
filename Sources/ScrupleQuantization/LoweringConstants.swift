import ScrupleNetwork

/// What lowering one layer's kernel could not say exactly, channel by channel: the constants of every certificate.
///
/// All four are computed from the twin's floats and the program's integers with at most a few roundings in
/// Double; `relativeError` bounds those.
public struct LoweringConstants: Equatable, Sendable {
  /// Every figure here is within this share of the true one, except where noted.
  public static let relativeError = 0x1p-50

  /// The real value of the accumulator's unit, per channel.
  public let steps: [AccumulatorStep]
  /// `twin's bias − program's bias·step`, in real units; the program's without the input's zero point that is folded
  /// into it.
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
  /// The constants of one kernel.
  ///
  /// - Parameters:
  ///   - twin: the kernel with its grid; a hidden one with a clipped activation.
  ///   - program: the same kernel in integers.
  ///   - input: what its input bytes stand for.
  public init(
    twin: Dense, program: IntegerDense, input: ActivationScale, temperature: Float
  ) throws(QuantizationError) {
    guard let grid = twin.grid else { throw .noGrid(layer: 0) }
    let steps = grid.scales.map { AccumulatorStep(input: input, scale: $0) }
    self.steps = steps
    biasResiduals = steps.indices.map {
      let folded = input.zeroPoint * program.weightSum(of: $0)
      return steps[$0].residual(of: twin.bias[$0], steps: Int(program.bias[$0]) + folded)
    }
    switch (program.output, ActivationScale(twin.activation)) {
    case (.activation, .some(let output)):
      multiplierResiduals = steps.indices.map {
        steps[$0].requantization(to: output)
          .residual(of: program.multipliers[$0], exponent: program.preShift - 32)
      }
      roundingError = Double(output.limit) / Double(2 * output.levels)
    case (.logits(let fractionBits), nil) where twin.activation == .identity:
      let unit = Double(sign: .plus, exponent: -fractionBits, significand: 1)
      multiplierResiduals = steps.indices.map {
        Double(program.multipliers[$0]) * unit * ln2
          - steps[$0].product / (steps[$0].levels * Double(temperature))
      }
      roundingError = 0
    default:
      throw .notClipped(layer: 0, activation: twin.activation.description)
    }
  }
}

extension IntegerDense {
  /// The sum of one channel's weights: what its bias loses to the input's zero point, per unit of it.
  public func weightSum(of channel: Int) -> Int {
    weights[channel * inputs..<(channel + 1) * inputs].reduce(0) { $0 + Int($1) }
  }
}

/// ln 2, rounded to Double.
let ln2 = 0.6931471805599453
