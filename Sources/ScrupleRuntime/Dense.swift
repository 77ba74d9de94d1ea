import CScrupleIntrinsics

/// A dense operation in memory: where its constants, its input and its output are.
///
/// SAFETY of all pointers: they come from a validated descriptor, so that weights, biases and multipliers of all
/// channels lie inside the file, the padded input and the output inside the arena, all at multiples of 4; input
/// and output share no byte.
@unsafe
struct Dense {
  let weights: UnsafePointer<UInt32>
  let bias: UnsafePointer<Int32>
  let multiplier: UnsafePointer<Int32>
  var input: UnsafePointer<UInt32>
  var output: UnsafeMutableRawPointer
  /// Groups of four inputs.
  let groups: Int
  let outputs: Int
  let isLogits: Bool
  let scaling: Scaling

  /// Computes all outputs, with the wide instructions that a host's processor may have.
  func run() {
    let instructions = scr_instruction_set()
    if instructions == SCR_PORTABLE { unsafe runPortably() } else { unsafe run(instructions) }
  }

  /// Computes all outputs: four pairs at once as long as four remain (the last of which may be half), then
  /// single pairs.
  func runPortably() {
    unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: 8) { buffer in
      let sums = unsafe buffer.baseAddress.unsafelyUnwrapped
      var weights = unsafe weights
      var channel = 0
      while unsafe channel < outputs {
        let isBlock = unsafe outputs &- channel > 6
        if isBlock {
          unsafe weights = sumFourPairs(weights, input, groups, bias + channel, sums)
        } else {
          unsafe weights = sumPair(weights, input, groups, bias + channel, sums)
        }
        let count = unsafe min(isBlock ? 8 : 2, outputs &- channel)
        if unsafe isLogits {
          for k in 0..<count {
            unsafe output.storeBytes(of: sums[k], toByteOffset: (channel &+ k) &* 4, as: Int32.self)
          }
        } else {
          unsafe scaling.apply(
            sums, multiplier + channel, count,
            to: (output + channel).assumingMemoryBound(to: UInt8.self))
        }
        channel &+= count
      }
    }
  }

  /// The same in C, with an instruction set other than `SCR_PORTABLE` that this processor has.
  @inline(__always)
  func run(_ instructions: Int32) {
    var dense = unsafe scr_dense(
      weights: weights, bias: bias, multiplier: multiplier,
      input: UnsafeRawPointer(input).assumingMemoryBound(to: UInt8.self), output: output, groups: groups,
      outputs: outputs, is_logits: isLogits, shift: scaling.shift, zero_point: scaling.zeroPoint,
      low: scaling.low, high: scaling.high)
    unsafe scr_dense_run(&dense, instructions)
  }
}
