import ScrupleNetwork
import ScrupleQuantization

/// One dense layer of the reference network beside the same layer of the integer program, both as real affine maps.
///
/// The program's map has the multipliers and biases of the file (``ProgramLayer``): their errors need no terms of their
/// own, they are in `V − W` and `v − w`.
struct DifferentialLayer: Sendable {
  /// `V` and `v`
  let program: ProgramLayer
  /// `W`: the reference's weights, divided by the temperature in the last layer.
  let reference: DoubleMatrix
  /// `V − W`
  let difference: DoubleMatrix
  /// `w` and `v − w`
  let referenceBias, biasDifference: [Double]
  /// `Σ|W|` and `Σ|V − W|` of each row, rounded up.
  let referenceReach, differenceReach: [Double]
  /// Where the reference clips: infinite for plain ReLU, and of no meaning in the last layer.
  let referenceLimit: Double

  var inputs: Int { program.inputs }
  var outputs: Int { program.outputs }

  init(
    _ dense: Dense, _ program: ProgramLayer, index: Int, temperature: Double
  ) throws(CertificationError) {
    guard dense.inputs == program.inputs, dense.outputs == program.outputs else {
      throw .shape(
        layer: index, float: "\(dense.inputs)-\(dense.outputs)", int8: "\(program.inputs)-\(program.outputs)")
    }
    self.program = program
    let divisor: Double
    switch (program.output, dense.activation) {
    case (.logits, .identity): (divisor, referenceLimit) = (temperature, .infinity)
    case (.activation, .relu): (divisor, referenceLimit) = (1, .infinity)
    case (.activation, .clippedReLU(let limit)): (divisor, referenceLimit) = (1, Double(limit))
    default: throw .activation(layer: index, activation: dense.activation.description)
    }
    reference = DoubleMatrix(rows: dense.outputs, columns: dense.inputs)
    difference = DoubleMatrix(rows: dense.outputs, columns: dense.inputs)
    referenceBias = dense.bias.map { Double($0) / divisor }
    biasDifference = zip(program.bias, referenceBias).map { $0 - $1 }
    var reaches: [(reference: Double, difference: Double)] = []
    for row in 0..<dense.outputs {
      let (w, v, d) = (reference[row], program.weights[row], difference[row])
      for column in 0..<dense.inputs {
        w[column] = Double(dense.weight[row * dense.inputs + column]) / divisor
        d[column] = v[column] - w[column]
      }
      let up = 1 + Slack.form(dense.inputs)
      let reach = VectorLoops.absoluteSum(w, count: reference.paddedColumns) * up
      // The computed difference of two nearly equal weights is off by their roundings, not by its own.
      let rounding = ProgramLayer.entryRelativeError * (reach + program.reach[row])
      reaches.append((reach, VectorLoops.absoluteSum(d, count: difference.paddedColumns) * up + rounding))
    }
    referenceReach = reaches.map(\.reference)
    differenceReach = reaches.map(\.difference)
  }
}
