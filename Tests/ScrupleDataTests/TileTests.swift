import ScrupleNetwork
import Testing

@testable import ScrupleData

@Suite struct TileTests {
  @Test(arguments: [(7, 11, 3), (40, 23, 4), (16, 16, 16), (9, 30, 1)], [1, 3])
  func `tiles are the picture's pixels side by side, in its middle`(
    size: (width: Int, height: Int, count: Int), channels: Int
  ) {
    let image = picture(width: size.width, height: size.height, channels: channels)
    let side = min(size.width, size.height) / size.count
    let (across, down) = (size.width / side, size.height / side)
    let tiles = image.tiles(size.count)
    #expect(tiles.count == across * down && min(across, down) >= size.count)
    let (left, top) = ((size.width - across * side) / 2, (size.height - down * side) / 2)
    for tile in tiles {
      for y in 0..<side {
        for x in 0..<side * channels {
          let there = (top + tile.row * side + y) * size.width * channels
          #expect(
            tile.image.pixels[y * side * channels + x]
              == image.pixels[there + (left + tile.column * side) * channels + x])
        }
      }
    }
  }

  @Test func `tiles become what a model reads`() throws {
    let grey = InputDescription(.image(height: 5, width: 5, channels: 1))
    let image = picture(width: 20, height: 10, channels: 3)
    let set = try Dataset(image.tiles(2), name: "p", for: grey)
    #expect(set.count == 8 && set.shape == Shape([5, 5, 1]))
    let first = image.tiles(2)[0].image.converted(toChannels: 1)
    #expect(set.selecting([0]).samples == .bytes(first.pixels))
    #expect(throws: DataError.self) {
      try Dataset(image.tiles(2), name: "p", for: InputDescription(.tabular([])))
    }
  }
}
