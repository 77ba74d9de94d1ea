import CScrupleIntrinsics

// The inner loops of a dense operation over pair-packed weights.
//
// h collects 256·(A·x) + B·x and l collects B·x, both from the bias of B on. As |A·x| ≤ 128·255·256 < 2²³ for 256
// inputs, (h − l) >> 8 is A·x exactly, whatever has wrapped; so every 64 groups of four inputs that goes to A's
// accumulator, and h starts from l again.

/// Groups of four inputs between two flushes.
private var groupsPerFlush: Int { 64 }

/// Computes the accumulators of eight channels: bias + Σ weight·input, wrapping. Returns the end of the weights.
///
/// - Parameters:
///   - weights: 8·`groups` words, a block of four pairs.
///   - input: `groups` words of four inputs each.
///   - groups: at least 1.
///   - bias: eight.
///   - sums: where the eight go.
@inline(never)
@_optimize(speed)
func sumFourPairs(
  _ weights: UnsafePointer<UInt32>, _ input: UnsafePointer<UInt32>, _ groups: Int,
  _ bias: UnsafePointer<Int32>,
  _ sums: UnsafeMutablePointer<Int32>
) -> UnsafePointer<UInt32> {
  var w = unsafe weights
  var x = unsafe input
  var (a0, a1, a2, a3) = unsafe (bias[0], bias[2], bias[4], bias[6])
  var (l0, l1, l2, l3) = unsafe (bias[1], bias[3], bias[5], bias[7])
  let end = unsafe x + groups
  repeat {
    var (h0, h1, h2, h3) = (l0, l1, l2, l3)
    let stop = unsafe min(end, x + groupsPerFlush)
    repeat {
      let even = unsafe scr_even_bytes(x.pointee)
      unsafe w = scr_two_pairs(w, even, &h0, &l0, &h1, &l1)
      unsafe w = scr_two_pairs(w, even, &h2, &l2, &h3, &l3)
      let odd = unsafe scr_odd_bytes(x.pointee)
      unsafe x += 1
      unsafe w = scr_two_pairs(w, odd, &h0, &l0, &h1, &l1)
      unsafe w = scr_two_pairs(w, odd, &h2, &l2, &h3, &l3)
    } while unsafe x < stop
    a0 &+= (h0 &- l0) &>> 8
    a1 &+= (h1 &- l1) &>> 8
    a2 &+= (h2 &- l2) &>> 8
    a3 &+= (h3 &- l3) &>> 8
  } while unsafe x < end
  unsafe (sums[0], sums[1], sums[2], sums[3]) = (a0, l0, a1, l1)
  unsafe (sums[4], sums[5], sums[6], sums[7]) = (a2, l2, a3, l3)
  return unsafe w
}

/// The same for two channels, from a block of one pair.
@inline(never)
@_optimize(speed)
func sumPair(
  _ weights: UnsafePointer<UInt32>, _ input: UnsafePointer<UInt32>, _ groups: Int,
  _ bias: UnsafePointer<Int32>,
  _ sums: UnsafeMutablePointer<Int32>
) -> UnsafePointer<UInt32> {
  var w = unsafe weights
  var x = unsafe input
  var a = unsafe bias[0]
  var l = unsafe bias[1]
  let end = unsafe x + groups
  repeat {
    var h = l
    let stop = unsafe min(end, x + groupsPerFlush)
    repeat {
      let word = unsafe x.pointee
      unsafe x += 1
      h = unsafe scr_dot_lanes(w[0], scr_even_bytes(word), h)
      l = unsafe scr_dot_lanes(scr_low_bytes(w[0]), scr_even_bytes(word), l)
      h = unsafe scr_dot_lanes(w[1], scr_odd_bytes(word), h)
      l = unsafe scr_dot_lanes(scr_low_bytes(w[1]), scr_odd_bytes(word), l)
      unsafe w += 2
    } while unsafe x < stop
    a &+= (h &- l) &>> 8
  } while unsafe x < end
  unsafe (sums[0], sums[1]) = (a, l)
  return unsafe w
}
