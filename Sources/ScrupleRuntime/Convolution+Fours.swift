import CScrupleIntrinsics

extension Convolution {
  /// Four patches at a time, as bytes, for cores with vectors; the last ones may be fewer.
  func runFours(_ patches: UnsafeMutableRawPointer) {
    var four = unsafe scr_four_patches(
      weights: kernel.weights, bias: kernel.bias, multiplier: kernel.multiplier, inputs: 4 &* kernel.groups,
      outputs: kernel.outputs, scaling: kernel.scaling.word)
    unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>.self, capacity: 4) { buffer in
      let starts = unsafe buffer.baseAddress.unsafelyUnwrapped
      var output = unsafe kernel.output.assumingMemoryBound(to: UInt8.self)
      var corner = unsafe geometry.firstCorner
      while unsafe geometry.isInside(corner) {
        var count = 0
        while unsafe count < 4 && geometry.isInside(corner) {
          unsafe starts[count] = patch(corner, orAt: patches + count &* four.inputs)
          corner = unsafe geometry.corner(after: corner)
          count &+= 1
        }
        for k in count..<4 { unsafe starts[k] = starts[0] }
        unsafe scr_run_four_patches(&four, starts, count, output)
        unsafe output += count &* four.outputs
      }
    }
  }

  /// Where a patch is, written to `scratch` unless it lies in the image as it is.
  private func patch(_ corner: Corner, orAt scratch: UnsafeMutableRawPointer) -> UnsafePointer<UInt8> {
    let isWhole = unsafe geometry.isWhole(corner)
    if unsafe isInPlace && isWhole { return unsafe pixel(corner) }
    let bytes = unsafe scratch.assumingMemoryBound(to: UInt8.self)
    if !isWhole { unsafe scr_fill(bytes, zeroPoint, 4 &* kernel.groups) }
    let (rows, columns) = unsafe (geometry.rows(corner), geometry.columns(corner))
    let channels = unsafe geometry.inputChannels
    unsafe scr_copy_rows(
      bytes + (rows.low &* geometry.kernelWidth &+ columns.low) &* channels, geometry.kernelWidth &* channels,
      input + geometry.index(corner, rows.low, columns.low), geometry.width &* channels,
      (columns.high &- columns.low) &* channels, rows.high &- rows.low)
    return unsafe UnsafePointer(bytes)
  }
}
