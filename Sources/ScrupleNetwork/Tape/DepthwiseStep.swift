import CVectorLoops

/// A depthwise convolution on a tape; sixteen channels are one vector.
final class DepthwiseStep: TapeStep {
  private let entry: ParameterLayout.Entry
  private let image: ImageShape
  private let window: Window
  private let output: ImageShape
  private let isLinear: Bool
  private let maps: WindowMaps
  /// Channels, filled up to whole vectors.
  private let width: Int
  private let packed: FloatBuffer
  private let turned: FloatBuffer
  private let bias: FloatBuffer
  private let noBias: FloatBuffer
  private let packedGradient: FloatBuffer
  private let part: FloatBuffer

  /// - Parameter isLinear: bias and activation are left to another step.
  init(_ entry: ParameterLayout.Entry, image: ImageShape, window: Window, isLinear: Bool = false) {
    self.entry = entry
    self.image = image
    self.window = window
    self.isLinear = isLinear
    output = window.outputShape(of: image, channels: image.channels)
    maps = WindowMaps(window, image: image, output: output)
    width = (image.channels + 15) / 16 * 16
    packed = FloatBuffer(count: window.count * width)
    turned = FloatBuffer(count: window.count * width)
    bias = FloatBuffer(count: width)
    noBias = FloatBuffer(count: width)
    packedGradient = FloatBuffer(count: window.count * width)
    part = FloatBuffer(count: image.count)
  }

  func load(_ parameters: FloatBuffer) {
    let weights = parameters.pointer + entry.weight
    for place in 0..<window.count {
      for channel in 0..<image.channels {
        let weight = weights[channel * window.count + place]
        packed.pointer[place * width + channel] = weight
        turned.pointer[(window.count - 1 - place) * width + channel] = weight
      }
    }
    if !isLinear { bias.pointer.update(from: parameters.pointer + entry.bias, count: image.channels) }
  }

  func forward(_ sources: [UnsafePointer<Float>], into result: UnsafeMutablePointer<Float>, count: Int) {
    let clip = isLinear ? .unlimited : entry.activation.clip ?? .unlimited
    for sample in 0..<count {
      loops_depthwise(
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
      loops_depthwise_gradient(
        packedGradient.pointer, maps.padded(source + sample * image.count), slopes, maps.geometry)
      if !isLinear { loops_sum_channels(target + entry.bias, slopes, output.pixels, entry.outputs) }
    }
    for channel in 0..<image.channels {
      for place in 0..<window.count {
        let index = entry.weight + channel * window.count + place
        let value = packedGradient.pointer[place * width + channel]
        target[index] = gradient.adds ? target[index] + value : value
      }
    }
  }

  private func passBack(_ slope: UnsafePointer<Float>, count: Int, to destination: SlopeTarget) {
    for sample in 0..<count {
      let spread = maps.spread(slope + sample * output.count)
      let target = destination.pointer + sample * image.count
      loops_depthwise(
        destination.adds ? part.pointer : target, spread, turned.pointer, noBias.pointer,
        maps.backGeometry, .unlimited)
      if destination.adds { loops_add(target, part.pointer, image.count) }
    }
  }
}
