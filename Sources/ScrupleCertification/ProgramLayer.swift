import ScrupleQuantization

/// One dense layer of the integer program as a real affine map.
///
/// The program's accumulators are exact integers and its requantization is one multiplication before the rounding, so
/// up to that rounding its layer *is* the affine map `V·â + v` of its real-valued inputs `â`, with the multipliers and
/// biases that the file has.
struct ProgramLayer: Sendable {
  /// The layer as integers.
  let integers: IntegerDense
  /// `V`, `outputs × inputs`.
  let weights: DoubleMatrix
  /// `v`
  let bias: [Double]
  /// `Σ|V|` of each row, rounded up.
  let reach: [Double]
  /// The real value of one step of the bytes that the layer reads.
  let inputStep: Double
  /// What the layer writes.
  let output: Output

  /// What becomes of the pre-activations.
  enum Output: Equatable, Sendable {
    /// Bytes of `step`, clipped at `limit = 255·step`.
    case activation(step: Double, limit: Double)
    /// Logits in nats: `acc·m·unit`.
    case logits(unit: Double)
  }

  /// An entry of `V` takes at most five roundings.
  static let entryRelativeError = 8 * 0x1p-53

  var inputs: Int { integers.inputs }
  var outputs: Int { integers.outputs }

  /// - Parameters:
  ///   - inputLimit: what the byte 255 of the layer's input stands for.
  ///   - outputLimit: the same for its output; nil for the last layer.
  init(
    _ integers: IntegerDense, index: Int, inputLimit: Double, outputLimit: Double?
  ) throws(CertificationError) {
    self.integers = integers
    inputStep = inputLimit / 255
    let output = try Self.output(of: integers, index: index, limit: outputLimit)
    self.output = output
    weights = DoubleMatrix(rows: integers.outputs, columns: integers.inputs)
    var bias: [Double] = []
    var reach: [Double] = []
    for row in 0..<integers.outputs {
      let unit = Self.accumulatorUnit(of: integers, row: row, output: output)
      let weightUnit = unit * 255 / inputLimit
      let v = weights[row]
      for column in 0..<integers.inputs {
        v[column] = Double(integers.weights[row * integers.inputs + column]) * weightUnit
      }
      bias.append(Double(integers.bias[row]) * unit)
      reach.append(
        VectorLoops.absoluteSum(v, count: weights.paddedColumns) * (1 + Slack.form(integers.inputs)))
    }
    self.bias = bias
    self.reach = reach
  }

  /// The real value of one unit of a row's accumulator after the device's multiplication.
  private static func accumulatorUnit(of integers: IntegerDense, row: Int, output: Output) -> Double {
    let multiplier = Double(integers.multipliers[row])
    switch output {
    case .activation(let step, _):
      return multiplier * Double(sign: .plus, exponent: integers.preShift - 32, significand: 1) * step
    case .logits(let unit): return multiplier * unit
    }
  }

  private static func output(
    of integers: IntegerDense, index: Int, limit: Double?
  ) throws(CertificationError) -> Output {
    switch (integers.output, limit) {
    case (.logits(let bits), nil):
      return .logits(unit: Double(sign: .plus, exponent: -bits, significand: 1) * ln2)
    case (.activation(0, 0, 255), .some(let limit)): return .activation(step: limit / 255, limit: limit)
    case (.activation(_, let low, let high), _): throw .outputRange(layer: index, low: low, high: high)
    case (.logits, .some): throw .program(reason: "layer \(index) writes logits, but is not the last")
    }
  }
}

extension ProgramLayer {
  /// All layers of a program whose accumulators are proved to stay in range.
  static func layers(of program: IntegerProgram) throws(CertificationError) -> [ProgramLayer] {
    do {
      try program.proveBounds()
    } catch {
      throw .program(reason: error.description)
    }
    var layers: [ProgramLayer] = []
    var limit = 1.0
    for (index, layer) in program.layers.enumerated() {
      guard case .dense(let integers) = layer else { continue }
      let next = index < program.layers.count - 1 ? Double(program.metadata.limits[index]) : nil
      layers.append(try ProgramLayer(integers, index: index, inputLimit: limit, outputLimit: next))
      limit = next ?? limit
    }
    return layers
  }
}

/// ln 2, rounded to Double.
let ln2 = 0.6931471805599453
