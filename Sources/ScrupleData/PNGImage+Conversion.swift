extension PNGImage {
  /// The picture with another number of channels: RGB to grey by the luma of ITU-R BT.601,
  /// (299 R + 587 G + 114 B) / 1000 rounded; grey to RGB by repeating it. Opacity is dropped.
  public func converted(toChannels wanted: Int) -> PNGImage {
    precondition(wanted == 1 || wanted == 3, "only to grey or to RGB")
    guard wanted != channels else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(width * height * wanted)
    for pixel in stride(from: 0, to: pixels.count, by: channels) {
      switch (channels, wanted) {
      case (1, _):
        result += [pixels[pixel], pixels[pixel], pixels[pixel]]
      case (_, 3):
        result += pixels[pixel..<(pixel + 3)]
      default:
        let (r, g, b) = (Int(pixels[pixel]), Int(pixels[pixel + 1]), Int(pixels[pixel + 2]))
        result.append(UInt8((299 * r + 587 * g + 114 * b + 500) / 1000))
      }
    }
    return PNGImage(width: width, height: height, channels: wanted, pixels: result)
  }

  /// The picture at another size.
  public func resized(toWidth newWidth: Int, height newHeight: Int) -> PNGImage {
    let resizer = Resizer(from: (height, width), to: (newHeight, newWidth), channels: channels)
    return PNGImage(
      width: newWidth, height: newHeight, channels: channels, pixels: resizer.resize(pixels[...]))
  }
}
