import ScrupleNetwork
import Testing

@testable import ScrupleQuantization

struct CalibrationTests {
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in max(0, generator.normal() * generator.normal()) }
  }

  @Test func `the maximum clips nothing`() {
    let values = values(500, seed: 1)
    #expect(ClipCalibration.maximum.clip(for: values) == values.max())
  }

  @Test(arguments: [0.5, 0.9, 0.99, 1])
  func `a percentile is the smallest value that its share does not exceed`(share: Double) throws {
    let values = values(1000, seed: 2)
    let clip = try #require(ClipCalibration.percentile(share).clip(for: values))
    let ordered = values.sorted()
    #expect(Double(values.count { $0 <= clip }) >= share * 1000)
    if clip > ordered.first(where: { $0 > 0 })! {
      #expect(Double(values.count { $0 < clip }) < share * 1000)
    }
  }

  @Test(arguments: [3, 4, 5, 6, 7])
  func `the least squared error is below that of every other clip`(seed: UInt64) throws {
    let values = values(2000, seed: seed)
    func error(_ clip: Double) -> Double {
      values.reduce(0) { sum, value in
        let x = Double(value)
        if x <= 0 { return sum }
        return sum + (x > clip ? (x - clip) * (x - clip) : clip * clip / (12 * 255 * 255))
      }
    }
    let clip = Double(try #require(ClipCalibration.leastSquaredError.clip(for: values)))
    let least = error(clip)
    let largest = Double(values.max()!)
    for candidate in stride(from: largest / 1000, through: largest, by: largest / 1000) {
      #expect(least <= error(candidate) * (1 + 1e-6))
    }
    #expect(clip < largest)
  }

  @Test func `a layer of zeros has no clip`() {
    for method in [ClipCalibration.maximum, .percentile(0.9), .leastSquaredError] {
      #expect(method.clip(for: [0, 0, 0]) == nil)
    }
  }

  @Test func `dead and nearly dead channels keep their biases in range`() throws {
    var layers = Random.network([4, 6, 3], seed: 10).denseLayers
    for index in 0..<4 { layers[0].weight[index] = 0 }
    for index in 4..<8 { layers[0].weight[index] = 1e-20 }
    layers[0].bias[0] = 1000
    layers[0].bias[1] = -3
    let network = try Random.network([4, 6, 3], seed: 10).replacing(kernels: layers)
    let data = Random.data(100, inputs: 4, seed: 11)
    let quantized = try Quantizer(method: .calibration, clip: .maximum).quantize(network, calibration: data)
    try quantized.program.proveBounds()
    for input in Random.bytes(20, inputs: 4, seed: 12) {
      let activations = quantized.program.evaluate(input: input).activations[0]
      #expect(activations[0] == 255)
      #expect(activations[1] == 0)
    }
  }

  @Test func `too many samples are thinned out evenly`() {
    let data = (0..<30).map { Float($0) }
    #expect(Quantizer.evenlySpaced(data, width: 3, atMost: 10) == data)
    #expect(Quantizer.evenlySpaced(data, width: 3, atMost: 4) == [0, 1, 2, 6, 7, 8, 15, 16, 17, 21, 22, 23])
    #expect(Random.network([784, 100, 10], seed: 1).calibrationLimit > 60_000)
    #expect(GraphKind.residual.network(seed: 1).calibrationLimit > 10_000)
    var builder = GraphBuilder(image: ImageShape(height: 96, width: 96, channels: 3), seed: 1)
    builder.convolve(16, .same(kernelHeight: 5, kernelWidth: 5, of: builder.image))
    // 96·96·16 values of 75 products each, and the head.
    #expect(builder.network(classes: 2).calibrationLimit == (1 << 33) / (1 + 96 * 96 * 16 * (75 + 2)))
  }

  @Test func `a layer that never fires still gets a program`() throws {
    var layers = Random.network([4, 6, 3], seed: 13).denseLayers
    for channel in 0..<6 { layers[0].bias[channel] = -100 }
    let network = try Random.network([4, 6, 3], seed: 13).replacing(kernels: layers)
    let quantized = try Quantizer(method: .calibration)
      .quantize(network, calibration: Random.data(50, inputs: 4, seed: 14))
    let activations = quantized.program.evaluate(input: [255, 255, 255, 255]).activations
    #expect(activations == [[0, 0, 0, 0, 0, 0]])
  }
}
