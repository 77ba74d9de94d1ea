/// How a convolution lays out the patches of two neighbouring outputs for its inner loop.
///
/// Each group of four inputs takes four words of two halfwords: inputs 0 and 2 of the first patch, of the second
/// patch, inputs 1 and 3 of the first patch, of the second patch. So every word of weights meets two words that stand
/// together.
public enum PatchLayout {
  /// Up to this many bytes are on the stack; larger patches are in the arena.
  @inlinable
  public static var stackByteCount: Int { 256 }

  /// Bytes of two expanded patches.
  ///
  /// - Parameter inputs: kernel height × kernel width × channels.
  @inlinable
  public static func byteCount(inputs: Int) -> Int { 4 &* FileLayout.align4(inputs) }

  /// Bytes of the arena that a convolution takes for them.
  @inlinable
  public static func scratchByteCount(inputs: Int) -> Int {
    let size = byteCount(inputs: inputs)
    return size > stackByteCount ? size : 0
  }
}
