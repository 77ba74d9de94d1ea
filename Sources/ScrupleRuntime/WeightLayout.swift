/// The pair-packed layout of a dense operation's weights (code 1 of the file format).
///
/// Two output channels, A = 2p and B = 2p + 1, share a halfword per input: `256·A + B` as a signed sum. A core
/// that multiplies halfwords gets `256·A·x + B·x` from one product, and `B·x` from a second one after
/// sign-extending the low bytes; the difference is `A·x`. `docs/format.md` gives the order of the halfwords.
public enum WeightLayout {
  /// The number of channel pairs of `outputs` channels.
  @inlinable
  public static func pairCount(outputs: Int) -> Int { (outputs &+ 1) &>> 1 }

  /// Entries of the bias and multiplier arrays: `outputs`, rounded up to even.
  @inlinable
  public static func channelCount(outputs: Int) -> Int { (outputs &+ 1) & ~1 }

  /// Bytes of packed weights of a dense operation.
  @inlinable
  public static func byteCount(inputs: Int, outputs: Int) -> Int {
    FileLayout.align4(inputs) &* channelCount(outputs: outputs)
  }

  /// The position of the halfword that holds the weights of `input` for the channels 2·`pair` and 2·`pair` + 1,
  /// counted in halfwords from the start of the weights.
  ///
  /// - Parameters:
  ///   - input: less than `inputs` rounded up to a multiple of 4.
  ///   - pair: less than `pairCount(outputs:)`.
  @inlinable
  public static func index(input: Int, pair: Int, inputs: Int, outputs: Int) -> Int {
    let padded = FileLayout.align4(inputs)
    let group = input &>> 2
    let word = input & 1
    let half = (input &>> 1) & 1
    let blocked = pairCount(outputs: outputs) & ~3
    if pair < blocked {
      return 4 &* padded &* (pair &>> 2) &+ 16 &* group &+ 8 &* word &+ 2 &* (pair & 3) &+ half
    }
    return padded &* pair &+ 4 &* group &+ 2 &* word &+ half
  }

  /// The halfword of two weights, each in −127…127.
  @inlinable
  public static func pack(_ a: Int8, _ b: Int8) -> Int16 { (Int16(a) &<< 8) &+ Int16(b) }

  /// The two weights of a halfword.
  @inlinable
  public static func unpack(_ halfword: Int16) -> (a: Int8, b: Int8) {
    let b = Int8(truncatingIfNeeded: halfword)
    return (Int8(truncatingIfNeeded: (halfword &- Int16(b)) &>> 8), b)
  }
}
