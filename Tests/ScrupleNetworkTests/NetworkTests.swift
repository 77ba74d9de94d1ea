import Testing

@testable import ScrupleNetwork

@Suite struct NetworkTests {
  @Test(arguments: [Activation.identity, .relu, .clippedReLU(limit: 0.5), .tanh])
  func `logits agree with a naive product in Double`(activation: Activation) throws {
    let network = try randomNetwork(widths: [7, 20, 9, 3], activation: activation, temperature: 1.5)
    var generator = SeededGenerator(seed: 8)
    let x = (0..<1100 * 7).map { _ in generator.uniform(-2, 2) }
    let logits = network.logits(x, count: 1100)
    for sample in 0..<1100 {
      let expected = naiveLogits(network, x[sample * 7..<sample * 7 + 7].map(Double.init))
      for k in 0..<3 { #expect(abs(Double(logits[sample * 3 + k]) - expected[k]) < 2e-5) }
    }
  }

  @Test func `probabilities sum to one, also for huge logits`() {
    let p = softmax([1e30, -1e30, 0, 5, 5, 5], classes: 3)
    #expect(p[0] == 1 && p[1] == 0 && p[2] == 0)
    #expect(p[3...].allSatisfy { abs($0 - 1.0 / 3) < 1e-15 })
  }

  @Test func `no samples give no logits`() throws {
    #expect(try randomNetwork(widths: [3, 2], activation: .relu).logits([], count: 0).isEmpty)
  }

  @Test func `parts that do not fit are refused with the layer and the values`() throws {
    let good = try randomNetwork(widths: [3, 4, 2], activation: .relu)
    func dense(_ inputs: Int, _ outputs: Int, _ activation: Activation = .identity, weight: Float = 0)
      -> Layer
    {
      .dense(
        Dense(
          weight: Array(repeating: weight, count: inputs * outputs),
          bias: Array(repeating: 0, count: outputs),
          inputs: inputs, outputs: outputs, activation: activation))
    }
    func error(_ layers: [Layer], temperature: Float = 1) -> String? {
      do {
        _ = try good.replacing(layers: layers, temperature: temperature)
        return nil
      } catch { return error.description }
    }
    #expect(error([dense(3, 2)]) == nil)
    #expect(error([dense(4, 2)]) == "layer 0: it takes 4 inputs, but 3 come in")
    #expect(error([.flatten, dense(3, 5), dense(4, 2)]) == "layer 2: it takes 4 inputs, but 5 come in")
    #expect(error([dense(3, 3)]) == "3 logits for 2 labels")
    #expect(error([dense(3, 2, .relu)]) == "the last layer's activation is relu, not identity")
    #expect(error([dense(3, 2, weight: .nan)]) == "layer 0: a weight is not finite")
    #expect(error([]) == "there is no dense layer")
    #expect(error([dense(3, 2)], temperature: 0) == "the temperature is 0.0, not positive")
    #expect(
      error([dense(3, 4, .clippedReLU(limit: 0)), dense(4, 2)]) == "layer 0: its limit is 0.0, not positive")
    var offGrid = good.denseLayers[1]
    offGrid.grid = WeightGrid(scales: [1, 1])
    #expect(error([.dense(good.denseLayers[0]), .dense(offGrid)]) == "layer 1: a weight is not on its grid")
  }

  @Test func `a twin has grids everywhere and clipped activations between`() throws {
    let network = try randomNetwork(widths: [3, 4, 2], activation: .clippedReLU(limit: 6))
    #expect(!network.isGridTwin)
    let snapped = network.denseLayers.map { dense -> Layer in
      var dense = dense
      let grid = WeightGrid.fit(weight: dense.weight, outputs: dense.outputs, inputs: dense.inputs)
      dense.weight = grid.snap(dense.weight)
      dense.grid = grid
      return .dense(dense)
    }
    #expect(try network.replacing(layers: snapped).isGridTwin)
    #expect(network.inputScales == [1.0 / 255, 6.0 / 255])
  }
}
