import ScrupleNetwork
import ScrupleQuantization

/// The difference between program and twin before and after one hidden layer's activation.
struct LayerDifference {
  /// `W·(â − a)` of the layer before: the difference of pre-activations without what the layer itself adds.
  let arriving: DifferenceForm
  /// What multiplier and bias add to each pre-activation, as a bound.
  let perturbations: [Double]
  /// What rounding adds to each activation: half a step.
  let rounding: Double
  /// One per neuron.
  let states: [NeuronState]
  /// `â − a` of this layer.
  let leaving: DifferenceForm

  /// The input of a network without hidden layers, seen as a layer: it differs by rounding only.
  static func input(count: Int, radius: Double) -> LayerDifference {
    LayerDifference(
      arriving: DifferenceForm(zero: count), perturbations: [Double](repeating: 0, count: count),
      rounding: radius,
      states: [NeuronState](repeating: .active, count: count),
      leaving: DifferenceForm(independent: count, radius: radius))
  }
}

extension ModelPair.PairedLayer {
  /// A bound on `program's pre-activation − twin's`, per channel, for equal inputs: the bias's rest plus the
  /// multiplier's error times the largest accumulator. In real units; for logits in nats, temperature
  /// included.
  func perturbations(_ ranges: LayerRanges, temperature: Float) -> [Double] {
    ranges.magnitudes.enumerated().map { channel, magnitude in
      constants.perturbation(
        channel: channel, magnitude: magnitude, outputStep: limit.map { Double($0) / 255 },
        temperature: temperature)
    }
  }
}

extension ModelPair {
  /// Carries the difference between program and twin through all hidden layers.
  ///
  /// Through a clipped ReLU `f` a difference `D` of pre-activations becomes `θ·D` with a `θ ∈ [0, 1]` that
  /// depends on the input: 1 for active neurons, and for unstable ones `D/2 ± max|D|/2`. Rounding to steps of
  /// `limit/255` then adds at most half a step: the clip's two ends are themselves whole steps, so it does
  /// not matter that the device rounds first and clips then.
  func differences(ranges: [LayerRanges], inputRadius: Double) -> [LayerDifference] {
    var form =
      inputRadius > 0
      ? DifferenceForm(independent: program.inputCount, radius: inputRadius)
      : DifferenceForm(zero: program.inputCount)
    var result: [LayerDifference] = []
    for (layer, ranges) in zip(layers, ranges) where layer.limit != nil {
      let arriving = form.applying(layer.twin.weight.map(Double.init), rows: layer.twin.outputs)
      let perturbations = layer.perturbations(ranges, temperature: twin.temperature)
      let rounding = Slack.up(layer.constants.roundingError, operations: 1)
      var factors = [Double](repeating: 0, count: layer.twin.outputs)
      var radii = factors
      for (neuron, state) in ranges.states.enumerated() {
        switch state {
        case .off, .saturated: continue
        case .active:
          factors[neuron] = 1
          radii[neuron] = perturbations[neuron] + rounding
        case .unstable:
          factors[neuron] = 0.5
          radii[neuron] = arriving.radius(of: neuron) / 2 + perturbations[neuron] + rounding
        }
        radii[neuron] = Slack.up(radii[neuron], operations: 2)
      }
      form = arriving.scaled(by: factors, adding: radii)
      result.append(
        LayerDifference(
          arriving: arriving, perturbations: perturbations, rounding: rounding, states: ranges.states,
          leaving: form))
    }
    return result
  }
}
