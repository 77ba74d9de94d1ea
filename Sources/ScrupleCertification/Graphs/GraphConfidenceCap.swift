import ScrupleQuantization

/// Certificate E for programs of any operations: how confident the program can be, at most, anywhere in a box of inputs.
///
/// Intervals through the integer program, whose operations are all monotone (``ProgramStep``); the last layer is taken in
/// differences of logits, `p_k ≤ 1/Σ_l e^{min(z_l − z_k)}`. For dense layers in a row ``ConfidenceCap`` is tighter: it keeps
/// what neurons share.
public struct GraphConfidenceCap: Sendable {
  private let steps: [ProgramStep]
  private let head: IntegerDense
  /// The program whose confidence is bounded.
  public let program: IntegerProgram

  /// - Throws: ``CertificationError`` when the program can't be proved free of overflow.
  public init(program: IntegerProgram) throws(CertificationError) {
    do {
      try program.proveBounds()
    } catch {
      throw .program(reason: error.description)
    }
    guard case .dense(let head) = program.layers.last else {
      throw .program(reason: "the program's last operation is not dense")
    }
    self.head = head
    self.program = program
    steps = ProgramStep.steps(of: program)
  }

  /// An upper bound of the device's largest class probability over a box.
  public func cap(over box: InputBox) -> Double { caps(over: box).max() ?? 1 }

  /// An upper bound of each class's probability over a box.
  public func caps(over box: InputBox) -> [Double] {
    logitDifferences(over: box).classCaps
  }

  /// Bounds of all differences of two logits over a box, in nats.
  func logitDifferences(over box: InputBox) -> PairBounds {
    var values: [Intervals] = []
    for step in steps.dropLast() {
      values.append(step.ranges(reading: step.sources.map { $0 < 0 ? box.intervals : values[$0] }).values)
    }
    guard let last = steps.last else { return PairBounds(classes: 0) }
    return head.logitDifferences(
      reading: last.sources[0] < 0 ? box.intervals : values[last.sources[0]], zeroPoint: last.inputZeroPoint)
  }
}

extension IntegerDense {
  /// Bounds of all differences of two logits, in nats, for inputs less their zero point.
  func logitDifferences(reading inputs: Intervals, zeroPoint: Int) -> PairBounds {
    var bounds = PairBounds(classes: outputs)
    guard case .logits(let bits) = output else { return bounds }
    let unit = Double(sign: .plus, exponent: -bits, significand: 1) * ln2
    let bytes = zip(inputs.low, inputs.high).map { (low: Int($0) + zeroPoint, high: Int($1) + zeroPoint) }
    for i in 0..<outputs {
      for k in 0..<i {
        let range = realPairRange(i, k, bytes: bytes, unit: unit)
        bounds.intersect(i, k, low: range.low, high: range.high)
      }
    }
    return bounds
  }
}

extension PairBounds {
  /// Upper bounds of the device's class probabilities: every other logit as far below as it may be.
  var classCaps: [Double] {
    (0..<classes).map { k in
      var sum = 1.0
      for l in 0..<classes where l != k { sum += exponentialDown(self[l, k].low) }
      return min((1 / (sum * (1 - Slack.form(classes)))).nextUp + ProbabilityBound.headError, 1)
    }
  }
}
