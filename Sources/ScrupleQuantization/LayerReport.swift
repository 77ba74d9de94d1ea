import Foundation
import ScrupleNetwork
import ScrupleRuntime

/// What quantization did to one layer.
public struct LayerReport: Equatable, Sendable, Codable {
  /// `dense`.
  public let kind: String
  /// The layer's number among the dense ones, from 0.
  public let index: Int
  /// Number of inputs.
  public let inputs: Int
  /// Number of outputs.
  public let outputs: Int
  /// Number of weights.
  public let weights: Int
  /// The smallest weight scale of all channels.
  public let smallestScale: Double
  /// The largest weight scale of all channels.
  public let largestScale: Double
  /// The real value of one step of the output: `limit/255`; nil for logits, which are not rounded.
  public let outputStep: Double?
  /// Signal-to-quantization-noise ratio of the layer's outputs against the float network, all errors of the
  /// layers before included, in dB; nil without calibration data, or when either power is zero.
  public let signalToNoise: Double?
  /// Share of the activations on calibration data that sit at the clip; nil for logits or without data.
  public let saturation: Double?
  /// Bits that the accumulator needs, sign included: at most 32.
  public let accumulatorBits: Int
  /// Left shift before the multiplication.
  public let preShift: Int
}

extension LayerReport {
  /// - Parameters:
  ///   - reference: the float layers that were quantized, as many as the program has.
  ///   - data: normalized inputs, row-major; may be empty.
  static func reports(
    reference: [Dense], twin: Network, program: IntegerProgram, data: [Float]
  ) -> [LayerReport] {
    var float = data
    let count = data.count / max(program.inputCount, 1)
    var bytes = data.map { UInt8(min(max(($0 * 255 + 0.5).rounded(.down), 0), 255)) }
    let dense = twin.denseLayers
    return program.layers.enumerated().compactMap { index, layer in
      switch layer {
      case .convolution, .depthwise, .pooling, .addition: return nil
      case .dense(let integers):
        float = reference[index].outputs(of: float, count: count)
        let outputs = integers.outputBatch(bytes, count: count)
        let isHidden = index < program.metadata.limits.count
        let step = isHidden ? Double(program.metadata.limits[index]) / 255 : nil
        let fraction = Double(sign: .plus, exponent: -program.fractionBits, significand: 1)
        // In units of the float layer's outputs: undo temperature and base 2 for logits.
        let units = integers.multipliers.map {
          step ?? Double($0) * fraction * ln2 * Double(twin.temperature)
        }
        var measured = Measurement()
        for (position, level) in outputs.enumerated() {
          measured.add(
            reference: Double(float[position]), quantized: units[position % integers.outputs] * Double(level),
            isSaturated: isHidden && level == 255)
        }
        if isHidden { bytes = outputs.map { UInt8($0) } }
        let scales = dense[index].grid?.scales ?? []
        return LayerReport(
          kind: "dense", index: index, inputs: integers.inputs, outputs: integers.outputs,
          weights: integers.weights.count, smallestScale: Double(scales.min() ?? 0),
          largestScale: Double(scales.max() ?? 0), outputStep: step, signalToNoise: measured.signalToNoise,
          saturation: isHidden ? measured.saturation : nil,
          accumulatorBits: integers.accumulatorBits,
          preShift: integers.preShift)
      }
    }
  }
}

/// Sums of powers over a layer's outputs.
private struct Measurement {
  var signal = 0.0
  var noise = 0.0
  var saturated = 0
  var count = 0

  mutating func add(reference: Double, quantized: Double, isSaturated: Bool) {
    signal += reference * reference
    noise += (reference - quantized) * (reference - quantized)
    saturated += isSaturated ? 1 : 0
    count += 1
  }

  var signalToNoise: Double? {
    signal > 0 && noise > 0 ? 10 * log10(signal / noise) : nil
  }
  var saturation: Double? {
    count > 0 ? Double(saturated) / Double(count) : nil
  }
}

extension IntegerDense {
  /// Outputs of `count` inputs, row-major: activations, or the logits' accumulators. Sums in Int32, for
  /// layers whose bounds are proven.
  func outputBatch(_ bytes: [UInt8], count: Int) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(count * outputs)
    bytes.withUnsafeBufferPointer { bytes in
      weights.withUnsafeBufferPointer { weights in
        for sample in 0..<count {
          for channel in 0..<outputs {
            var accumulator = bias[channel]
            for index in 0..<inputs {
              accumulator &+=
                Int32(weights[channel * inputs + index]) &* Int32(bytes[sample * inputs + index])
            }
            switch output {
            case .logits:
              result.append(accumulator)
            case .activation(let zeroPoint, let low, let high):
              let scaled = requantize(
                accumulator, shift: Int32(preShift), multiplier: multipliers[channel])
              result.append(min(max(scaled + Int32(zeroPoint), Int32(low)), Int32(high)))
            }
          }
        }
      }
    }
    return result
  }
}
