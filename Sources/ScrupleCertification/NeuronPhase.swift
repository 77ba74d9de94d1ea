/// A part of a box: the inputs for which a neuron of the reference is on one side of a kink of its activation.
struct NeuronPhase: Equatable, Sendable {
  let layer: Int
  let neuron: Int
  /// Where the activation bends: 0 or its limit.
  let kink: Double
  /// Whether the pre-activation is at or above the kink, or at or below it. (Both parts contain the kink itself.)
  let isAbove: Bool
}

extension NeuronRange {
  /// What is left of the range on one side of a kink.
  mutating func restrict(to phase: NeuronPhase, step: Double) {
    if phase.isAbove {
      reference.low = max(reference.low, phase.kink)
    } else {
      reference.high = min(reference.high, phase.kink)
    }
    tighten()
    if !isEmpty { tightenByte(step: step) }
  }
}
