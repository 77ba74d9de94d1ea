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
/// Assumptions: the input is a byte vector of the box, and the reference reads exactly `byte/255`.
public struct DifferentialCertifier: Sendable {
  let layers: [DifferentialLayer]
  /// The program whose difference is bounded.
  public let program: IntegerProgram
  /// The network that it is compared with.
  public let reference: Network

  /// Pairs the layers of a network with those of a program.
  ///
  /// - Throws: ``CertificationError`` where the two do not have the same structure, or the program can't be proved free
  ///   of overflow.
  public init(reference: Network, program: IntegerProgram) throws(CertificationError) {
    do {
      try program.proveBounds()
    } catch {
      throw .program(reason: error.description)
    }
    let dense = reference.denseLayers
    guard dense.count == program.layers.count else {
      throw .layerCount(float: dense.count, int8: program.layers.count)
    }
    var layers: [DifferentialLayer] = []
    var limit = 1.0
    for (index, pair) in zip(dense, program.layers).enumerated() {
      guard case .dense(let integers) = pair.1 else { continue }
      let next = index < dense.count - 1 ? Double(program.metadata.limits[index]) : nil
      layers.append(
        try DifferentialLayer(
          pair.0, integers, index: index, inputLimit: limit, outputLimit: next,
          temperature: Double(reference.temperature)))
      limit = next ?? limit
    }
    self.layers = layers
    self.program = program
    self.reference = reference
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
    private var sums: [Int32] = []
    private var widths: [Int32] = []
    private var bytes: [(low: Int, high: Int)] = []
    private var accumulators: [(low: Int64, high: Int64)] = []

    init(_ certifier: DifferentialCertifier) {
      self.certifier = certifier
      let inputs = certifier.layers.first?.inputs ?? 0
      var forms = [ZonotopeLayer(neurons: inputs, valueSymbols: 0, differenceSymbols: 0)]
      var values = DoubleMatrix.padded(inputs)
      var differences = 0
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
      BoxCertificate(logitBounds(box))
    }

    /// Bounds of all logit differences over one box.
    func logitBounds(_ box: InputBox) -> LogitBounds {
      precondition(
        box.inputs == certifier.program.inputCount,
        "a box of \(box.inputs) inputs for a program with \(certifier.program.inputCount)")
      forms[0].set(box)
      bytes = box.ranges.map { (Int($0.lowerBound), Int($0.upperBound)) }
      for (index, layer) in certifier.layers.enumerated() {
        let (input, form) = (forms[index], forms[index + 1])
        form.map(layer, from: input)
        boundAccumulators(layer.integers)
        switch layer.output {
        case .activation(let step, let limit, let referenceLimit):
          form.bound(layer, from: input, accumulators: accumulators, step: step, isFirst: index == 0)
          form.activate(step: step, limit: limit, referenceLimit: referenceLimit)
          bytes = form.ranges.map(\.byte)
        case .logits(let unit):
          return form.logitBounds(layer, from: input, bytes: bytes, unit: unit)
        }
      }
      preconditionFailure("a program without a last layer")
    }

    private func boundAccumulators(_ integers: IntegerDense) {
      sums = bytes.map { Int32($0.low + $0.high) }
      widths = bytes.map { Int32($0.high - $0.low) }
      accumulators = Array(repeating: (0, 0), count: integers.outputs)
      accumulators.withUnsafeMutableBufferPointer { result in
        sums.withUnsafeBufferPointer { sums in
          widths.withUnsafeBufferPointer { widths in
            if let base = result.baseAddress {
              integers.accumulatorRanges(sums: sums, widths: widths, into: base)
            }
          }
        }
      }
    }
  }
}

extension ZonotopeLayer {
  /// Makes this layer the input: byte `u` of the box is `u/255`, one symbol each, no difference.
  func set(_ box: InputBox) {
    (largestReference, largestDifference, largestDifferenceError) = (1, 0, 0)
    // A middle and a half width of at most 1, each divided by 510 with one rounding, the half width's upward.
    largestReferenceError = 0x1p-52
    for (index, range) in box.ranges.enumerated() {
      let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
      referenceCenter[0][index] = (low + high) / 510
      referenceFresh[0][index] = (high - low) / 510
      activationCenter[0][index] = (low + high) / 510
      activationRadius[0][index] = (high - low) / 510
    }
  }
}
