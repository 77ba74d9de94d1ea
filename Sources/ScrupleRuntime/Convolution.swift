import CScrupleIntrinsics

/// A convolution in memory.
///
/// SAFETY: as for ``Dense``. The input and the output have the sizes that the geometry says, and share no byte with the
/// patches, which have room for what ``PatchLayout`` says.
@unsafe
struct Convolution {
  /// The dense layer of every patch; its output is the first pixel's.
  var kernel: Dense
  let geometry: ImageGeometry
  let input: UnsafePointer<UInt8>
  let zeroPoint: UInt8
  /// Where patches go; nil where they are small enough for the stack.
  let patches: UnsafeMutableRawPointer?

  func run() {
    if let patches = unsafe patches {
      unsafe run(patches)
    } else {
      // PatchLayout.stackByteCount, as a number that the compiler sees.
      unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) {
        unsafe run(UnsafeMutableRawPointer($0.baseAddress.unsafelyUnwrapped))
      }
    }
  }

  @inline(__always)
  private func run(_ patches: UnsafeMutableRawPointer) {
    if scr_has_vectors() != 0 {
      unsafe runFours(patches)
    } else if scr_takes_patches() != 0 {
      unsafe runPairs(patches)
    } else {
      unsafe runSingles(patches)
    }
  }

  /// Whether every patch is a pixel of whole words.
  var isInPlace: Bool {
    unsafe geometry.taps == 1 && geometry.inputChannels & 3 == 0
  }

  /// One patch at a time, as a dense layer of bytes.
  func runSingles(_ patches: UnsafeMutableRawPointer) {
    var dense = unsafe kernel
    let isInPlace = unsafe isInPlace
    var corner = unsafe geometry.firstCorner
    while unsafe geometry.isInside(corner) {
      if unsafe isInPlace && geometry.isWhole(corner) {
        unsafe dense.input = words(corner)
      } else {
        var writer = unsafe ByteWriter(next: patches.assumingMemoryBound(to: UInt8.self))
        unsafe geometry.write(corner, of: input, padding: zeroPoint, to: &writer)
        unsafe dense.input = UnsafePointer(patches.assumingMemoryBound(to: UInt32.self))
      }
      unsafe dense.run()
      unsafe dense.output += dense.outputs
      corner = unsafe geometry.corner(after: corner)
    }
  }

  /// Two patches at a time, expanded; the last one may stand alone.
  func runPairs(_ patches: UnsafeMutableRawPointer) {
    let lanes = unsafe patches.assumingMemoryBound(to: UInt32.self)
    let outputs = unsafe kernel.outputs
    let isInPlace = unsafe isInPlace
    var common = unsafe scr_patches(
      end: lanes + 4 &* kernel.groups,
      to_multiplier: UnsafeRawPointer(kernel.multiplier) - UnsafeRawPointer(kernel.bias),
      scaling: kernel.scaling.word)
    var output = unsafe kernel.output.assumingMemoryBound(to: UInt8.self)
    var corner = unsafe geometry.firstCorner
    while unsafe geometry.isInside(corner) {
      let first = corner
      corner = unsafe geometry.corner(after: first)
      // The first one stands for a second one that isn't there.
      let second = unsafe geometry.isInside(corner) ? corner : first
      if unsafe isInPlace && geometry.isWhole(first) && geometry.isWhole(second) {
        unsafe scr_expand_two(lanes, words(first), words(second), kernel.groups)
      } else {
        unsafe expand(first, to: LaneWriter(lanes, patch: 0))
        unsafe expand(second, to: LaneWriter(lanes, patch: 1))
      }
      unsafe run(lanes, &common, output, geometry.isInside(corner) ? output + outputs : output)
      unsafe output += 2 &* outputs
      corner = unsafe geometry.corner(after: corner)
    }
  }

  @inline(__always)
  func pixel(_ corner: Corner) -> UnsafePointer<UInt8> {
    unsafe input + geometry.index(corner, 0, 0)
  }

  @inline(__always)
  private func words(_ corner: Corner) -> UnsafePointer<UInt32> {
    unsafe UnsafeRawPointer(pixel(corner)).assumingMemoryBound(to: UInt32.self)
  }

  @inline(never)
  private func expand(_ corner: Corner, to writer: consuming LaneWriter) {
    var writer = unsafe writer
    unsafe geometry.write(corner, of: input, padding: zeroPoint, to: &writer)
  }

  /// All channels of two expanded patches.
  @inline(__always)
  private func run(
    _ lanes: UnsafePointer<UInt32>, _ common: inout scr_patches, _ first: UnsafeMutablePointer<UInt8>,
    _ second: UnsafeMutablePointer<UInt8>
  ) {
    var weights = unsafe kernel.weights
    var channel = 0
    let outputs = unsafe kernel.outputs
    let isAligned = outputs & 3 == 0
    while channel < outputs {
      if outputs &- channel > 6 {
        for _ in 0..<2 {
          let bytes = unsafe scr_quad_of_patches(lanes, weights, &common, kernel.bias + channel)
          let (low, high) = (UInt32(truncatingIfNeeded: bytes), UInt32(truncatingIfNeeded: bytes &>> 32))
          if isAligned {
            unsafe UnsafeMutableRawPointer(second + channel).storeBytes(of: high, as: UInt32.self)
            unsafe UnsafeMutableRawPointer(first + channel).storeBytes(of: low, as: UInt32.self)
          } else {
            let count = min(4, outputs &- channel)
            unsafe store(high, count, second + channel)
            unsafe store(low, count, first + channel)
          }
          channel &+= 4
          unsafe weights += 2
        }
        unsafe weights += 8 &* kernel.groups &- 4
      } else {
        let bytes = unsafe scr_pair_of_patches(lanes, weights, &common, kernel.bias + channel)
        let count = min(2, outputs &- channel)
        unsafe store(bytes &>> 16, count, second + channel)
        unsafe store(bytes, count, first + channel)
        channel &+= 2
        unsafe weights += 2 &* kernel.groups
      }
    }
  }

  @inline(__always)
  private func store(_ bytes: UInt32, _ count: Int, _ output: UnsafeMutablePointer<UInt8>) {
    var rest = bytes
    for k in 0..<count {
      unsafe output[k] = UInt8(truncatingIfNeeded: rest)
      rest = rest &>> 8
    }
  }
}
