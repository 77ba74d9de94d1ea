/// A dense layer that is applied to every patch of an image: `y[p] = f(W·x[patch p] + b)`.
public struct Convolution: Equatable, Sendable {
  /// Inputs: a patch in the order kernel row, kernel column, channel. Outputs: the output's channels.
  public var kernel: Dense
  /// What comes in.
  public let image: ImageShape
  /// Where patches lie.
  public let window: Window

  /// A convolution of the given parts; ``Network`` checks that they fit.
  public init(kernel: Dense, image: ImageShape, window: Window) {
    self.kernel = kernel
    self.image = image
    self.window = window
  }

  /// What goes out; without pixels if the kernel does not fit.
  public var outputShape: ImageShape { window.outputShape(of: image, channels: kernel.outputs) }
}

/// A convolution in which every channel meets a kernel of its own and no other channel.
public struct DepthwiseConvolution: Equatable, Sendable {
  /// Row `c` is channel `c`'s kernel, in the order kernel row, kernel column.
  public var kernel: Dense
  /// What comes in.
  public let image: ImageShape
  /// Where patches lie.
  public let window: Window

  /// A depthwise convolution of the given parts; ``Network`` checks that they fit.
  public init(kernel: Dense, image: ImageShape, window: Window) {
    self.kernel = kernel
    self.image = image
    self.window = window
  }

  /// What goes out; without pixels if the kernel does not fit.
  public var outputShape: ImageShape { window.outputShape(of: image, channels: image.channels) }
}

/// One number for every window of a channel. Without parameters and activation; a value keeps its scale.
public struct Pooling: Hashable, Sendable {
  /// Which number.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    /// The mean. There is no padding.
    case average
    /// The largest. Padding never wins.
    case maximum
  }

  /// Which number.
  public let kind: Kind
  /// What comes in.
  public let image: ImageShape
  /// Where patches lie.
  public let window: Window

  /// A pooling of the given parts; ``Network`` checks that they fit.
  public init(kind: Kind, image: ImageShape, window: Window) {
    self.kind = kind
    self.image = image
    self.window = window
  }

  /// What goes out; without pixels if the kernel does not fit.
  public var outputShape: ImageShape { window.outputShape(of: image, channels: image.channels) }
}

/// The sum of two earlier values: `y = f(a + b)`.
public struct Addition: Hashable, Sendable {
  /// Values of each summand.
  public let count: Int
  /// What is applied to the sum.
  public var activation: Activation

  /// A sum of `count` values each.
  public init(count: Int, activation: Activation) {
    self.count = count
    self.activation = activation
  }
}
