import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// Certificate A: for every representable input, how far the program's logit differences are from the float
/// twin's.
public struct WholeDomainCertificate: Equatable, Sendable, Codable {
  /// What one hidden layer contributes.
  public struct Layer: Equatable, Sendable, Codable {
    /// The layer's number, from 0.
    public let index: Int
    /// The real value of one output step.
    public let step: Double
    /// Neurons that are 0 in both forms for every input.
    public let off: Int
    /// Neurons that are at the clip in both forms for every input.
    public let saturated: Int
    /// Neurons that are between their clips in both forms for every input.
    public let active: Int
    /// All other neurons.
    public let unstable: Int
    /// The largest perturbation by multiplier and bias over all channels, in real units.
    public let largestPerturbation: Double
    /// The largest difference of pre-activations that arrives from the layers before.
    public let largestArriving: Double
  }

  /// `c`: no difference of two logits moves by more, in nats, temperature included.
  public let gap: Double
  /// No class's probability moves by more: `tanh(c/4)`, and what the device's own arithmetic after the logits
  /// adds.
  public let probabilityBound: Double
  /// Whether float inputs between the representable ones are included, which the device rounds.
  public let includesInputRounding: Bool
  /// Bounds by pair of classes.
  public let pairs: [PairGap]
  /// The hidden layers.
  public let layers: [Layer]
  /// The largest perturbation of a logit by the head's multipliers and biases.
  public let headPerturbation: Double

  /// The float twin's confidence that the device's confidence of at least `threshold` guarantees.
  public func guaranteedFloatConfidence(int8 threshold: Double) -> Double {
    ProbabilityBound.guaranteed(by: threshold, gap: gap)
  }
}

/// From a gap in logit differences to probabilities.
public enum ProbabilityBound {
  /// What the runtime's softmax may be off for given logits: `docs/numerics.md`.
  public static let headError = 0x1p-24

  /// A gap above this moves a probability of ½ nearly anywhere: there is no point in making it smaller by a half.
  public static let largestUsefulGap = 5.0

  /// If every difference of two logits moves by at most `gap`, no class's probability moves by more than
  /// this.
  ///
  /// `p = 1/(1 + S)`, with `S` the sum of `e^{z_l − z_k}`, becomes at most `1/(1 + S·e^{−c})`; the difference
  /// is largest at `S = e^{c/2}`, where it is `tanh(c/4)`.
  public static func change(gap: Double) -> Double {
    min(1, tanh(gap / 4) * (1 + 0x1p-50) + headError)
  }

  /// What the twin's probability is at least when the device says `probability`.
  public static func guaranteed(by probability: Double, gap: Double) -> Double {
    let lower = max(0, probability - headError)
    guard lower > 0 else { return 0 }
    return lower / (lower + (1 - lower) * exp(gap)) * (1 - 0x1p-50)
  }
}

/// Proves bounds on the difference between a grid twin and its integer program.
public enum Certifier {
  /// Certificate A, for every representable input; layers of any number and width.
  ///
  /// - Parameters:
  ///   - inputRounding: also for float inputs in the domain that are not representable: the device rounds
  ///     them by up to half a step. Useful for few features only.
  ///   - refine: look for semidefinite proofs of smaller bounds (networks with two or more hidden layers).
  public static func wholeDomain(
    twin: Network, program: IntegerProgram, inputRounding: Bool = false, refine: Bool = true
  ) throws(CertificationError) -> WholeDomainCertificate {
    wholeDomain(try ModelPair(twin: twin, program: program), inputRounding: inputRounding, refine: refine)
  }

  /// Certificate A for a checked pair.
  public static func wholeDomain(
    _ pair: ModelPair, inputRounding: Bool = false, refine: Bool = true
  ) -> WholeDomainCertificate {
    certificate(
      pair, box: .whole(inputs: pair.program.inputCount), inputRounding: inputRounding, refine: refine)
  }

  /// The same bounds over a box of inputs.
  static func certificate(
    _ pair: ModelPair, box: InputBox, inputRounding: Bool, refine: Bool
  ) -> WholeDomainCertificate {
    let ranges = pair.ranges(over: box, realInputs: inputRounding)
    let inputRadius = inputRounding ? Slack.up(1 / 510, operations: 1) : 0
    let differences = pair.differences(ranges: ranges, inputRadius: inputRadius)
    let last = differences.last ?? .input(count: pair.program.inputCount, radius: inputRadius)
    let pairs = pair.pairGaps(ranges: ranges, last: last, refine: refine)
    let layers = differences.enumerated().map { index, difference in
      WholeDomainCertificate.Layer(
        index: index, step: 2 * difference.rounding, states: difference.states,
        largestPerturbation: difference.perturbations.max() ?? 0,
        largestArriving: difference.states.indices.map { difference.arriving.radius(of: $0) }.max() ?? 0)
    }
    let gap = pairs.map(\.bound).max() ?? 0
    let head = pair.layers[pair.layers.count - 1]
    return WholeDomainCertificate(
      gap: gap, probabilityBound: ProbabilityBound.change(gap: gap), includesInputRounding: inputRounding,
      pairs: pairs, layers: layers,
      headPerturbation: head.perturbations(ranges[ranges.count - 1], temperature: pair.twin.temperature).max()
        ?? 0)
  }
}

extension WholeDomainCertificate.Layer {
  init(
    index: Int, step: Double, states: [NeuronState], largestPerturbation: Double, largestArriving: Double
  ) {
    self.init(
      index: index, step: step, off: states.count { $0 == .off },
      saturated: states.count { $0 == .saturated },
      active: states.count { $0 == .active }, unstable: states.count { $0 == .unstable },
      largestPerturbation: largestPerturbation, largestArriving: largestArriving)
  }
}
