import CVectorLoops

/// A convolution on a tape: direct, without a matrix of patches. Sixteen output channels are one vector, and the sums
/// of some neighbouring outputs stay in registers while the patch goes by.
///
/// The gradient by the input is a convolution too: of the output's gradient, spread out by the strides and padded, with
/// the kernel turned by half a turn and channels exchanged.
final class ConvolutionStep: TapeStep {
  private let entry: ParameterLayout.Entry
  private let image: ImageShape
  private let window: Window
  private let output: ImageShape
  private let isLinear: Bool
  private let maps: WindowMaps
  private let packed: FloatBuffer
  private let bias: FloatBuffer
  private let turned: FloatBuffer
  private let packedTurned: FloatBuffer
  private let noBias: FloatBuffer
  private let packedGradient: FloatBuffer
  private let rowGradient: FloatBuffer
  private let part: FloatBuffer
  private var parameters: FloatBuffer?
  private var isTurned = false

  /// Whether the input has so few channels that a vector of them would be nearly empty.
  private var isNarrow: Bool { image.channels < 8 }

  /// - Parameter isLinear: bias and activation are left to another step.
  init(_ entry: ParameterLayout.Entry, image: ImageShape, window: Window, isLinear: Bool = false) {
    self.entry = entry
    self.image = image
    self.window = window
    self.isLinear = isLinear
    output = window.outputShape(of: image, channels: entry.outputs)
    maps = WindowMaps(window, image: image, output: output)
    packed = FloatBuffer(count: loops_packed_count(entry.outputs, entry.inputs))
    bias = FloatBuffer(count: loops_packed_count(entry.outputs, 1))
    turned = FloatBuffer(count: entry.inputs * entry.outputs)
    packedTurned = FloatBuffer(
      count: max(
        loops_packed_count(image.channels, window.count * entry.outputs),
        loops_packed_count(entry.outputs, entry.inputs)))
    noBias = FloatBuffer(count: loops_packed_count(image.channels, 1))
    packedGradient = FloatBuffer(count: packed.count)
    rowGradient = FloatBuffer(count: entry.inputs * entry.outputs)
    part = FloatBuffer(count: image.count)
  }

  func load(_ parameters: FloatBuffer) {
    self.parameters = parameters
    isTurned = false
    loops_pack(packed.pointer, parameters.pointer + entry.weight, entry.outputs, entry.inputs)
    if !isLinear { loops_pack(bias.pointer, parameters.pointer + entry.bias, entry.outputs, 1) }
  }

  func forward(_ sources: [UnsafePointer<Float>], into result: UnsafeMutablePointer<Float>, count: Int) {
    let clip = isLinear ? .unlimited : entry.activation.clip ?? .unlimited
    for sample in 0..<count {
      loops_convolve(
        result + sample * output.count, maps.padded(sources[0] + sample * image.count), packed.pointer,
        bias.pointer, maps.geometry, clip)
    }
    if !isLinear, entry.activation.clip == nil {
      entry.activation.apply(to: result, count: count * output.count)
    }
  }

  func backward(
    _ sources: [UnsafePointer<Float>], output result: UnsafePointer<Float>,
    slope: UnsafeMutablePointer<Float>, count: Int, gradient: GradientTarget?, destinations: [SlopeTarget?]
  ) {
    if !isLinear {
      entry.activation.multiplyDerivative(atOutput: result, into: slope, count: count * output.count)
    }
    if let gradient { addGradient(sources[0], slope: slope, count: count, to: gradient) }
    if let destination = destinations[0] { passBack(slope, count: count, to: destination) }
  }

  private func addGradient(
    _ source: UnsafePointer<Float>, slope: UnsafePointer<Float>, count: Int, to gradient: GradientTarget
  ) {
    packedGradient.pointer.update(repeating: 0, count: packedGradient.count)
    let target = gradient.block.pointer
    if !gradient.adds, !isLinear { (target + entry.bias).update(repeating: 0, count: entry.outputs) }
    for sample in 0..<count {
      let slopes = slope + sample * output.count
      loops_convolve_gradient(
        packedGradient.pointer, maps.padded(source + sample * image.count), slopes, maps.geometry)
      if !isLinear { loops_sum_channels(target + entry.bias, slopes, output.pixels, entry.outputs) }
    }
    guard gradient.adds else {
      return loops_unpack(target + entry.weight, packedGradient.pointer, entry.outputs, entry.inputs)
    }
    loops_unpack(rowGradient.pointer, packedGradient.pointer, entry.outputs, entry.inputs)
    loops_add(target + entry.weight, rowGradient.pointer, entry.inputs * entry.outputs)
  }

  private func passBack(_ slope: UnsafePointer<Float>, count: Int, to destination: SlopeTarget) {
    turn()
    for sample in 0..<count {
      let spread = maps.spread(slope + sample * output.count)
      let target = destination.pointer + sample * image.count
      let result = destination.adds ? part.pointer : target
      if isNarrow {
        loops_convolve_narrow(result, spread, packedTurned.pointer, maps.backGeometry)
      } else {
        loops_convolve(result, spread, packedTurned.pointer, noBias.pointer, maps.backGeometry, .unlimited)
      }
      if destination.adds { loops_add(target, part.pointer, image.count) }
    }
  }

  private func turn() {
    guard !isTurned, let parameters else { return }
    isTurned = true
    loops_turn(
      turned.pointer, parameters.pointer + entry.weight, entry.outputs, window.kernelHeight,
      window.kernelWidth, image.channels)
    let inputs = window.count * entry.outputs
    guard isNarrow else { return loops_pack(packedTurned.pointer, turned.pointer, image.channels, inputs) }
    let width = (entry.outputs + 15) / 16 * 16
    for row in 0..<entry.inputs {
      (packedTurned.pointer + row * width).update(
        from: turned.pointer + row * entry.outputs, count: entry.outputs)
    }
  }
}
