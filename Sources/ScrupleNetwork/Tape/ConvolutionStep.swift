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
  private let geometry: loops_geometry
  private let backGeometry: loops_geometry
  private let packed: FloatBuffer
  private let bias: FloatBuffer
  private let turned: FloatBuffer
  private let packedTurned: FloatBuffer
  private let noBias: FloatBuffer
  private let packedGradient: FloatBuffer
  private let rowGradient: FloatBuffer
  private let padded: FloatBuffer
  private let spread: FloatBuffer
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
    geometry = loops_geometry(window, padded: image, output: output)
    backGeometry = loops_geometry(
      height: image.height + window.kernelHeight - 1, width: image.width + window.kernelWidth - 1,
      channels: entry.outputs, kernel_height: window.kernelHeight, kernel_width: window.kernelWidth,
      stride_height: 1, stride_width: 1, output_height: image.height, output_width: image.width,
      output_channels: image.channels)
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
    padded = FloatBuffer(count: geometry.height * geometry.width * geometry.channels)
    spread = FloatBuffer(
      count: backGeometry.height * backGeometry.width * entry.outputs + 16 * entry.outputs)
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
        result + sample * output.count, padding(sources[0] + sample * image.count), packed.pointer,
        bias.pointer, geometry, clip)
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

  /// The image with its padding: a copy, if there is any.
  private func padding(_ source: UnsafePointer<Float>) -> UnsafePointer<Float> {
    guard window.padding != .valid else { return source }
    loops_pad(
      padded.pointer, geometry.height, geometry.width, source, image.height, image.width, image.channels,
      window.padding.top, window.padding.left, 1, 1)
    return UnsafePointer(padded.pointer)
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
        packedGradient.pointer, padding(source + sample * image.count), slopes, geometry)
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
    let (top, left) = (
      window.kernelHeight - 1 - window.padding.top, window.kernelWidth - 1 - window.padding.left
    )
    for sample in 0..<count {
      loops_pad(
        spread.pointer, backGeometry.height, backGeometry.width, slope + sample * output.count,
        output.height, output.width, output.channels, top, left, window.strideHeight, window.strideWidth)
      let target = destination.pointer + sample * image.count
      let result = destination.adds ? part.pointer : target
      if isNarrow {
        loops_convolve_narrow(result, spread.pointer, packedTurned.pointer, backGeometry)
      } else {
        loops_convolve(result, spread.pointer, packedTurned.pointer, noBias.pointer, backGeometry, .unlimited)
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

extension loops_geometry {
  /// The geometry of a window on an image with its padding.
  init(_ window: Window, padded image: ImageShape, output: ImageShape) {
    let padding = window.padding
    self.init(
      height: image.height + padding.top + padding.bottom, width: image.width + padding.left + padding.right,
      channels: image.channels, kernel_height: window.kernelHeight, kernel_width: window.kernelWidth,
      stride_height: window.strideHeight, stride_width: window.strideWidth, output_height: output.height,
      output_width: output.width, output_channels: output.channels)
  }
}

extension loops_clip {
  /// Nothing is clipped.
  static let unlimited = loops_clip(low: -.infinity, high: .infinity)
}
