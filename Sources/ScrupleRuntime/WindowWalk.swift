/// The windows of an operation on images, in the order of the outputs.
struct WindowWalk {
  let geometry: ImageGeometry
  /// The row of the image at which the window starts; negative in the padding.
  private(set) var row: Int
  /// The column.
  private(set) var column: Int

  init(_ geometry: ImageGeometry) {
    self.geometry = geometry
    row = 0 &- geometry.paddingTop
    column = 0 &- geometry.paddingLeft
  }

  /// Whether there is a window here.
  var isInside: Bool {
    row &+ geometry.kernelHeight <= geometry.height &+ geometry.paddingBottom
  }

  /// Whether the window touches no padding.
  var isWhole: Bool {
    row >= 0 && column >= 0 && row &+ geometry.kernelHeight <= geometry.height
      && column &+ geometry.kernelWidth <= geometry.width
  }

  /// Goes to the next window.
  mutating func advance() {
    column &+= geometry.strideWidth
    if column &+ geometry.kernelWidth > geometry.width &+ geometry.paddingRight {
      column = 0 &- geometry.paddingLeft
      row &+= geometry.strideHeight
    }
  }

  /// The rows of the window that lie in the image, counted from the window's first.
  var rows: Range<Int> {
    max(0, 0 &- row)..<min(geometry.kernelHeight, geometry.height &- row)
  }

  /// The columns of the window that lie in the image, counted from the window's first.
  var columns: Range<Int> {
    max(0, 0 &- column)..<min(geometry.kernelWidth, geometry.width &- column)
  }

  /// The index of the value at a position of the window and channel 0.
  func index(_ windowRow: Int, _ windowColumn: Int) -> Int {
    ((row &+ windowRow) &* geometry.width &+ column &+ windowColumn) &* geometry.inputChannels
  }
}
