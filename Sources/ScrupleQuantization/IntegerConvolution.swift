import ScrupleNetwork

/// A dense layer that is applied to every patch of an image, in the order row, column.
public struct IntegerConvolution: Equatable, Sendable {
  /// The layer. Its inputs are a patch in the order kernel row, kernel column, channel; its biases contain the input's zero
  /// point: `b − z·Σw`.
  public var kernel: IntegerDense
  /// What is read.
  public var image: ImageShape
  /// Where patches lie.
  public var window: Window
  /// The byte that padding reads: the one that means zero in the input.
  public var inputZeroPoint: Int

  /// Assembles a layer from its parts.
  public init(kernel: IntegerDense, image: ImageShape, window: Window, inputZeroPoint: Int) {
    self.kernel = kernel
    self.image = image
    self.window = window
    self.inputZeroPoint = inputZeroPoint
  }

  /// What is written.
  public var outputShape: ImageShape { window.outputShape(of: image, channels: kernel.outputs) }
}

/// A convolution of every channel with a kernel of its own.
public struct IntegerDepthwise: Equatable, Sendable {
  /// Row c holds channel c's weights in the order kernel row, kernel column; the biases contain the input's zero point.
  public var kernel: IntegerDense
  /// What is read.
  public var image: ImageShape
  /// Where windows lie.
  public var window: Window
  /// The byte that padding reads: the one that means zero in the input.
  public var inputZeroPoint: Int

  /// Assembles a layer from its parts.
  public init(kernel: IntegerDense, image: ImageShape, window: Window, inputZeroPoint: Int) {
    self.kernel = kernel
    self.image = image
    self.window = window
    self.inputZeroPoint = inputZeroPoint
  }

  /// What is written.
  public var outputShape: ImageShape { window.outputShape(of: image, channels: image.channels) }
}
