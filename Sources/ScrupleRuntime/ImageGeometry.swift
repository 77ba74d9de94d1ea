import CScrupleIntrinsics

/// The shapes of an operation on images. Values stand in the order row, column, channel.
public struct ImageGeometry: Equatable, Sendable {
  /// Rows of the input.
  public let height: Int
  /// Columns of the input.
  public let width: Int
  /// Values of a pixel of the input.
  public let inputChannels: Int
  /// Values of a pixel of the output.
  public let outputChannels: Int
  /// Rows of the window.
  public let kernelHeight: Int
  /// Columns of the window.
  public let kernelWidth: Int
  /// Rows from one window to the next.
  public let strideHeight: Int
  /// Columns from one window to the next.
  public let strideWidth: Int
  /// Rows of padding above.
  public let paddingTop: Int
  /// Columns of padding to the left.
  public let paddingLeft: Int
  /// Rows of padding below.
  public let paddingBottom: Int
  /// Columns of padding to the right.
  public let paddingRight: Int

  /// Reads a descriptor of 48 bytes at a multiple of 4 inside the file.
  @unsafe
  init(_ file: RawSpan, at base: Int) {
    func word(_ offset: Int) -> Int {
      Int(
        truncatingIfNeeded: unsafe file.unsafeLoad(fromUncheckedByteOffset: base &+ offset, as: UInt32.self))
    }
    func byte(_ word: Int, _ index: Int) -> Int { (word &>> (8 &* index)) & 0xFF }
    let extents = word(FileLayout.ImageDescriptor.height)
    let channels = word(FileLayout.ImageDescriptor.inputChannels)
    let window = word(FileLayout.ImageDescriptor.kernelHeight)
    let padding = word(FileLayout.ImageDescriptor.paddingTop)
    (height, width) = (extents & 0xFFFF, (extents &>> 16) & 0xFFFF)
    (inputChannels, outputChannels) = (channels & 0xFFFF, (channels &>> 16) & 0xFFFF)
    (kernelHeight, kernelWidth) = (byte(window, 0), byte(window, 1))
    (strideHeight, strideWidth) = (byte(window, 2), byte(window, 3))
    (paddingTop, paddingLeft) = (byte(padding, 0), byte(padding, 1))
    (paddingBottom, paddingRight) = (byte(padding, 2), byte(padding, 3))
  }

  /// Rows of the output.
  public var outputHeight: Int {
    quotient(height &+ paddingTop &+ paddingBottom &- kernelHeight, strideHeight) &+ 1
  }
  /// Columns of the output.
  public var outputWidth: Int {
    quotient(width &+ paddingLeft &+ paddingRight &- kernelWidth, strideWidth) &+ 1
  }
  /// Positions of the window.
  public var taps: Int { kernelHeight &* kernelWidth }
  /// Bytes of the input.
  public var inputCount: Int { height &* width &* inputChannels }
  /// Bytes of the output.
  public var outputCount: Int { outputHeight &* outputWidth &* outputChannels }

  /// Bytes of the input, or more than any arena has.
  var inputByteCount: UInt32 { Self.byteCount(height, width, inputChannels) }
  /// Bytes of the output, or more than any arena has.
  var outputByteCount: UInt32 { Self.byteCount(outputHeight, outputWidth, outputChannels) }

  /// The product of three numbers below 2¹⁶, or more than any arena has.
  private static func byteCount(_ height: Int, _ width: Int, _ channels: Int) -> UInt32 {
    let pixels = UInt32(truncatingIfNeeded: height) &* UInt32(truncatingIfNeeded: width)
    let count = scr_umull(pixels, UInt32(truncatingIfNeeded: channels))
    let isPossible = UInt32(truncatingIfNeeded: count &>> 30) == 0
    return isPossible ? UInt32(truncatingIfNeeded: count) : 0x8000_0000
  }
}

/// `dividend / divisor`, rounded down, without an instruction that small cores lack.
///
/// - Parameters:
///   - dividend: 0…2¹⁷ − 1.
///   - divisor: 1…255.
private func quotient(_ dividend: Int, _ divisor: Int) -> Int {
  var rest = dividend
  var quotient = 0
  var bit = 16
  while bit >= 0 {
    if rest >= divisor &<< bit {
      rest &-= divisor &<< bit
      quotient &+= 1 &<< bit
    }
    bit &-= 1
  }
  return quotient
}
