import ScrupleNetwork
import ScrupleQuantization

/// Certificate C for networks of any layers: how far program and twin are apart anywhere in a box of inputs.
///
/// The differences of ``Certifier/certificate(_:box:inputRounding:effort:)`` with the box's own clips, beside the ranges of
/// both forms' logits. For dense layers in a row ``DifferentialCertifier`` is tighter.
public struct GraphCertifier: Sendable {
  /// The models.
  public let pair: GraphPair
  private let includesInputRounding: Bool
  private let effort: Int

  /// - Parameters:
  ///   - includesInputRounding: whether the twin reads real inputs, which the device rounds to bytes of the box.
  ///   - effort: multiplications that each box may take beyond what it has to.
  public init(_ pair: GraphPair, includesInputRounding: Bool = false, effort: Int = 0) {
    self.pair = pair
    self.includesInputRounding = includesInputRounding
    self.effort = effort
  }

  /// The bounds over one box.
  public func bound(_ box: InputBox) -> BoxCertificate {
    let ranges = pair.ranges(over: box, realInputs: includesInputRounding)
    let radius = includesInputRounding ? Slack.up(1 / 510, operations: 1) : 0
    let differences = pair.refined(
      pair.differences(ranges: ranges, inputRadius: radius), ranges: ranges, inputRadius: radius,
      effort: effort)
    var bounds = LogitBounds(classes: pair.program.classCount)
    guard let head = pair.steps.last, case .kernel(let kernel) = head.operation,
      case .dense(let integers) = pair.program.layers.last
    else { return BoxCertificate(bounds) }
    let source = head.sources[0]
    let input = box.intervals
    let reals = box.reals(reach: includesInputRounding ? 0.5 : 0)
    let twin = source < 0 ? reals : ranges[source].twin
    bounds.program = integers.logitDifferences(
      reading: source < 0 ? input : ranges[source].program.values, zeroPoint: head.program.inputZeroPoint)
    for gap in pair.pairGaps(differences, inputRadius: radius) {
      bounds.difference.intersect(gap.first, gap.second, low: -gap.bound, high: gap.bound)
      let range = kernel.difference(gap.first, gap.second, over: twin, temperature: pair.twin.temperature)
      bounds.reference.intersect(gap.first, gap.second, low: range.low, high: range.high)
    }
    bounds.tighten()
    return BoxCertificate(bounds)
  }
}

extension GraphStep.Kernel {
  /// The range of a difference of two outputs, divided by the temperature and rounded outward.
  fileprivate func difference(
    _ i: Int, _ k: Int, over input: Intervals, temperature: Float
  ) -> (low: Double, high: Double) {
    let (a, b) = (map.row(weights, of: i), map.row(weights, of: k))
    var low = Double(twin.bias[i]) - Double(twin.bias[k])
    var high = low
    var magnitude = abs(low)
    for index in a.indices {
      let weight = a[index] - b[index]
      let ends = (weight * input.low[index], weight * input.high[index])
      low += min(ends.0, ends.1)
      high += max(ends.0, ends.1)
      magnitude += max(abs(ends.0), abs(ends.1))
    }
    let slack = Slack.gamma(a.count + 8) * magnitude
    return ((low - slack) / Double(temperature), (high + slack) / Double(temperature))
  }
}
