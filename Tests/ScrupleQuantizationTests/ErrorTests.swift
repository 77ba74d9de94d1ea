import ScrupleNetwork
import Testing

@testable import ScrupleQuantization

struct ErrorTests {
  private func error(_ body: () throws(QuantizationError) -> Quantized) -> QuantizationError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func `tanh is float only`() {
    let network = Random.network([3, 4, 2], seed: 1, activation: .tanh)
    let data = Random.data(10, inputs: 3, seed: 2)
    let thrown = error { () throws(QuantizationError) in
      try Quantizer(method: .calibration).quantize(network, calibration: data)
    }
    #expect(thrown == .floatOnly(layer: 0, activation: "tanh"))
    #expect(thrown?.description.contains("float only") == true)
  }

  @Test func `a network without grids is refused by the grid path`() {
    let network = Random.network([3, 4, 2], seed: 1)
    #expect(
      error { () throws(QuantizationError) in try Quantizer(method: .grid).quantize(network) }
        == .noGrid(layer: 0))
  }

  @Test func `an unclipped hidden layer is refused by the grid path`() throws {
    var layers = Random.quantized([3, 4, 2], seed: 1).twin.denseLayers
    layers[0].activation = .relu
    let network = try Random.network([3, 4, 2], seed: 1).replacing(kernels: layers)
    #expect(
      error { () throws(QuantizationError) in try Quantizer(method: .grid).quantize(network) }
        == .notClipped(layer: 0, activation: "relu"))
  }

  @Test func `a weight off its grid is named`() throws {
    var dense = Random.quantized([3, 4, 2], seed: 1).twin.denseLayers[1]
    let scale = try #require(dense.grid?.scales[1])
    dense.weight[5] = 2.5 * scale
    #expect(
      throws: QuantizationError.offGrid(layer: 0, channel: 1, input: 1, weight: 2.5 * scale, scale: scale)
    ) {
      try GridLowering().integers(of: dense, input: .input, output: nil, temperature: 1, layer: 0)
    }
  }

  @Test func `a bias beyond Int32 steps is named`() throws {
    var dense = Random.quantized([3, 2], seed: 1).twin.denseLayers[0]
    dense.bias[1] = 1e9
    do {
      _ = try GridLowering().integers(of: dense, input: .input, output: nil, temperature: 1, layer: 0)
      Issue.record("not refused")
    } catch QuantizationError.biasOutOfRange(let layer, let channel, let bias, _) {
      #expect((layer, channel, bias) == (0, 1, 1e9))
    }
  }

  @Test func `calibration data are asked for and checked`() {
    let network = Random.network([3, 4, 2], seed: 1)
    let quantizer = Quantizer(method: .calibration)
    #expect(error { () throws(QuantizationError) in try quantizer.quantize(network) } == .noCalibrationData)
    #expect(
      error { () throws(QuantizationError) in try quantizer.quantize(network, calibration: [1, 2, 3, 4]) }
        == .calibrationShape(values: 4, inputs: 3))
    let infinite = error { () throws(QuantizationError) in
      try quantizer.quantize(network, calibration: [0, 0, 0, 0, .infinity, 0])
    }
    #expect(infinite == .calibrationNotFinite(sample: 1, value: .infinity))
    let percentile = Quantizer(method: .calibration, clip: .percentile(1.5))
    #expect(
      error { () throws(QuantizationError) in try percentile.quantize(network, calibration: [0, 0, 0]) }
        == .percentile(1.5))
  }

  @Test func `gaps and thresholds are rounded up and checked`() throws {
    var metadata = Random.quantized([3, 2], seed: 1).program.metadata
    try metadata.setGap(0.216)
    #expect(try #require(metadata.gap) >= 0.216)
    #expect(try #require(metadata.gap) < 0.216 + 1e-6)
    try metadata.setThreshold(0.9)
    #expect(try #require(metadata.thresholdProbability) >= 0.9)
    #expect(throws: QuantizationError.gapOutOfRange(10.6)) { try metadata.setGap(10.6) }
    #expect(throws: QuantizationError.gapOutOfRange(.infinity)) { try metadata.setGap(.infinity) }
    #expect(throws: QuantizationError.thresholdOutOfRange(1.5)) { try metadata.setThreshold(1.5) }
  }
}
