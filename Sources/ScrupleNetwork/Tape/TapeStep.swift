/// One layer of a ``Tape``: it computes outputs and passes gradients back. Samples stand one after the other.
protocol TapeStep: AnyObject {
  /// Takes parameters over, in the arrangement in which they are used.
  func load(_ parameters: FloatBuffer)

  /// Computes `count` samples' outputs.
  func forward(_ sources: [UnsafePointer<Float>], into output: UnsafeMutablePointer<Float>, count: Int)

  /// Passes the gradient by the outputs back.
  ///
  /// - Parameters:
  ///   - sources: what the forward pass read.
  ///   - output: what it gave.
  ///   - slope: the gradient by the outputs; afterwards it holds something else.
  ///   - gradient: where the gradient by the parameters goes, if wanted.
  ///   - destinations: where the gradient by each source goes; `nil` where it is not wanted.
  func backward(
    _ sources: [UnsafePointer<Float>], output: UnsafePointer<Float>, slope: UnsafeMutablePointer<Float>,
    count: Int, gradient: GradientTarget?, destinations: [SlopeTarget?])
}

/// Where the gradient by the parameters goes.
struct GradientTarget {
  let block: FloatBuffer
  /// Whether it is added to what stands there.
  let adds: Bool
}

/// Where the gradient by a value goes.
struct SlopeTarget {
  let pointer: UnsafeMutablePointer<Float>
  /// Whether it is added to what another reader of the value has left.
  let adds: Bool
}
