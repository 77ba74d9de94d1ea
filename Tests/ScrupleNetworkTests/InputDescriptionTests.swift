import Foundation
import Testing

@testable import ScrupleNetwork

@Suite struct InputDescriptionTests {
  private let iris = InputDescription(
    .tabular([
      .init(name: "petal length", low: -10, high: 15.5), .init(name: "petal width", low: -10, high: 15.5),
    ]))
  private let image = InputDescription(.image(height: 2, width: 2, channels: 1))

  @Test func `pixels pass through the device unchanged`() {
    let wide = InputDescription(.image(height: 16, width: 16, channels: 1))
    let pixels = (0...255).map(Float.init)
    #expect(wide.quantize(pixels) == (0...255).map(UInt8.init))
    #expect(wide.dequantize(wide.quantize(pixels)) == pixels)
    #expect(wide.normalize(pixels) == InputDescription.normalized((0...255).map(UInt8.init)))
  }

  @Test func `a tabular range of 25.5 has steps of a tenth`() {
    #expect(iris.quantize([0.1, 5]) == [101, 150])
    #expect(iris.quantize([10, 10]) == [200, 200])
    #expect(iris.quantize([5, -5]) == [150, 50])
    #expect(iris.dequantize([101, 150]) == [0.1, 5])
  }

  @Test func `the device saturates, and floats do not`() {
    #expect(iris.quantize([-11, 16]) == [0, 255])
    #expect(iris.quantize([.infinity, -.infinity]) == [255, 0])
    #expect(iris.normalize([-35.5, 41]) == [-1, 2])
  }

  @Test func `rounding is half up, as the contract says`() {
    #expect(image.quantize([0.49, 0.5, 1.5, 254.5]) == [0, 1, 2, 255])
  }

  @Test func `descriptions survive JSON`() throws {
    for description in [iris, image] {
      let data = try JSONEncoder().encode(description)
      #expect(try JSONDecoder().decode(InputDescription.self, from: data) == description)
    }
  }
}
