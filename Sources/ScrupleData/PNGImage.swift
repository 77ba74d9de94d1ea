import CPNG

/// An 8-bit picture, and its reading and writing as PNG through libpng's simplified API.
///
/// Every kind of PNG is read: 1 to 16 bits, grey, RGB, palettes, transparency, interlaced. 16-bit samples are
/// rounded to 8 bits in the file's own encoding. Files whose gAMA or sRGB chunk says other than sRGB are
/// converted to sRGB.
public struct PNGImage: Equatable, Sendable {
  /// What shows through where a picture is transparent.
  public enum Background: String, Sendable, CaseIterable {
    case white, black
  }

  /// In pixels, at least 1.
  public let width, height: Int
  /// 1: grey, 3: RGB, 4: RGB and opacity (not premultiplied).
  public let channels: Int
  /// height × width × channels.
  public let pixels: [UInt8]

  /// Wraps pixels.
  ///
  /// - Precondition: `pixels.count == height * width * channels`, with 1, 3 or 4 channels.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && [1, 3, 4].contains(channels))
    precondition(pixels.count == height * width * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Reads a file.
  public init(
    contentsOfFile file: String, background: Background = .white
  ) throws(DataError) {
    try self.init(decoding: FileBytes.read(file), file: file, background: background)
  }

  /// Decodes a file's bytes to grey or RGB. What is transparent is composited on `background` in the file's own
  /// encoding, as browsers do it: (α·c + (255 − α)·background) / 255, rounded.
  ///
  /// - Parameter file: the name for errors.
  public init(
    decoding bytes: [UInt8], file: String, background: Background = .white
  ) throws(DataError) {
    try PNGChunks.check(bytes, file: file)
    let decoded = Self.decode(bytes)
    guard decoded.failure == nil else { throw .corruptPNG(file: file, reason: decoded.failure ?? "") }
    let channels = decoded.format & PNG_FORMAT_FLAG_COLOR != 0 ? 3 : 1
    let hasAlpha = decoded.format & PNG_FORMAT_FLAG_ALPHA != 0
    self.init(
      width: decoded.width, height: decoded.height, channels: channels,
      pixels: hasAlpha
        ? Self.composited(decoded.pixels, colours: channels, on: background == .white ? 255 : 0)
        : decoded.pixels)
  }

  /// libpng's part: 8-bit grey or RGB, with opacity if the file has it.
  private static func decode(
    _ bytes: [UInt8]
  ) -> (width: Int, height: Int, format: UInt32, pixels: [UInt8], failure: String?) {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    // libpng keeps the address of the bytes from the first call to the second.
    return bytes.withUnsafeBytes { bytes in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
        return (0, 0, 0, [], message(&image))
      }
      // 16-bit samples without a gamma chunk would otherwise be taken for linear light.
      image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA
      let samples =
        (image.format & PNG_FORMAT_FLAG_COLOR != 0 ? 3 : 1) + Int(image.format & PNG_FORMAT_FLAG_ALPHA)
      let (width, height) = (Int(image.width), Int(image.height))
      var pixels = [UInt8](repeating: 0, count: width * height * samples)
      guard png_image_finish_read(&image, nil, &pixels, Int32(width * samples), nil) != 0 else {
        return (0, 0, 0, [], message(&image))
      }
      return (width, height, image.format, pixels, nil)
    }
  }

  private static func composited(_ pixels: [UInt8], colours: Int, on background: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count / (colours + 1) * colours)
    for pixel in stride(from: 0, to: pixels.count, by: colours + 1) {
      let alpha = Int(pixels[pixel + colours])
      for c in 0..<colours {
        result.append(UInt8((alpha * Int(pixels[pixel + c]) + (255 - alpha) * background + 127) / 255))
      }
    }
    return result
  }

  /// The picture as a PNG file's bytes: 8-bit grey, RGB or RGBA, compressed by libpng's defaults.
  ///
  /// - Parameter file: the name for errors.
  public func encoded(file: String = "PNG") throws(DataError) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format =
      channels == 1
      ? 0 : channels == 3 ? PNG_FORMAT_FLAG_COLOR : PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA
    defer { png_image_free(&image) }
    let stride = Int32(width * channels)
    // At most: stored blocks, filter bytes, and the chunks around them.
    var capacity = pixels.count + height + pixels.count / 1000 + 4096
    var bytes = [UInt8](repeating: 0, count: capacity)
    guard png_image_write_to_memory(&image, &bytes, &capacity, 0, pixels, stride, nil) != 0,
      capacity <= bytes.count
    else {
      throw .unwritable(file: file, reason: Self.message(&image))
    }
    return Array(bytes[..<capacity])
  }

  /// Writes a PNG file: whole, or not at all.
  public func write(toFile file: String) throws(DataError) {
    try FileBytes.write(encoded(file: file), to: file)
  }

  private static func message(_ image: inout png_image) -> String {
    let text = String(cString: scr_png_message(&image))
    return text.isEmpty ? "libpng gave no reason" : text
  }
}
