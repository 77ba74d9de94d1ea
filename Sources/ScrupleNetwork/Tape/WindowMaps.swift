import CVectorLoops

/// The two maps over which a convolution's windows slide: forward its input with its padding, and backward its output's
/// gradient, spread out by the strides and padded so that every window fits.
final class WindowMaps {
  /// One output's position in the input, for the way forward and for the gradient by the parameters.
  let geometry: loops_geometry
  /// The same for the gradient by the input: stride 1, from the spread gradient to the image.
  let backGeometry: loops_geometry
  private let image: ImageShape
  private let output: ImageShape
  private let window: Window
  private let padded: FloatBuffer
  private let spread: FloatBuffer

  /// Buffers for one sample.
  init(_ window: Window, image: ImageShape, output: ImageShape) {
    self.window = window
    self.image = image
    self.output = output
    geometry = loops_geometry(window, padded: image, output: output)
    backGeometry = loops_geometry(
      height: image.height + window.kernelHeight - 1, width: image.width + window.kernelWidth - 1,
      channels: output.channels, kernel_height: window.kernelHeight, kernel_width: window.kernelWidth,
      stride_height: 1, stride_width: 1, output_height: image.height, output_width: image.width,
      output_channels: image.channels)
    padded = FloatBuffer(count: geometry.height * geometry.width * geometry.channels)
    // The narrow loop reads up to a vector of positions behind the last one.
    spread = FloatBuffer(
      count: (backGeometry.height * backGeometry.width + 16) * backGeometry.channels)
  }

  /// A sample's input with its padding: a copy, if there is any.
  func padded(_ source: UnsafePointer<Float>) -> UnsafePointer<Float> {
    guard window.padding != .valid else { return source }
    loops_pad(
      padded.pointer, geometry.height, geometry.width, source, image.height, image.width, image.channels,
      window.padding.top, window.padding.left, 1, 1)
    return UnsafePointer(padded.pointer)
  }

  /// A sample's gradient by the output, spread out.
  func spread(_ slope: UnsafePointer<Float>) -> UnsafePointer<Float> {
    loops_pad(
      spread.pointer, backGeometry.height, backGeometry.width, slope, output.height, output.width,
      output.channels, window.kernelHeight - 1 - window.padding.top,
      window.kernelWidth - 1 - window.padding.left, window.strideHeight, window.strideWidth)
    return UnsafePointer(spread.pointer)
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
