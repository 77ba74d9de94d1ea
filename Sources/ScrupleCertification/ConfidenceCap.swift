import Foundation
import ScrupleQuantization

/// Certificate E: how confident the program can be, at most, anywhere in a box of inputs.
///
/// Two propagations are met: intervals through the *integer* program, which lose nothing to rounding because
/// requantization is monotone, and a zonotope, which keeps what neurons share. The last layer is taken in differences of
/// logits.
///
/// From bounds `z_l − z_k ≥ −U_kl` follows `p_k ≤ 1/Σ_l e^{−U_kl}`. That lets every difference be extreme at once; a
/// second bound does not: for any weights `w ≥ 0` with sum 1, `log Σ_l e^{z_l} ≥ Σ_l w_l·z_l + H(w)` (Gibbs'
/// inequality, with the entropy `H`), hence
///
///     log p_k ≤ max (z_k − Σ_l w_l·z_l) − H(w),
///
/// one linear function of the last layer's inputs, exact to first order where `w` is the softmax. The weights are the
/// softmax in the middle of the box. The smaller of the two bounds counts, and the device's own softmax may add
/// ``ProbabilityBound/headError``.
public struct ConfidenceCap: Sendable {
  let layers: [ProgramLayer]
  /// The program whose confidence is bounded.
  public let program: IntegerProgram

  /// - Throws: ``CertificationError`` when the program can't be proved free of overflow, or has an operation without a
  ///   transfer rule.
  public init(program: IntegerProgram) throws(CertificationError) {
    layers = try ProgramLayer.layers(of: program)
    self.program = program
  }

  /// An upper bound of the device's largest class probability over a box.
  public func cap(over box: InputBox) -> Double {
    Workspace(self).caps(over: box).max() ?? 1
  }

  /// An upper bound of each class's probability over a box.
  public func classCaps(over box: InputBox) -> [Double] {
    Workspace(self).caps(over: box)
  }
}

extension ConfidenceCap {
  /// The memory for one propagation at a time; reused from box to box.
  final class Workspace {
    let cap: ConfidenceCap
    let forms: [ProgramZonotope]

    init(_ cap: ConfidenceCap) {
      self.cap = cap
      var symbols = 0
      var forms: [ProgramZonotope] = []
      for count in [cap.program.inputCount] + cap.layers.map(\.outputs) {
        forms.append(ProgramZonotope(neurons: count, symbols: symbols))
        symbols += DoubleMatrix.padded(count)
      }
      self.forms = forms
    }

    /// An upper bound of each class's probability.
    func caps(over box: InputBox) -> [Double] {
      precondition(
        box.inputs == cap.program.inputCount,
        "a box of \(box.inputs) inputs for a program with \(cap.program.inputCount)")
      forms[0].set(box)
      for (index, layer) in cap.layers.enumerated() {
        let (input, form) = (forms[index], forms[index + 1])
        form.map(layer, from: input)
        switch layer.output {
        case .activation(let step, let limit):
          form.activate(
            layer.integers, accumulators: layer.integers.accumulatorRanges(bytes: input.bytes), step: step,
            limit: limit)
        case .logits(let unit):
          return form.classCaps(layer, from: input, unit: unit)
        }
      }
      preconditionFailure("a program without a last layer")
    }
  }
}

extension ProgramZonotope {
  /// Upper bounds of all class probabilities, from the forms of the logits.
  fileprivate func classCaps(_ layer: ProgramLayer, from input: ProgramZonotope, unit: Double) -> [Double] {
    let pairs = logitDifferences(layer, from: input, unit: unit)
    let tangent = LogitTangent(self, layer, from: input)
    return (0..<neurons).map { k in
      var sum = 1.0
      for l in 0..<neurons where l != k { sum += exponentialDown(pairs[l, k].low) }
      let separate = 1 / (sum * (1 - Slack.form(neurons)))
      let joint = exponentialUp(tangent.largestAdvantage(of: k, self, layer) - tangent.entropy)
      return min(min(separate, joint).nextUp + ProbabilityBound.headError, 1)
    }
  }

  /// Bounds of all differences of two logits: exact integer intervals met with the forms' differences.
  private func logitDifferences(_ layer: ProgramLayer, from input: ProgramZonotope, unit: Double)
    -> PairBounds
  {
    var bounds = PairBounds(classes: neurons)
    let up = 1 + Slack.form(columns)
    for i in 0..<neurons {
      for k in 0..<i {
        let (a, b) = (center[0][i], center[0][k])
        let radius =
          VectorLoops.absoluteDifferenceSum(coefficients[i], coefficients[k], count: columns) * up + error[i]
          + error[k] + 0x1p-50 * (abs(a) + abs(b))
        bounds.intersect(i, k, low: addDown(a - b, -radius), high: addUp(a - b, radius))
        let integer = layer.integers.realPairRange(i, k, bytes: input.bytes, unit: unit)
        bounds.intersect(i, k, low: integer.low, high: integer.high)
      }
    }
    return bounds
  }
}
