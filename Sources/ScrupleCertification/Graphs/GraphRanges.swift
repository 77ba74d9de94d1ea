import ScrupleNetwork
import ScrupleQuantization

/// What a set of inputs can make of one step, in both forms.
struct StepRanges: Sendable {
  /// Of the program.
  let program: ProgramStep.Ranges
  /// What the twin's layer gives, rounded outward.
  let twin: Intervals
  /// One per output.
  let states: [NeuronState]
}

extension GraphPair {
  /// Interval propagation through both forms at once: exact whole numbers for the program, outward rounded Double for
  /// the twin.
  ///
  /// - Parameter realInputs: see ``ModelPair/ranges(over:realInputs:)``.
  func ranges(over box: InputBox, realInputs: Bool = false) -> [StepRanges] {
    let bytes = box.intervals
    let reals = box.reals(reach: realInputs ? 0.5 : 0)
    var result: [StepRanges] = []
    for step in steps {
      let program = step.program.ranges(
        reading: step.sources.map { $0 < 0 ? bytes : result[$0].program.values })
      let twin = step.twinRanges(reading: step.sources.map { $0 < 0 ? reals : result[$0].twin })
      result.append(
        StepRanges(
          program: program, twin: step.clipped(twin), states: step.states(program.unclipped, twin)))
    }
    return result
  }
}

extension GraphStep {
  /// The clip in real units; unbounded for logits.
  private var limits: ClosedRange<Double> {
    guard let output else { return -.infinity ... .infinity }
    let limit = Double(output.limit)
    return (output.zeroPoint == 0 ? 0 : -limit)...limit
  }

  fileprivate func clipped(_ values: Intervals) -> Intervals {
    func clipped(_ values: [Double]) -> [Double] {
      values.map { min(max($0, limits.lowerBound), limits.upperBound) }
    }
    return (clipped(values.low), clipped(values.high))
  }

  fileprivate func states(_ program: (low: [Int64], high: [Int64]), _ twin: Intervals) -> [NeuronState] {
    guard hasClip, let clip = self.program.clip else {
      return Array(repeating: .active, count: twin.low.count)
    }
    return twin.low.indices.map {
      NeuronState(
        device: program.low[$0]...program.high[$0], steps: clip, twin: twin.low[$0]...twin.high[$0],
        limits: limits)
    }
  }

  /// Whether the step clips what its own sum gives: a mean cannot leave the range that it is a mean of.
  private var hasClip: Bool {
    switch operation {
    case .kernel: output != nil
    case .addition: true
    case .average, .maximum: false
    }
  }

  /// The twin's values before the clip, rounded outward.
  fileprivate func twinRanges(reading inputs: [Intervals]) -> Intervals {
    switch operation {
    case .kernel(let kernel): return preActivations(of: kernel, reading: inputs[0])
    case .average(let map, let ones):
      let gamma = Slack.gamma(map.terms + 4)
      func means(_ values: [Double], _ sign: Double) -> [Double] {
        zip(map.apply(ones, to: values), map.apply(ones, to: values.map(abs)))
          .map { ($0 + sign * gamma * $1) / Double(map.area) }
      }
      return (means(inputs[0].low, -1), means(inputs[0].high, 1))
    case .maximum(let map): return (map.maximum(of: inputs[0].low), map.maximum(of: inputs[0].high))
    case .addition:
      let (a, b) = (inputs[0], inputs[1])
      return (zip(a.low, b.low).map { addDown($0, $1) }, zip(a.high, b.high).map { addUp($0, $1) })
    }
  }

  private func preActivations(of kernel: Kernel, reading input: Intervals) -> Intervals {
    let map = kernel.map
    let gamma = Slack.gamma(map.terms + 8)
    let centers = map.apply(kernel.weights, to: zip(input.low, input.high).map { 0.5 * $0 + 0.5 * $1 })
    // Half the width, and the roundings of every term: the center's own, the product's and the sum's.
    let radii = map.apply(
      kernel.absolute,
      to: zip(input.low, input.high).map { 0.5 * ($1 - $0) + gamma * max(abs($0), abs($1)) })
    let bias = kernel.twin.bias.map(Double.init)
    let reach = centers.indices.map { index in
      Slack.up(radii[index] + gamma * abs(bias[index % bias.count]), operations: map.terms + 8)
    }
    return (
      centers.indices.map { bias[$0 % bias.count] + centers[$0] - reach[$0] },
      centers.indices.map { bias[$0 % bias.count] + centers[$0] + reach[$0] }
    )
  }
}
