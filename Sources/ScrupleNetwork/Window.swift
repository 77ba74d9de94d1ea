/// Rows and columns that are thought to stand around an image. They hold zeros; in maximum pooling they hold nothing.
public struct Padding: Hashable, Sendable, CustomStringConvertible {
  /// Rows above.
  public let top: Int
  /// Columns to the left.
  public let left: Int
  /// Rows below.
  public let bottom: Int
  /// Columns to the right.
  public let right: Int

  /// Padding of the given extents.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// None.
  public static let valid = Padding(top: 0, left: 0, bottom: 0, right: 0)

  /// As much as makes `⌈extent / stride⌉` outputs, the odd one below and to the right: TensorFlow's rule `SAME`.
  public static func same(
    kernelHeight: Int, kernelWidth: Int, strideHeight: Int, strideWidth: Int, of image: ImageShape
  ) -> Padding {
    let rows = total(extent: image.height, kernel: kernelHeight, stride: strideHeight)
    let columns = total(extent: image.width, kernel: kernelWidth, stride: strideWidth)
    return Padding(top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
  }

  private static func total(extent: Int, kernel: Int, stride: Int) -> Int {
    guard stride > 0 else { return 0 }
    return max(((extent + stride - 1) / stride - 1) * stride + kernel - extent, 0)
  }

  /// `[1, 2, 1, 2]`: top, left, bottom, right
  public var description: String { "[\(top), \(left), \(bottom), \(right)]" }
}

/// What one output of a convolution or pooling sees of its input, and how far apart two outputs look.
public struct Window: Hashable, Sendable, CustomStringConvertible {
  /// Rows seen.
  public let kernelHeight: Int
  /// Columns seen.
  public let kernelWidth: Int
  /// Rows from one output to the next.
  public let strideHeight: Int
  /// Columns from one output to the next.
  public let strideWidth: Int
  /// What is thought to stand around the input.
  public let padding: Padding

  /// A window; ``Network`` checks that it fits its image.
  public init(
    kernelHeight: Int, kernelWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1,
    padding: Padding = .valid
  ) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.padding = padding
  }

  /// A window with ``Padding/same(kernelHeight:kernelWidth:strideHeight:strideWidth:of:)``.
  public static func same(
    kernelHeight: Int, kernelWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1, of image: ImageShape
  ) -> Window {
    Window(
      kernelHeight: kernelHeight, kernelWidth: kernelWidth, strideHeight: strideHeight,
      strideWidth: strideWidth,
      padding: .same(
        kernelHeight: kernelHeight, kernelWidth: kernelWidth, strideHeight: strideHeight,
        strideWidth: strideWidth, of: image))
  }

  /// A window that sees the whole image once.
  public static func whole(_ image: ImageShape) -> Window {
    Window(kernelHeight: image.height, kernelWidth: image.width)
  }

  /// The number of positions seen.
  public var count: Int { kernelHeight * kernelWidth }

  /// Whether every output sees just the one position that it stands for.
  public var isPoint: Bool {
    count == 1 && strideHeight == 1 && strideWidth == 1 && padding == .valid
  }

  /// The extents of the output; `nil` if the kernel does not fit the padded image or a stride is not positive.
  public func output(of image: ImageShape) -> (height: Int, width: Int)? {
    let rows = image.height + padding.top + padding.bottom - kernelHeight
    let columns = image.width + padding.left + padding.right - kernelWidth
    guard rows >= 0, columns >= 0, strideHeight > 0, strideWidth > 0 else { return nil }
    return (rows / strideHeight + 1, columns / strideWidth + 1)
  }

  /// The shape of an output of so many channels; without pixels where ``output(of:)`` is `nil`.
  package func outputShape(of image: ImageShape, channels: Int) -> ImageShape {
    let extents = output(of: image) ?? (height: 0, width: 0)
    return ImageShape(height: extents.height, width: extents.width, channels: channels)
  }

  /// `5×5, stride 1×1, padding [2, 2, 2, 2]`
  public var description: String {
    "\(kernelHeight)×\(kernelWidth), stride \(strideHeight)×\(strideWidth), padding \(padding)"
  }

  /// What keeps the window from an image; `nil` if it fits.
  package func fault(on image: ImageShape) -> String? {
    if let fault = image.fault { return fault }
    let kernel = "\(kernelHeight)×\(kernelWidth)"
    let extents = [kernelHeight, kernelWidth]
    guard extents.allSatisfy({ (1...ImageShape.largestExtent).contains($0) }) else {
      return "its kernel is \(kernel); both extents are at least 1"
    }
    guard [strideHeight, strideWidth].allSatisfy({ (1...ImageShape.largestExtent).contains($0) }) else {
      return "its stride is \(strideHeight)×\(strideWidth); both are at least 1"
    }
    guard (0..<kernelHeight).contains(padding.top), (0..<kernelHeight).contains(padding.bottom),
      (0..<kernelWidth).contains(padding.left), (0..<kernelWidth).contains(padding.right)
    else { return "its padding \(padding) is not less than its kernel \(kernel) on every side" }
    guard output(of: image) != nil else {
      let height = image.height + padding.top + padding.bottom
      let width = image.width + padding.left + padding.right
      return "its kernel \(kernel) is larger than its input, \(height)×\(width) with padding"
    }
    return nil
  }
}
