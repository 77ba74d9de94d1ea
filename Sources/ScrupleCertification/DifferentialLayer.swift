import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// One dense layer of the reference network beside the same layer of the integer program, both as real affine maps.
///
/// The program's accumulators are exact integers and its requantization is one multiplication before the rounding, so
/// up to that rounding its layer *is* the affine map `V·â + v` of its real-valued inputs `â`, with the multipliers as
/// the file has them. Multiplier and bias errors need no terms of their own: they are in `V − W` and `v − w`.
struct DifferentialLayer: Sendable {
  let inputs: Int
  let outputs: Int
  /// `W`: the reference's weights, divided by the temperature in the last layer.
  let reference: DoubleMatrix
  /// `V`: the program's weights in real units.
  let program: DoubleMatrix
  /// `V − W`
  let difference: DoubleMatrix
  /// `w`, `v`, `v − w`
  let referenceBias, programBias, biasDifference: [Double]
  /// `Σ|W|`, `Σ|V|` and `Σ|V − W|` of each row, rounded up.
  let referenceReach, programReach, differenceReach: [Double]
  /// The program's layer as integers.
  let integers: IntegerDense
  /// What the layer writes.
  let output: Output

  /// What becomes of the pre-activations.
  enum Output: Equatable, Sendable {
    /// Bytes of `step` up to `limit = 255·step`; the reference clips at `referenceLimit`, infinite for plain ReLU.
    case activation(step: Double, limit: Double, referenceLimit: Double)
    /// Logits in nats; the program's are `acc·m·unit`.
    case logits(unit: Double)
  }

  /// How many roundings are in an entry of `V`: three or four, and one of `W` when there is a temperature. Far below
  /// the sixteen that ``Slack/form(_:)`` has to spare.
  static let entryRelativeError = 8 * 0x1p-53

  /// - Parameters:
  ///   - inputLimit: what the byte 255 of the layer's input stands for.
  ///   - outputLimit: the same for its output; nil for the last layer.
  init(
    _ dense: Dense, _ integers: IntegerDense, index: Int, inputLimit: Double, outputLimit: Double?,
    temperature: Double
  ) throws(CertificationError) {
    guard dense.inputs == integers.inputs, dense.outputs == integers.outputs else {
      throw .shape(
        layer: index, float: "\(dense.inputs)-\(dense.outputs)",
        int8: "\(integers.inputs)-\(integers.outputs)")
    }
    inputs = dense.inputs
    outputs = dense.outputs
    self.integers = integers
    output = try Self.output(of: dense, integers, index: index, limit: outputLimit)
    let isLast = outputLimit == nil
    let divisor = isLast ? temperature : 1

    reference = DoubleMatrix(rows: outputs, columns: inputs)
    program = DoubleMatrix(rows: outputs, columns: inputs)
    difference = DoubleMatrix(rows: outputs, columns: inputs)
    var referenceBias: [Double] = []
    var programBias: [Double] = []
    var reaches: [(Double, Double, Double)] = []
    for row in 0..<outputs {
      let unit = Self.accumulatorUnit(of: integers, row: row, output: output)
      let weightUnit = unit * 255 / inputLimit
      let (w, v, d) = (reference[row], program[row], difference[row])
      for column in 0..<inputs {
        w[column] = Double(dense.weight[row * inputs + column]) / divisor
        v[column] = Double(integers.weights[row * inputs + column]) * weightUnit
        d[column] = v[column] - w[column]
      }
      referenceBias.append(Double(dense.bias[row]) / divisor)
      programBias.append(Double(integers.bias[row]) * unit)
      let up = 1 + Slack.form(inputs)
      let (wSum, vSum, dSum) = (
        VectorLoops.absoluteSum(w, count: reference.paddedColumns) * up,
        VectorLoops.absoluteSum(v, count: reference.paddedColumns) * up,
        VectorLoops.absoluteSum(d, count: reference.paddedColumns) * up
      )
      reaches.append((wSum, vSum, dSum + Self.entryRelativeError * (wSum + vSum)))
    }
    self.referenceBias = referenceBias
    self.programBias = programBias
    biasDifference = zip(programBias, referenceBias).map { $0 - $1 }
    referenceReach = reaches.map(\.0)
    programReach = reaches.map(\.1)
    differenceReach = reaches.map(\.2)
  }

  /// The real value of one unit of a row's accumulator after the device's multiplication.
  private static func accumulatorUnit(of integers: IntegerDense, row: Int, output: Output) -> Double {
    let multiplier = Double(integers.multipliers[row])
    switch output {
    case .activation(let step, _, _):
      return multiplier * Double(sign: .plus, exponent: integers.preShift - 32, significand: 1) * step
    case .logits(let unit): return multiplier * unit
    }
  }

  private static func output(
    of dense: Dense, _ integers: IntegerDense, index: Int, limit: Double?
  ) throws(CertificationError) -> Output {
    switch (integers.output, limit) {
    case (.logits(let bits), nil):
      guard case .identity = dense.activation else {
        throw .activation(layer: index, activation: dense.activation.description)
      }
      return .logits(unit: Double(sign: .plus, exponent: -bits, significand: 1) * ln2)
    case (.activation(0, 0, 255), .some(let limit)):
      switch dense.activation {
      case .relu: return .activation(step: limit / 255, limit: limit, referenceLimit: .infinity)
      case .clippedReLU(let own):
        return .activation(step: limit / 255, limit: limit, referenceLimit: Double(own))
      case .identity, .tanh:
        throw .activation(layer: index, activation: dense.activation.description)
      }
    case (.activation(_, let low, let high), _): throw .outputRange(layer: index, low: low, high: high)
    case (.logits, .some): throw .program(reason: "layer \(index) writes logits, but is not the last")
    }
  }
}

/// ln 2, rounded to Double.
let ln2 = 0.6931471805599453
