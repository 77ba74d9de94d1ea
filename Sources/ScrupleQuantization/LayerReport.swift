import Foundation
import ScrupleNetwork
import ScrupleRuntime

/// What quantization did to one layer.
public struct LayerReport: Equatable, Sendable, Codable {
  /// `dense`, `convolution`, `average pooling`, ….
  public let kind: String
  /// The operation's number, from 0.
  public let index: Int
  /// `28×28×1→24×24×8`, `100→10`.
  public let shape: String
  /// Number of inputs.
  public let inputs: Int
  /// Number of outputs.
  public let outputs: Int
  /// Number of weights.
  public let weights: Int
  /// The smallest weight scale of all channels; nil without weights.
  public let smallestScale: Double?
  /// The largest weight scale of all channels; nil without weights.
  public let largestScale: Double?
  /// The real value of one step of the output; nil for logits, which are not rounded.
  public let outputStep: Double?
  /// Signal-to-quantization-noise ratio of the layer's outputs against the float network, all errors of the
  /// layers before included, in dB; nil without calibration data, or when either power is zero.
  public let signalToNoise: Double?
  /// Share of the activations on calibration data that sit at a clip; nil for logits, for layers without a clip of their
  /// own, or without data.
  public let saturation: Double?
  /// Bits that the accumulator needs, sign included: at most 32; nil where nothing is summed.
  public let accumulatorBits: Int?
  /// Left shift before the multiplication; right shift after an addition's.
  public let preShift: Int
}

extension LayerReport {
  /// - Parameters:
  ///   - reference: the float network that was quantized, with the twin's layers.
  ///   - data: normalized inputs, row-major; may be empty.
  static func reports(
    reference: Network, twin: Network, program: IntegerProgram, data: [Float]
  ) -> [LayerReport] {
    let count = data.count / max(program.inputCount, 1)
    let bytes = data.map { UInt8(min(max(($0 * 255 + 0.5).rounded(.down), 0), 255)) }
    let scales = twin.activationScales
    let operations = twin.operationIndices
    var floats: [[Float]] = []
    var integers: [[UInt8]] = []
    var reports: [LayerReport] = []
    for (index, layer) in reference.layers.enumerated() {
      let sources = twin.sources[index]
      let read = sources.map { $0 < 0 ? bytes : integers[$0] }
      floats.append(layer.outputs(of: sources.map { $0 < 0 ? data : floats[$0] }, count: count))
      if layer == .flatten {
        integers.append(read[0])
        continue
      }
      let operation = program.layers[operations[index]]
      let outputs = operation.outputBatch(read, count: count)
      let isHidden = index < twin.layers.count - 1
      let scale = isHidden ? scales[index] : nil
      let measured = Measurement(
        reference: floats[index], levels: outputs, scale: scale, operation: operation,
        temperature: Double(twin.temperature))
      integers.append(isHidden ? outputs.map { UInt8(truncatingIfNeeded: $0) } : [])
      reports.append(
        LayerReport(
          operation, twin: twin.layers[index], index: operations[index], step: scale?.step, measured: measured
        ))
      for past in floats.indices where !twin.sources[(index + 1)...].contains(where: { $0.contains(past) }) {
        (floats[past], integers[past]) = ([], [])
      }
    }
    return reports
  }

  private init(
    _ operation: IntegerLayer, twin: Layer, index: Int, step: Double?, measured: Measurement
  ) {
    let scales = twin.kernel?.grid?.scales
    self.init(
      kind: operation.kind, index: index, shape: operation.shapeText, inputs: operation.inputs,
      outputs: operation.outputs, weights: operation.kernel?.weights.count ?? 0,
      smallestScale: scales?.min().map(Double.init), largestScale: scales?.max().map(Double.init),
      outputStep: step, signalToNoise: measured.signalToNoise,
      saturation: step == nil || twin.activation == nil ? nil : measured.saturation,
      accumulatorBits: operation.accumulatorBits, preShift: operation.shift)
  }
}

/// Sums of powers over a layer's outputs.
private struct Measurement {
  var signal = 0.0
  var noise = 0.0
  var saturated = 0
  var count = 0

  /// - Parameters:
  ///   - reference: the float network's outputs.
  ///   - levels: the program's, bytes or accumulators.
  ///   - scale: what bytes stand for; nil for logits.
  init(
    reference: [Float], levels: [Int32], scale: ActivationScale?, operation: IntegerLayer, temperature: Double
  ) {
    // In units of the float layer's outputs: undo temperature and base 2 for logits.
    var units: [Double] = []
    if let scale {
      units = [scale.step]
    } else if case .logits(let bits) = operation.output, let kernel = operation.kernel {
      let fraction = Double(sign: .plus, exponent: -bits, significand: 1)
      units = kernel.multipliers.map { Double($0) * fraction * ln2 * temperature }
    }
    let zeroPoint = Int32(scale?.zeroPoint ?? 0)
    let lowest = Int32(scale?.lowestByte ?? 0)
    for (position, level) in levels.enumerated() {
      let quantized = units[position % units.count] * Double(level - zeroPoint)
      let error = Double(reference[position]) - quantized
      signal += Double(reference[position]) * Double(reference[position])
      noise += error * error
      if scale != nil, level == 255 || (zeroPoint > 0 && level == lowest) { saturated += 1 }
    }
    count = levels.count
  }

  var signalToNoise: Double? {
    signal > 0 && noise > 0 ? 10 * log10(signal / noise) : nil
  }
  var saturation: Double? {
    count > 0 ? Double(saturated) / Double(count) : nil
  }
}

extension IntegerLayer {
  /// What is read and written: `28×28×1→24×24×8`.
  public var shapeText: String {
    switch self {
    case .dense(let layer): "\(layer.inputs)→\(layer.outputs)"
    case .convolution(let layer): "\(layer.image)→\(layer.outputShape)"
    case .depthwise(let layer): "\(layer.image)→\(layer.outputShape)"
    case .pooling(let layer): "\(layer.image)→\(layer.outputShape)"
    case .addition(let layer): "2·\(layer.count)→\(layer.count)"
    }
  }

  /// Bits that hold every value of every sum, sign included; nil where nothing is summed.
  public var accumulatorBits: Int? {
    switch self {
    case .dense, .convolution, .depthwise: kernel?.accumulatorBits
    case .pooling(let layer):
      layer.kind == .average ? 65 - (255 * Int64(layer.window.count)).leadingZeroBitCount : nil
    case .addition(let layer):
      65 - (255 * (Int64(layer.multiplierA) + Int64(layer.multiplierB))).leadingZeroBitCount
    }
  }

  /// The shift of what is multiplied: to the left before it, for additions to the right behind.
  fileprivate var shift: Int {
    switch self {
    case .dense, .convolution, .depthwise: kernel?.preShift ?? 0
    case .pooling(let layer): layer.preShift
    case .addition(let layer): layer.shift
    }
  }
}
