import CScrupleIntrinsics

/// A pooling in memory.
///
/// SAFETY of both pointers: they have the sizes that the geometry says, and share no byte.
@unsafe
struct Pooling {
  let input: UnsafePointer<UInt8>
  let output: UnsafeMutablePointer<UInt8>
  let geometry: ImageGeometry
  /// The factor of an average; nil for the maximum.
  let average: (shift: Int32, multiplier: Int32)?

  func run() {
    if scr_has_vectors() != 0 { unsafe runVectors() } else { unsafe runWords() }
  }

  /// With vectors of channels.
  private func runVectors() {
    let (shift, multiplier) = unsafe average ?? (0, 0)
    var pooling = unsafe scr_pooling(
      channels: geometry.inputChannels, row: geometry.width &* geometry.inputChannels, rows: 0, columns: 0,
      shift: shift, multiplier: multiplier)
    var corner = unsafe geometry.firstCorner
    var to = unsafe output
    while unsafe geometry.isInside(corner) {
      let (rows, columns) = unsafe (geometry.rows(corner), geometry.columns(corner))
      pooling.rows = rows.high &- rows.low
      pooling.columns = columns.high &- columns.low
      let start = unsafe input + geometry.index(corner, rows.low, columns.low)
      if unsafe average == nil {
        unsafe scr_pool_largest(&pooling, start, to)
      } else {
        unsafe scr_pool_average(&pooling, start, to)
      }
      unsafe to += pooling.channels
      corner = unsafe geometry.corner(after: corner)
    }
  }

  /// Four channels at a time, or one.
  private func runWords() {
    let channels = unsafe geometry.inputChannels
    var corner = unsafe geometry.firstCorner
    var to = unsafe output
    while unsafe geometry.isInside(corner) {
      let (rows, columns) = unsafe (geometry.rows(corner), geometry.columns(corner))
      let start = unsafe input + geometry.index(corner, rows.low, columns.low)
      let extent = (rows.high &- rows.low, columns.high &- columns.low)
      var channel = 0
      if channels & 3 == 0 {
        while channel < channels {
          unsafe UnsafeMutableRawPointer(to + channel).storeBytes(
            of: average == nil ? largestFour(start + channel, extent) : averageFour(start + channel, extent),
            as: UInt32.self)
          channel &+= 4
        }
      } else {
        while channel < channels {
          unsafe to[channel] =
            average == nil ? largest(start + channel, extent) : average(start + channel, extent)
          channel &+= 1
        }
      }
      unsafe to += channels
      corner = unsafe geometry.corner(after: corner)
    }
  }

  @inline(never)
  @_optimize(speed)
  private func largestFour(_ start: UnsafePointer<UInt8>, _ extent: (Int, Int)) -> UInt32 {
    var largest: UInt32 = 0
    var row = unsafe UnsafeRawPointer(start)
    for _ in 0..<extent.0 {
      var at = unsafe row
      for _ in 0..<extent.1 {
        largest = unsafe scr_larger_bytes(at.load(as: UInt32.self), largest)
        unsafe at += geometry.inputChannels
      }
      unsafe row += geometry.width &* geometry.inputChannels
    }
    return largest
  }

  /// Lanes of 16 bits hold the sum of a row: 255·255 < 2¹⁶.
  @inline(never)
  @_optimize(speed)
  private func averageFour(_ start: UnsafePointer<UInt8>, _ extent: (Int, Int)) -> UInt32 {
    var (s0, s1, s2, s3): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    var row = unsafe UnsafeRawPointer(start)
    for _ in 0..<extent.0 {
      var at = unsafe row
      var (even, odd): (UInt32, UInt32) = (0, 0)
      for _ in 0..<extent.1 {
        let word = unsafe at.load(as: UInt32.self)
        even &+= scr_even_bytes(word)
        odd &+= scr_odd_bytes(word)
        unsafe at += geometry.inputChannels
      }
      s0 &+= even & 0xFFFF
      s1 &+= odd & 0xFFFF
      s2 &+= even &>> 16
      s3 &+= odd &>> 16
      unsafe row += geometry.width &* geometry.inputChannels
    }
    return unsafe scaled(s0) | scaled(s1) &<< 8 | scaled(s2) &<< 16 | scaled(s3) &<< 24
  }

  private func largest(_ start: UnsafePointer<UInt8>, _ extent: (Int, Int)) -> UInt8 {
    var largest: UInt32 = 0
    for y in 0..<extent.0 {
      for x in 0..<extent.1 {
        let index = unsafe (y &* geometry.width &+ x) &* geometry.inputChannels
        largest = unsafe scr_larger_bytes(UInt32(start[index]), largest)
      }
    }
    return UInt8(truncatingIfNeeded: largest)
  }

  private func average(_ start: UnsafePointer<UInt8>, _ extent: (Int, Int)) -> UInt8 {
    var sum: UInt32 = 0
    for y in 0..<extent.0 {
      for x in 0..<extent.1 {
        let index = unsafe (y &* geometry.width &+ x) &* geometry.inputChannels
        sum &+= unsafe UInt32(start[index])
      }
    }
    return UInt8(truncatingIfNeeded: unsafe scaled(sum))
  }

  private func scaled(_ sum: UInt32) -> UInt32 {
    let (shift, multiplier) = unsafe average ?? (0, 0)
    let y = scr_requantize(Int32(bitPattern: sum), shift, multiplier)
    return UInt32(bitPattern: scr_clamp(y, 0, 255))
  }
}
