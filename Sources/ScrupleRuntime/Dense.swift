import CScrupleIntrinsics

/// A dense operation in memory: where its constants, its input and its output are.
///
/// SAFETY of all pointers: they come from a validated descriptor, so that weights, biases and multipliers of all
/// channels lie inside the file, the padded input and the output inside the arena, all at multiples of 4; input
/// and output share no byte.
@unsafe
struct Dense {
  var weights: UnsafePointer<UInt32>
  var bias: UnsafePointer<Int32>
  var multiplier: UnsafePointer<Int32>
  let input: UnsafePointer<UInt32>
  var output: UnsafeMutableRawPointer
  /// Groups of four inputs.
  let groups: Int
  /// Channels that are left.
  var outputs: Int
  let isLogits: Bool
  let shift: Int32
  let zeroPoint: Int32
  let low: Int32
  let high: Int32

  /// Computes all outputs.
  mutating func run() {
    var accumulators: InlineArray<8, Int32> = [0, 0, 0, 0, 0, 0, 0, 0]
    while unsafe outputs > 6 {
      unsafe accumulate4Pairs(&accumulators)
      unsafe store(&accumulators, blockChannels: 8)
      unsafe weights += groups &* 8
    }
    while unsafe outputs > 0 {
      unsafe accumulate1Pair(&accumulators)
      unsafe store(&accumulators, blockChannels: 2)
      unsafe weights += groups &* 2
    }
  }

  /// Groups between two flushes: |A·x| ≤ 128·255·256 < 2²³ for 256 inputs.
  private static var flush: Int { 64 }

  /// The accumulators of the next eight channels.
  ///
  /// h collects 256·(A·x) + B·x, l collects B·x, both from the bias of B on. Every ``flush`` groups
  /// A·x = (h − l) >> 8 goes to the accumulator of A, and h starts from l again.
  @inline(never)
  @_optimize(speed)
  private func accumulate4Pairs(_ accumulators: inout InlineArray<8, Int32>) {
    var w = unsafe weights
    var x = unsafe input
    var l0 = unsafe bias[1]
    var l1 = unsafe bias[3]
    var l2 = unsafe bias[5]
    var l3 = unsafe bias[7]
    var a0 = unsafe bias[0]
    var a1 = unsafe bias[2]
    var a2 = unsafe bias[4]
    var a3 = unsafe bias[6]
    let end = unsafe x + groups
    while unsafe x < end {
      var h0 = l0
      var h1 = l1
      var h2 = l2
      var h3 = l3
      let stop = unsafe min(end, x + Self.flush)
      repeat {
        let even = unsafe scr_even_bytes(x.pointee)
        let odd = unsafe scr_odd_bytes(x.pointee)
        unsafe x += 1
        let w00 = unsafe w[0]
        let w01 = unsafe w[1]
        h0 = scr_dot_lanes(w00, even, h0)
        l0 = scr_dot_lanes(scr_low_bytes(w00), even, l0)
        h1 = scr_dot_lanes(w01, even, h1)
        l1 = scr_dot_lanes(scr_low_bytes(w01), even, l1)
        let w02 = unsafe w[2]
        let w03 = unsafe w[3]
        h2 = scr_dot_lanes(w02, even, h2)
        l2 = scr_dot_lanes(scr_low_bytes(w02), even, l2)
        h3 = scr_dot_lanes(w03, even, h3)
        l3 = scr_dot_lanes(scr_low_bytes(w03), even, l3)
        let w10 = unsafe w[4]
        let w11 = unsafe w[5]
        h0 = scr_dot_lanes(w10, odd, h0)
        l0 = scr_dot_lanes(scr_low_bytes(w10), odd, l0)
        h1 = scr_dot_lanes(w11, odd, h1)
        l1 = scr_dot_lanes(scr_low_bytes(w11), odd, l1)
        let w12 = unsafe w[6]
        let w13 = unsafe w[7]
        unsafe w += 8
        h2 = scr_dot_lanes(w12, odd, h2)
        l2 = scr_dot_lanes(scr_low_bytes(w12), odd, l2)
        h3 = scr_dot_lanes(w13, odd, h3)
        l3 = scr_dot_lanes(scr_low_bytes(w13), odd, l3)
      } while unsafe x < stop
      a0 &+= (h0 &- l0) &>> 8
      a1 &+= (h1 &- l1) &>> 8
      a2 &+= (h2 &- l2) &>> 8
      a3 &+= (h3 &- l3) &>> 8
    }
    accumulators = [a0, l0, a1, l1, a2, l2, a3, l3]
  }

  /// The accumulators of the next two channels.
  @inline(never)
  @_optimize(speed)
  private func accumulate1Pair(_ accumulators: inout InlineArray<8, Int32>) {
    var w = unsafe weights
    var x = unsafe input
    var l = unsafe bias[1]
    var a = unsafe bias[0]
    let end = unsafe x + groups
    while unsafe x < end {
      var h = l
      let stop = unsafe min(end, x + Self.flush)
      repeat {
        let word = unsafe x.pointee
        unsafe x += 1
        let w0 = unsafe w[0]
        let w1 = unsafe w[1]
        unsafe w += 2
        h = scr_dot_lanes(w0, scr_even_bytes(word), h)
        l = scr_dot_lanes(scr_low_bytes(w0), scr_even_bytes(word), l)
        h = scr_dot_lanes(w1, scr_odd_bytes(word), h)
        l = scr_dot_lanes(scr_low_bytes(w1), scr_odd_bytes(word), l)
      } while unsafe x < stop
      a &+= (h &- l) &>> 8
    }
    accumulators[0] = a
    accumulators[1] = l
  }

  /// Writes the accumulators of `blockChannels` channels, as far as there are, and goes on to the next.
  private mutating func store(_ accumulators: inout InlineArray<8, Int32>, blockChannels: Int) {
    let count = unsafe min(outputs, blockChannels)
    for k in 0..<count {
      let accumulator = accumulators[k]
      if unsafe isLogits {
        unsafe output.storeBytes(of: accumulator, as: Int32.self)
        unsafe output += 4
      } else {
        let y = unsafe requantize(accumulator, shift: shift, multiplier: multiplier[k]) &+ zeroPoint
        unsafe output.storeBytes(of: UInt8(truncatingIfNeeded: max(low, min(high, y))), as: UInt8.self)
        unsafe output += 1
      }
    }
    unsafe bias += blockChannels
    unsafe multiplier += blockChannels
    unsafe outputs -= blockChannels
  }
}
