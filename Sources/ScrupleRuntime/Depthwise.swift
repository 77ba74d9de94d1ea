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

  func run() {
    let channels = unsafe geometry.inputChannels
    var pixel = unsafe scr_depthwise(
      channels: channels, row: geometry.width &* channels, rows: 0, columns: 0, row_skip: 0, quad_skip: 0,
      bias: bias, multiplier: multiplier, scaling: scaling.word)
    var corner = unsafe geometry.firstCorner
    var to = unsafe output
    while unsafe geometry.isInside(corner) {
      // Skipped positions count as zeros.
      if unsafe channels & 3 == 0 && (zeroPoint == 0 || geometry.isWhole(corner)) {
        let (rows, columns) = unsafe (geometry.rows(corner), geometry.columns(corner))
        unsafe pixel.rows = rows.high &- rows.low
        unsafe pixel.columns = columns.high &- columns.low
        unsafe pixel.row_skip = 8 &* (geometry.kernelWidth &- pixel.columns)
        unsafe pixel.quad_skip = 8 &* geometry.kernelWidth &* (geometry.kernelHeight &- pixel.rows)
        let skipped = unsafe rows.low &* geometry.kernelWidth &+ columns.low
        unsafe scr_depthwise_pixel(
          &pixel, input + geometry.index(corner, rows.low, columns.low), weights + 2 &* skipped, to)
      } else {
        for channel in 0..<channels { unsafe to[channel] = value(corner, channel) }
      }
      unsafe to += channels
      corner = unsafe geometry.corner(after: corner)
    }
  }

  /// One output.
  @inline(never)
  private func value(_ corner: Corner, _ channel: Int) -> UInt8 {
    let halfwords = unsafe UnsafeRawPointer(weights).assumingMemoryBound(to: Int16.self)
    let (rows, columns) = unsafe (geometry.rows(corner), geometry.columns(corner))
    let taps = unsafe geometry.taps
    var sum = unsafe bias[channel]
    var tap = 0
    for y in 0..<(unsafe geometry.kernelHeight) {
      for x in 0..<(unsafe geometry.kernelWidth) {
        let isInside =
          y >= rows.low && y < rows.high && x >= columns.low && x < columns.high
        let value = unsafe isInside ? input[geometry.index(corner, y, x) &+ channel] : zeroPoint
        let weight = unsafe halfwords[QuadLayout.index(tap: tap, channel: channel, taps: taps)]
        sum &+= scr_multiply_byte(Int32(weight), UInt32(value))
        tap &+= 1
      }
    }
    return unsafe scaling.byte(sum, multiplier[channel])
  }
}
