import Testing

@testable import ScrupleData

@Suite struct `Resizing` {
  @Test(arguments: [(28, 28), (8, 8), (3, 50), (100, 1)])
  func `a constant stays constant`(size: (Int, Int)) {
    let flat = PNGImage(width: 13, height: 9, channels: 1, pixels: Array(repeating: 201, count: 13 * 9))
    let resized = flat.resized(toWidth: size.0, height: size.1)
    #expect((resized.width, resized.height) == size)
    #expect(resized.pixels.allSatisfy { $0 == 201 })
  }

  @Test func `the same size is the same picture`() {
    let image = picture(width: 11, height: 6, channels: 3)
    #expect(image.resized(toWidth: 11, height: 6) == image)
  }

  @Test func `doubling interpolates at quarters`() {
    let image = PNGImage(width: 2, height: 1, channels: 1, pixels: [0, 200])
    #expect(image.resized(toWidth: 4, height: 1).pixels == [0, 50, 150, 200])
  }

  @Test func `shrinking lets every pixel count`() {
    var pixels = [UInt8](repeating: 0, count: 64)
    pixels[9] = 255
    let image = PNGImage(width: 8, height: 8, channels: 1, pixels: pixels)
    #expect(image.resized(toWidth: 2, height: 2).pixels[0] > 0)
    for position in pixels.indices {
      var one = [UInt8](repeating: 0, count: 64)
      one[position] = 255
      let small = PNGImage(width: 8, height: 8, channels: 1, pixels: one).resized(toWidth: 2, height: 2)
      #expect(small.pixels.contains { $0 > 0 }, "pixel \(position)")
    }
  }

  @Test func `channels don't mix`() {
    let image = PNGImage(
      width: 2, height: 2, channels: 3, pixels: [255, 0, 9, 255, 0, 9, 255, 0, 9, 255, 0, 9])
    let resized = image.resized(toWidth: 5, height: 3)
    #expect(resized.pixels.enumerated().allSatisfy { $0.element == [255, 0, 9][$0.offset % 3] })
  }
}
