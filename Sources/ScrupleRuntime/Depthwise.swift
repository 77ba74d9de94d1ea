import CScrupleIntrinsics

/// A depthwise convolution in memory.
///
/// SAFETY of all pointers: as for ``Dense``; weights are in quads, and the input and the output have the sizes that
/// the geometry says.
@unsafe
struct Depthwise {
  let weights: UnsafePointer<UInt32>
  let bias: UnsafePointer<Int32>
  let multiplier: UnsafePointer<Int32>
  let input: UnsafePointer<UInt8>
  let output: UnsafeMutablePointer<UInt8>
  let geometry: ImageGeometry
  let zeroPoint: UInt8
  let scaling: Scaling

  @_optimize(speed)
  func run() {
    let channels = unsafe geometry.inputChannels
    let columns = unsafe geometry.kernelWidth
    var pixel = unsafe scr_depthwise(
      channels: channels, row: geometry.width &* channels, rows: 0, columns: 0, row_weights: 2 &* columns,
      quad_weights: 2 &* geometry.taps, bias: bias, multiplier: multiplier, scaling: scaling.word)
    var walk = unsafe WindowWalk(geometry)
    var to = unsafe output
    while walk.isInside {
      // Skipped positions count as zeros.
      if unsafe channels & 3 == 0 && (zeroPoint == 0 || walk.isWhole) {
        let (rows, columns) = (walk.rows, walk.columns)
        unsafe pixel.rows = rows.upperBound &- rows.lowerBound
        unsafe pixel.columns = columns.upperBound &- columns.lowerBound
        let skipped = unsafe rows.lowerBound &* geometry.kernelWidth &+ columns.lowerBound
        unsafe scr_depthwise_pixel(
          &pixel, input + walk.index(rows.lowerBound, columns.lowerBound), weights + 2 &* skipped, to)
      } else {
        for channel in 0..<channels { unsafe to[channel] = value(walk, channel) }
      }
      unsafe to += channels
      walk.advance()
    }
  }

  /// One output.
  @inline(never)
  private func value(_ walk: WindowWalk, _ channel: Int) -> UInt8 {
    let halfwords = unsafe UnsafeRawPointer(weights).assumingMemoryBound(to: Int16.self)
    let (rows, columns) = (walk.rows, walk.columns)
    let taps = unsafe geometry.taps
    var sum = unsafe bias[channel]
    var tap = 0
    for y in 0..<(unsafe geometry.kernelHeight) {
      for x in 0..<(unsafe geometry.kernelWidth) {
        let isInside =
          y >= rows.lowerBound && y < rows.upperBound && x >= columns.lowerBound && x < columns.upperBound
        let value = unsafe isInside ? input[walk.index(y, x) &+ channel] : zeroPoint
        let weight = unsafe halfwords[QuadLayout.index(tap: tap, channel: channel, taps: taps)]
        sum &+= scr_multiply_byte(Int32(weight), UInt32(value))
        tap &+= 1
      }
    }
    return unsafe scaling.byte(sum, multiplier[channel])
  }
}
