import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// Proves, for a box of inputs, how far the integer program's probabilities can be from a reference network's.
///
/// The reference is any dense network with ReLU or clipped ReLU in real arithmetic: the program's float twin, or the
/// original model that post-training quantization started from. The program is what the device runs, with the
/// multipliers, biases and the fixed-point softmax that its file holds.
///
/// The method is a differential zonotope: the reference's pre-activations and the *difference* of program and reference
/// are carried as affine forms over shared symbols (one per input, one per rounding, one per neuron that clipping makes
/// nonlinear in the box), so that what is common to both cancels. (Zonotopes for neural networks: Singh et al., *Fast
/// and Effective Robustness Certification*, 2018; difference analysis: Paulsen et al., *ReluDiff*, 2020.) See
/// ``DifferentialLayer``, ``DifferenceBand``, ``SoftmaxBound`` and, for floating point, ``Slack``.
///
/// Assumptions: the program reads a byte vector of the box, and the reference exactly `byte/255`; or, with
/// ``includesInputRounding``, any real value in `0...1` whose nearest byte that is.
public struct DifferentialCertifier: Sendable {
  let layers: [DifferentialLayer]
  /// The program whose difference is bounded.
  public let program: IntegerProgram
  /// The network that it is compared with.
  public let reference: Network
  /// Whether the reference reads real values that the device rounds.
  public let includesInputRounding: Bool

  /// Pairs the layers of a network with those of a program.
  ///
  /// - Throws: ``CertificationError`` where the two do not have the same structure, or the program can't be proved free
  ///   of overflow.
  public init(
    reference: Network, program: IntegerProgram, includesInputRounding: Bool = false
  ) throws(CertificationError) {
    guard reference.isDenseChain else { throw .notADenseChain(network: reference.name) }
    let integers = try ProgramLayer.layers(of: program)
    let dense = reference.denseLayers
    guard dense.count == integers.count else {
      throw .layerCount(float: dense.count, int8: integers.count)
    }
    var layers: [DifferentialLayer] = []
    for (index, pair) in zip(dense, integers).enumerated() {
      layers.append(
        try DifferentialLayer(pair.0, pair.1, index: index, temperature: Double(reference.temperature)))
    }
    self.layers = layers
    self.program = program
    self.reference = reference
    self.includesInputRounding = includesInputRounding
  }

  /// The bounds over one box.
  public func bound(_ box: InputBox) -> BoxCertificate {
    Workspace(self).certificate(box)
  }
}

extension DifferentialCertifier {
  /// The memory for one propagation at a time; reused from box to box.
  final class Workspace {
    let certifier: DifferentialCertifier
    /// The input and every layer.
    let forms: [ZonotopeLayer]

    init(_ certifier: DifferentialCertifier) {
      self.certifier = certifier
      let inputs = certifier.layers.first?.inputs ?? 0
      var forms = [ZonotopeLayer(neurons: inputs, valueSymbols: 0, differenceSymbols: 0)]
      var values = DoubleMatrix.padded(inputs)
      var differences = certifier.includesInputRounding ? values : 0
      for layer in certifier.layers {
        forms.append(
          ZonotopeLayer(neurons: layer.outputs, valueSymbols: values, differenceSymbols: differences))
        values += DoubleMatrix.padded(layer.outputs)
        differences += DoubleMatrix.padded(layer.outputs)
      }
      self.forms = forms
    }

    /// The bounds over one box.
    func certificate(_ box: InputBox) -> BoxCertificate {
      guard let bounds = logitBounds(box, phases: []) else { preconditionFailure("a box without inputs") }
      return BoxCertificate(bounds)
    }

    /// Bounds of all logit differences over the inputs of a box for which some neurons are on given sides of their
    /// kinks; nil when there are no such inputs.
    func logitBounds(_ box: InputBox, phases: [NeuronPhase]) -> LogitBounds? {
      precondition(
        box.inputs == certifier.program.inputCount,
        "a box of \(box.inputs) inputs for a program with \(certifier.program.inputCount)")
      forms[0].set(box, includesRounding: certifier.includesInputRounding)
      var bytes = box.ranges.map { (low: Int($0.lowerBound), high: Int($0.upperBound)) }
      for (index, layer) in certifier.layers.enumerated() {
        let (input, form) = (forms[index], forms[index + 1])
        form.map(layer, from: input)
        switch layer.program.output {
        case .activation(let step, let limit):
          form.bound(
            layer, from: input, accumulators: layer.program.integers.accumulatorRanges(bytes: bytes),
            step: step, isFirst: index == 0)
          for phase in phases where phase.layer == index {
            form.ranges[phase.neuron].restrict(to: phase, step: step)
            if form.ranges[phase.neuron].isEmpty { return nil }
          }
          form.activate(step: step, limit: limit, referenceLimit: layer.referenceLimit)
          bytes = form.ranges.map(\.byte)
        case .logits(let unit):
          return form.logitBounds(layer, from: input, bytes: bytes, unit: unit)
        }
      }
      preconditionFailure("a program without a last layer")
    }
  }
}

extension ZonotopeLayer {
  /// Makes this layer the input: byte `u` of the box is `u/255`, one symbol each, no difference.
  ///
  /// - Parameter includesRounding: the reference reads any `x` that rounds to such a byte: half a step more to both sides
  ///   where the domain `0...1` has it, and `u/255 − x` is another symbol of half a step.
  func set(_ box: InputBox, includesRounding: Bool) {
    (largestReference, largestDifference, largestDifferenceError) = (1, 0, 0)
    // A middle and a half width of at most 1, each divided by 510 with one rounding, the half width's upward.
    largestReferenceError = 0x1p-52
    for (index, range) in box.ranges.enumerated() {
      var (low, high) = (Double(range.lowerBound), Double(range.upperBound))
      if includesRounding { (low, high) = (max(low - 0.5, 0), min(high + 0.5, 255)) }
      referenceCenter[0][index] = (low + high) / 510
      referenceFresh[0][index] = (high - low) / 510
      activationCenter[0][index] = (low + high) / 510
      activationRadius[0][index] = (high - low) / 510
      differenceFresh[0][index] = includesRounding ? (1 / 510.0).nextUp : 0
    }
    if includesRounding { largestDifference = (1 / 510.0).nextUp }
  }
}
