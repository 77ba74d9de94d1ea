import CScrupleIntrinsics

/// The sum of two tensors in memory.
///
/// SAFETY of all pointers: they have room for `words` words; the output may be one of the summands.
@unsafe
struct Addition {
  let first: UnsafePointer<UInt32>
  let second: UnsafePointer<UInt32>
  let output: UnsafeMutablePointer<UInt32>
  let words: Int
  let constants: scr_addition

  @_optimize(speed)
  func run() {
    var constants = unsafe constants
    if scr_has_vectors() != 0 { return unsafe scr_add_words(&constants, first, second, output, words) }
    for i in 0..<(unsafe words) {
      unsafe output[i] = scr_add_four(first[i], second[i], &constants)
    }
  }
}
