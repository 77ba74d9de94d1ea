/// The layout of a depthwise convolution's weights (code 2 of the file format).
///
/// Four channels 4q…4q + 3 stand together; for each position of the window there are four halfwords, the weights of
/// the channels 4q, 4q + 2, 4q + 1, 4q + 3: two words that meet the even and the odd bytes of a word of input.
public enum QuadLayout {
  /// Entries of the bias and multiplier arrays: `channels`, rounded up to a multiple of 4.
  @inlinable
  public static func channelCount(_ channels: Int) -> Int { FileLayout.align4(channels) }

  /// Bytes of the weights.
  ///
  /// - Parameter taps: positions of the window.
  @inlinable
  public static func byteCount(taps: Int, channels: Int) -> Int {
    2 &* taps &* FileLayout.align4(channels)
  }

  /// The position of the weight of `channel` for the window's position `tap`, counted in halfwords from the start of
  /// the weights.
  @inlinable
  public static func index(tap: Int, channel: Int, taps: Int) -> Int {
    let place = channel & 3
    return 4 &* ((channel &>> 2) &* taps &+ tap) &+ (place &>> 1) &+ ((place & 1) &<< 1)
  }
}
