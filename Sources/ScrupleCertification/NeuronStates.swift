import ScrupleNetwork
import ScrupleQuantization

/// What a box of inputs can make of one hidden neuron, in both forms of the model.
public enum NeuronState: Hashable, Sendable {
  /// 0 in both for every input: no difference.
  case off
  /// At the clip in both for every input: no difference.
  case saturated
  /// Between the clips in both for every input: a difference passes through unchanged.
  case active
  /// Any of these, depending on the input: a difference passes through shrunk by a factor in 0…1.
  case unstable
}

/// What a box of inputs can make of one layer.
public struct LayerRanges: Sendable {
  /// The program's accumulators.
  public let accumulators: [AccumulatorRange]
  /// The program's output bytes; empty for logits.
  public let bytes: [ClosedRange<UInt8>]
  /// The twin's pre-activations, rounded outward.
  public let preActivations: [ClosedRange<Double>]
  /// One per neuron; empty for logits.
  public let states: [NeuronState]

  /// The largest absolute value of each accumulator.
  public var magnitudes: [Double] {
    accumulators.map { Double(max(abs($0.lowerBound), abs($0.upperBound))) }
  }
}

extension ModelPair {
  /// Interval propagation through both forms at once: exact integer ranges for the program (rounding is
  /// monotone, so it costs nothing), outward-rounded Double for the twin.
  ///
  /// - Parameter realInputs: whether the twin sees inputs that the device rounds to the bytes of the box,
  ///   instead of those bytes themselves: anything up to half a step outside, but within 0…1.
  public func ranges(over box: InputBox, realInputs: Bool = false) -> [LayerRanges] {
    let reach = realInputs ? 0.5 : 0
    var bytes = box.ranges
    var reals = box.ranges.map { range in
      // One rounding each; widened like every sum below.
      let low = max(0, (Double(range.lowerBound) - reach) / 255)
      return low...min(1, (Double(range.upperBound) + reach) / 255)
    }
    return layers.map { layer in
      let accumulators = layer.program.accumulatorRanges(inputs: bytes)
      let preActivations = layer.twin.range(of: reals)
      guard let limit = layer.limit.map(Double.init) else {
        return LayerRanges(accumulators: accumulators, bytes: [], preActivations: preActivations, states: [])
      }
      let outputs = accumulators.indices.map { layer.program.requantized(accumulators[$0], channel: $0) }
      bytes = outputs.map { UInt8(min(max($0.lowerBound, 0), 255))...UInt8(min(max($0.upperBound, 0), 255)) }
      reals = preActivations.map { min(max($0.lowerBound, 0), limit)...min(max($0.upperBound, 0), limit) }
      let states = zip(outputs, preActivations).map { NeuronState(device: $0, twin: $1, limits: 0...limit) }
      return LayerRanges(
        accumulators: accumulators, bytes: bytes, preActivations: preActivations, states: states)
    }
  }
}

extension NeuronState {
  /// - Parameters:
  ///   - device: the rounded accumulator in output steps, before its clamp to `steps`.
  ///   - twin: the pre-activation, before its clip to `limits`.
  init(
    device: ClosedRange<Int64>, steps: ClosedRange<Int64> = 0...255, twin: ClosedRange<Double>,
    limits: ClosedRange<Double>
  ) {
    if device.upperBound <= steps.lowerBound && twin.upperBound <= limits.lowerBound {
      self = .off
    } else if device.lowerBound >= steps.upperBound && twin.lowerBound >= limits.upperBound {
      self = .saturated
    } else if device.lowerBound > steps.lowerBound && device.upperBound < steps.upperBound
      && twin.lowerBound >= limits.lowerBound && twin.upperBound <= limits.upperBound
    {
      // A rounded value strictly inside was between the ends before rounding, too.
      self = .active
    } else {
      self = .unstable
    }
  }
}

extension IntegerDense {
  /// The range of the rounded, not yet clamped output: requantization is monotone, so the ends go to the
  /// ends.
  fileprivate func requantized(_ range: AccumulatorRange, channel: Int) -> ClosedRange<Int64> {
    func scaled(_ accumulator: Int64) -> Int64 {
      ((accumulator << Int64(preShift)) * Int64(multipliers[channel]) + 1 << 31) >> 32
    }
    return scaled(range.lowerBound)...scaled(range.upperBound)
  }
}

extension Dense {
  /// The range of each pre-activation over a box of non-negative inputs, rounded outward.
  fileprivate func range(of inputRanges: [ClosedRange<Double>]) -> [ClosedRange<Double>] {
    (0..<outputs).map { channel in
      var low = Double(bias[channel])
      var high = low
      var magnitude = abs(low)
      for (index, range) in inputRanges.enumerated() {
        let weight = Double(weight[channel * inputs + index])
        low += weight * (weight > 0 ? range.lowerBound : range.upperBound)
        high += weight * (weight > 0 ? range.upperBound : range.lowerBound)
        magnitude += abs(weight) * range.upperBound
      }
      // Of every term: the input's own roundings (two), the product's and the sum's.
      let error = Slack.gamma(inputs + 8) * magnitude
      return low - error...high + error
    }
  }
}
