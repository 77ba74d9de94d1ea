import CVectorLoops

/// A sum on a tape.
final class AdditionStep: TapeStep {
  private let count: Int
  private let activation: Activation

  init(count: Int, activation: Activation) {
    self.count = count
    self.activation = activation
  }

  func load(_ parameters: FloatBuffer) {}

  func forward(
    _ sources: [UnsafePointer<Float>], into output: UnsafeMutablePointer<Float>, count samples: Int
  ) {
    loops_add_clipped(output, sources[0], sources[1], samples * count, activation.clip ?? .unlimited)
    if activation.clip == nil { activation.apply(to: output, count: samples * count) }
  }

  func backward(
    _ sources: [UnsafePointer<Float>], output: UnsafePointer<Float>, slope: UnsafeMutablePointer<Float>,
    count samples: Int, gradient: GradientTarget?, destinations: [SlopeTarget?]
  ) {
    activation.multiplyDerivative(atOutput: output, into: slope, count: samples * count)
    for case .some(let destination) in destinations {
      if destination.adds {
        loops_add(destination.pointer, slope, samples * count)
      } else {
        destination.pointer.update(from: slope, count: samples * count)
      }
    }
  }
}
