import ScrupleNetwork
import ScrupleQuantization

/// How far program and twin can be apart before and after one step, per output and in real units.
struct StepDifference: Sendable {
  /// What arrives from the steps before, ahead of the activation.
  var arriving: [Double]
  /// What the step adds: multipliers, biases, rounding.
  let own: [Double]
  /// What leaves; and the same with nothing refined, by which roundings of the bounds themselves are measured.
  var leaving, plain: [Double]
  /// One per output.
  let states: [NeuronState]
  /// The largest part of `own` that is not rounding.
  let largestPerturbation: Double
}

extension GraphPair {
  /// Differences by absolute values alone, step by step: `|W|` carries a bound of `|â − a|` through a linear map;
  /// clipping and the maximum of a window are 1-Lipschitz in the largest difference; rounding adds half a step. (The maximum
  /// writes one of the bytes that it reads: it rounds nothing.)
  func differences(ranges: [StepRanges], inputRadius: Double) -> [StepDifference] {
    let input = [Double](repeating: inputRadius, count: program.inputCount)
    var result: [StepDifference] = []
    for (step, ranges) in zip(steps, ranges) {
      let read = step.sources.map { $0 < 0 ? input : result[$0].leaving }
      let arriving = step.carried(read)
      let perturbations = step.perturbations(ranges, temperature: twin.temperature)
      let rounding = step.rounding
      let own = perturbations.map { Slack.up($0 + rounding, operations: 1) }
      let leaving = arriving.indices.map { index in
        switch ranges.states[index] {
        case .off, .saturated: 0.0
        case .active, .unstable: Slack.up(arriving[index] + own[index], operations: 1)
        }
      }
      result.append(
        StepDifference(
          arriving: arriving, own: own, leaving: leaving, plain: leaving, states: ranges.states,
          largestPerturbation: perturbations.max() ?? 0))
    }
    return result
  }
}

extension GraphStep {
  /// The bounds of differences behind the step's linear map (or maximum), from those before it.
  func carried(_ inputs: [[Double]]) -> [Double] {
    switch operation {
    case .kernel(let kernel):
      return kernel.map.apply(kernel.absolute, to: inputs[0])
        .map { Slack.up($0, operations: kernel.map.terms + 1) }
    case .average(let map, let ones):
      return map.apply(ones, to: inputs[0])
        .map { Slack.up($0 / Double(map.area), operations: map.terms + 2) }
    case .maximum(let map): return map.maximum(of: inputs[0])
    case .addition: return zip(inputs[0], inputs[1]).map { Slack.up($0 + $1, operations: 1) }
    }
  }

  /// Half a step where the output is rounded, rounded up.
  var rounding: Double {
    if case .maximum = operation { return 0 }
    return output.map { Slack.up($0.step / 2, operations: 2) } ?? 0
  }

  /// A bound on `program's value − twin's` before rounding, per output, for equal inputs. In real units; for logits
  /// in nats, temperature included.
  func perturbations(_ ranges: StepRanges, temperature: Float) -> [Double] {
    switch program.operation {
    case .kernel:
      guard case .kernel(let kernel) = operation else { return [] }
      let channels = kernel.twin.outputs
      return ranges.program.magnitudes.indices.map { index in
        kernel.constants.perturbation(
          channel: index % channels, magnitude: ranges.program.magnitudes[index], outputStep: output?.step,
          temperature: temperature)
      }
    case .average(let map, let pooling, _):
      // m·2^(s−32) is exact; so is its product with the window's count, of at most 31 + 24 bits fused.
      let factor =
        Double(pooling.multiplier) * Double(sign: .plus, exponent: pooling.preShift - 32, significand: 1)
      let error = abs((-1.0).addingProduct(factor, Double(map.area))) / Double(map.area)
      let step = output?.step ?? 0
      return ranges.program.magnitudes.map { Slack.up(error * $0 * step, operations: 8) }
    case .maximum(let map): return [Double](repeating: 0, count: map.outputCount)
    case .addition(let addition):
      guard let output else { return [] }
      let unit = Double(sign: .plus, exponent: -addition.shift, significand: 1)
      let errors = zip([addition.multiplierA, addition.multiplierB], inputs).map { multiplier, input in
        let factor = input.step / output.step
        return abs(Double(multiplier) * unit - factor) + Slack.gamma(8) * factor
      }
      // No byte is farther than 255 from its zero point.
      let bound = Slack.up((errors[0] + errors[1]) * 255 * output.step, operations: 8)
      return [Double](repeating: bound, count: addition.count)
    }
  }
}

extension LoweringConstants {
  /// A bound on `program's pre-activation − twin's` of one channel for equal inputs: the bias's rest plus the
  /// multiplier's error times the largest accumulator. In real units; for logits in nats, temperature included.
  ///
  /// - Parameter outputStep: the real value of the output's step; nil for logits.
  func perturbation(channel: Int, magnitude: Double, outputStep: Double?, temperature: Float) -> Double {
    let relative = Self.relativeError
    var multiplierError = abs(multiplierResiduals[channel]) * (1 + relative)
    var bias = abs(biasResiduals[channel]) * (1 + relative)
    if outputStep == nil {
      multiplierError += relative * steps[channel].product / (steps[channel].levels * Double(temperature))
      bias *= 1 / Double(temperature)
    }
    return Slack.up(multiplierError * magnitude * (outputStep ?? 1) + bias, operations: 12)
  }
}
