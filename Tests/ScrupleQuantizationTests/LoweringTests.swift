import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleQuantization

struct LoweringTests {
  @Test(arguments: Random.shapes)
  func `each activation is within half a step of the twin's, from the same bytes`(shape: [Int]) throws {
    let quantized = Random.quantized(shape, seed: 11)
    let dense = quantized.twin.denseLayers
    for input in Random.bytes(50, inputs: shape[0], seed: 12) {
      let result = quantized.program.evaluate(input: input)
      var (bytes, limit) = (input, Float(1))
      var scale = ActivationScale.input
      for (index, layer) in quantized.program.layers.enumerated() {
        guard case .dense(let integers) = layer else { continue }
        let constants = try LoweringConstants(
          twin: dense[index], program: integers, input: scale, temperature: quantized.twin.temperature)
        let accumulators = integers.accumulators(of: bytes)
        for channel in 0..<integers.outputs {
          let real = preActivation(of: dense[index], channel: channel, bytes: bytes, limit: limit)
          let multiplierError = abs(Double(accumulators[channel]) * constants.multiplierResiduals[channel])
          let biasError = abs(constants.biasResiduals[channel])
          switch dense[index].activation {
          case .clippedReLU(let next):
            let step = Double(next) / 255
            let twin = min(max(real, 0), Double(next))
            let error = abs(twin - step * Double(result.activations[index][channel]))
            #expect(error <= constants.roundingError + biasError + multiplierError * step + 1e-12)
          default:
            let logit =
              Double(result.logits[channel]) * exp2(-Double(quantized.program.fractionBits)) * log(2)
            let temperature = Double(quantized.twin.temperature)
            let error = abs(real / temperature - logit)
            #expect(error <= biasError / temperature + multiplierError + 1e-12)
          }
        }
        if case .clippedReLU(let next) = dense[index].activation {
          (bytes, limit) = (result.activations[index], next)
          scale = try #require(ActivationScale(dense[index].activation))
        }
      }
    }
  }

  /// The twin's pre-activation in Double from exact factors.
  private func preActivation(of dense: Dense, channel: Int, bytes: [UInt8], limit: Float) -> Double {
    var sum = Double(dense.bias[channel])
    for (index, byte) in bytes.enumerated() {
      sum += Double(dense.weight[channel * dense.inputs + index]) * Double(limit) * Double(byte) / 255
    }
    return sum
  }

  @Test(arguments: Random.shapes)
  func `lowering a grid twin recovers its weights and biases`(shape: [Int]) throws {
    let twin = Random.quantized(shape, seed: 5).twin
    #expect(twin.isGridTwin)
    let again = try Quantizer(for: twin).quantize(twin)
    #expect(again.twin == twin)
    for (dense, layer) in zip(twin.denseLayers, again.program.layers) {
      guard case .dense(let integers) = layer, let grid = dense.grid else { continue }
      for (index, weight) in integers.weights.enumerated() {
        let scale = Double(grid.scales[index / dense.inputs])
        #expect(Double(weight) * scale == Double(dense.weight[index]))
      }
    }
    #expect(again.program.layers == Random.quantized(shape, seed: 5).program.layers)
  }

  @Test func `a snapped bias is off the grid by no more than Float's rounding`() throws {
    let quantized = Random.quantized([30, 20, 10], seed: 3)
    var scale = ActivationScale.input
    for (dense, layer) in zip(quantized.twin.denseLayers, quantized.program.layers) {
      guard case .dense(let integers) = layer else { continue }
      let constants = try LoweringConstants(
        twin: dense, program: integers, input: scale, temperature: 1)
      for (bias, residual) in zip(dense.bias, constants.biasResiduals) {
        #expect(abs(residual) <= Double(bias.ulp) / 2)
      }
      scale = ActivationScale(dense.activation) ?? scale
    }
  }

  @Test func `one multiplier has all its bits and every one has 17 or more`() throws {
    for seed in 0..<20 as Range<UInt64> {
      for layer in Random.quantized([9, 30, 12, 5], seed: seed).program.layers {
        guard case .dense(let dense) = layer, let largest = dense.multipliers.max() else { continue }
        #expect(largest >= 1 << 29 || dense.preShift == 0)
        #expect(try #require(dense.multipliers.min()) >= 1 << 16)
      }
    }
  }

  @Test func `a layer without activation is folded into the next one`() throws {
    let network = Random.network([6, 5, 4, 3], seed: 8, activation: .identity)
    let data = Random.data(100, inputs: 6, seed: 9)
    let quantized = try Quantizer(method: .calibration).quantize(network, calibration: data)
    #expect(quantized.program.layers.count == 1)
    let (original, twin) = (network.logits(data, count: 100), quantized.twin.logits(data, count: 100))
    for (a, b) in zip(original, twin) { #expect(abs(a - b) < 0.05) }
  }

  @Test(arguments: [Float(0.25), 1, 3.5])
  func `the temperature is inside the head's multipliers`(temperature: Float) {
    let quantized = Random.quantized([8, 12, 4], seed: 21, temperature: temperature)
    let inputs = Random.bytes(20, inputs: 8, seed: 22)
    let twin = quantized.twin.probabilities(
      InputDescription.normalized(inputs.flatMap { $0 }), count: inputs.count)
    for (sample, input) in inputs.enumerated() {
      for (k, p) in quantized.program.evaluate(input: input).probabilities.enumerated() {
        #expect(abs(p - twin[sample * 4 + k]) < 0.02 / Double(temperature))
      }
    }
  }

  @Test func `bias correction takes the mean error away`() throws {
    let network = Random.network([40, 10], seed: 31)
    let data = Random.data(500, inputs: 40, seed: 32)
    func meanError(corrected: Bool) throws -> Double {
      let quantizer = Quantizer(method: .calibration, correctsBias: corrected)
      let twin = try quantizer.quantize(network, calibration: data).twin
      let (a, b) = (network.logits(data, count: 500), twin.logits(data, count: 500))
      var sums = [Double](repeating: 0, count: 10)
      for index in a.indices { sums[index % 10] += Double(a[index] - b[index]) }
      return sums.reduce(0) { $0 + abs($1) } / 500
    }
    #expect(try meanError(corrected: true) < 0.1 * meanError(corrected: false))
  }
}
