/// Where a window starts in the image; negative in the padding.
struct Corner {
  var row: Int
  var column: Int
}

/// The windows of an operation on images, in the order of the outputs.
extension ImageGeometry {
  /// The first window's.
  var firstCorner: Corner { Corner(row: 0 &- paddingTop, column: 0 &- paddingLeft) }

  /// Whether there is a window.
  func isInside(_ corner: Corner) -> Bool { corner.row &+ kernelHeight <= height &+ paddingBottom }

  /// Whether a window touches no padding.
  func isWhole(_ corner: Corner) -> Bool {
    corner.row >= 0 && corner.column >= 0 && corner.row &+ kernelHeight <= height
      && corner.column &+ kernelWidth <= width
  }

  /// The next window's.
  func corner(after corner: Corner) -> Corner {
    let column = corner.column &+ strideWidth
    return column &+ kernelWidth > width &+ paddingRight
      ? Corner(row: corner.row &+ strideHeight, column: 0 &- paddingLeft)
      : Corner(row: corner.row, column: column)
  }

  /// The rows of a window that lie in the image, counted from the window's first.
  func rows(_ corner: Corner) -> (low: Int, high: Int) {
    (max(0, 0 &- corner.row), min(kernelHeight, height &- corner.row))
  }

  /// The columns of a window that lie in the image, counted from the window's first.
  func columns(_ corner: Corner) -> (low: Int, high: Int) {
    (max(0, 0 &- corner.column), min(kernelWidth, width &- corner.column))
  }

  /// The index of the value at a position of a window and channel 0.
  func index(_ corner: Corner, _ row: Int, _ column: Int) -> Int {
    ((corner.row &+ row) &* width &+ corner.column &+ column) &* inputChannels
  }

  /// Writes what a window sees of an image.
  @inline(__always)
  func write(
    _ corner: Corner, of image: UnsafePointer<UInt8>, padding: UInt8, to writer: inout some PatchWriter
  ) {
    if isWhole(corner) {
      var values = unsafe image + index(corner, 0, 0)
      for _ in 0..<kernelHeight {
        unsafe writer.copy(values, kernelWidth &* inputChannels)
        unsafe values += width &* inputChannels
      }
      return
    }
    let (rows, columns) = (rows(corner), columns(corner))
    for y in 0..<kernelHeight {
      if y < rows.low || y >= rows.high {
        writer.fill(padding, kernelWidth &* inputChannels)
      } else {
        writer.fill(padding, columns.low &* inputChannels)
        unsafe writer.copy(
          image + index(corner, y, columns.low), (columns.high &- columns.low) &* inputChannels)
        writer.fill(padding, (kernelWidth &- columns.high) &* inputChannels)
      }
    }
  }
}
