import CVectorLoops

/// A pooling on a tape. Maximum pooling keeps which place of each window won.
final class PoolingStep: TapeStep {
  private let pooling: Pooling
  private let output: ImageShape
  private let geometry: loops_geometry
  private let winners: FloatBuffer

  /// For batches of up to `capacity` samples.
  init(_ pooling: Pooling, capacity: Int) {
    self.pooling = pooling
    let (image, window) = (pooling.image, pooling.window)
    output = pooling.outputShape
    geometry = loops_geometry(
      height: image.height, width: image.width, channels: image.channels,
      kernel_height: window.kernelHeight, kernel_width: window.kernelWidth,
      stride_height: window.strideHeight, stride_width: window.strideWidth, output_height: output.height,
      output_width: output.width, output_channels: image.channels)
    winners = FloatBuffer(count: pooling.kind == .maximum ? capacity * output.count : 0)
  }

  func load(_ parameters: FloatBuffer) {}

  func forward(_ sources: [UnsafePointer<Float>], into result: UnsafeMutablePointer<Float>, count: Int) {
    let padding = pooling.window.padding
    for sample in 0..<count {
      let (from, to) = (sources[0] + sample * pooling.image.count, result + sample * output.count)
      switch pooling.kind {
      case .average: loops_average(to, from, geometry)
      case .maximum:
        loops_maximum(to, winners.pointer + sample * output.count, from, geometry, padding.top, padding.left)
      }
    }
  }

  func backward(
    _ sources: [UnsafePointer<Float>], output result: UnsafePointer<Float>,
    slope: UnsafeMutablePointer<Float>, count: Int, gradient: GradientTarget?, destinations: [SlopeTarget?]
  ) {
    guard let destination = destinations[0] else { return }
    let padding = pooling.window.padding
    if !destination.adds { destination.pointer.update(repeating: 0, count: count * pooling.image.count) }
    for sample in 0..<count {
      let (from, to) = (slope + sample * output.count, destination.pointer + sample * pooling.image.count)
      switch pooling.kind {
      case .average: loops_average_gradient(to, from, geometry)
      case .maximum:
        loops_maximum_gradient(
          to, from, winners.pointer + sample * output.count, geometry, padding.top, padding.left)
      }
    }
  }
}
