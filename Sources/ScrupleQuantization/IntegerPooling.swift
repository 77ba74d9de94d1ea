import ScrupleNetwork

/// The mean or the largest of every window of each channel; steps and zero points stay what they are.
public struct IntegerPooling: Equatable, Sendable {
  /// What is computed.
  public enum Kind: String, Hashable, Sendable {
    /// `(Σu·2^preShift·multiplier + 2³¹) >> 32`, at most 255. Without padding.
    case average
    /// The largest byte. Padding never wins.
    case maximum
  }

  /// What is computed.
  public let kind: Kind
  /// What is read.
  public let image: ImageShape
  /// Where windows lie.
  public let window: Window
  /// The byte that means zero, in the input as in the output.
  public var zeroPoint: Int
  /// 1/(window's count)·2^(32 − preShift), rounded; 0 for the maximum.
  public let multiplier: Int32
  /// Left shift of a sum before its multiplication: as small as lets the multiplier stay below 2³¹; 0 for the maximum.
  public let preShift: Int

  /// A pooling, with the multiplier that its window's count determines.
  public init(kind: Kind, image: ImageShape, window: Window, zeroPoint: Int) {
    self.kind = kind
    self.image = image
    self.window = window
    self.zeroPoint = zeroPoint
    switch kind {
    case .average:
      let count = window.kernelHeight * window.kernelWidth
      preShift = count < 3 ? 3 - count : 0
      multiplier = Int32((1 << (32 - preShift) + count / 2) / max(count, 1))
    case .maximum: (multiplier, preShift) = (0, 0)
    }
  }

  /// A pooling as a file has it.
  init(
    kind: Kind, image: ImageShape, window: Window, zeroPoint: Int, multiplier: Int32, preShift: Int
  ) {
    self.kind = kind
    self.image = image
    self.window = window
    self.zeroPoint = zeroPoint
    self.multiplier = multiplier
    self.preShift = preShift
  }

  /// What is written.
  public var outputShape: ImageShape { window.outputShape(of: image, channels: image.channels) }
}
