import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleQuantization

/// Laws of programs with convolutions, poolings and additions.
struct GraphTests {
  /// The layers of a quantized network with everything that a law needs; flattening left out.
  private struct Step {
    let layer: IntegerLayer
    let twin: Layer
    let naive: NaiveLayer
    let inputScales: [ActivationScale]
    /// Nil for logits.
    let scale: ActivationScale?
    let sources: [Int]

    /// By how much the program's output, before it is rounded, may be off the twin's from the same bytes, in real units.
    func perturbation(_ inputs: [[UInt8]], temperature: Float) throws -> [Double] {
      switch layer {
      case .dense, .convolution, .depthwise:
        let constants = try LoweringConstants(
          twin: #require(twin.kernel), program: #require(layer.kernel), input: inputScales[0],
          temperature: temperature)
        let reals = naive.preActivations(reals(inputs))
        let unit = scale?.step ?? 1
        return reals.indices.map { index in
          let channel = index % constants.steps.count
          let residual = constants.biasResiduals[channel]
          let accumulator = (reals[index] - residual) / constants.steps[channel].value
          return abs(residual) / (scale == nil ? Double(temperature) : 1)
            + abs(accumulator * constants.multiplierResiduals[channel]) * unit
        }
      case .pooling(let pooling):
        guard pooling.kind == .average, let scale else { return naive.bias.map { _ in 0 } }
        let factor = Double(pooling.multiplier) * exp2(Double(pooling.preShift) - 32)
        let count = Double(pooling.window.count)
        return naive.bias.map { _ in abs(factor - 1 / count) * 255 * count * scale.step }
      case .addition(let addition):
        guard let scale else { return [] }
        let unit = exp2(-Double(addition.shift))
        let errors = zip([addition.multiplierA, addition.multiplierB], inputScales).map { multiplier, input in
          abs(Double(multiplier) * unit - input.step / scale.step) * 255 * scale.step
        }
        return naive.bias.map { _ in errors[0] + errors[1] }
      }
    }

    /// Half a step where the output is rounded.
    var rounding: Double {
      if case .pooling(let pooling) = layer, pooling.kind == .maximum { return 0 }
      return (scale?.step ?? 0) / 2
    }

    func reals(_ inputs: [[UInt8]]) -> [[Double]] {
      zip(inputs, inputScales).map { bytes, scale in
        bytes.map { scale.step * Double(Int($0) - scale.zeroPoint) }
      }
    }
  }

  private func steps(of quantized: Quantized) -> [Step] {
    let twin = quantized.twin
    let scales = twin.activationScales
    let operations = twin.layers.indices.filter { twin.layers[$0] != .flatten }
    return operations.enumerated().map { number, index in
      let layer = quantized.program.layers[number]
      let sources = quantized.program.sources[number]
      return Step(
        layer: layer, twin: twin.layers[index], naive: NaiveLayer(twin.layers[index], inputs: layer.inputs),
        inputScales: sources.map { $0 < 0 ? .input : scales[operations[$0]]! },
        scale: number == operations.count - 1 ? nil : scales[index], sources: sources)
    }
  }

  private func logits(_ evaluation: IntegerProgram.Evaluation, of program: IntegerProgram) -> [Double] {
    evaluation.logits.map { Double($0) * exp2(-Double(program.fractionBits)) * log(2) }
  }

  @Test(arguments: GraphKind.allCases, [UInt64(1), 2])
  func `each operation is within half a step of the twin's layer, from the same bytes`(
    kind: GraphKind, seed: UInt64
  ) throws {
    let quantized = Random.quantizedGraph(kind, seed: seed)
    let temperature = quantized.twin.temperature
    let steps = steps(of: quantized)
    for input in Random.bytes(6, inputs: quantized.program.inputCount, seed: 12) {
      let result = quantized.program.evaluate(input: input)
      for (index, step) in steps.enumerated() {
        let read = step.sources.map { $0 < 0 ? input : result.activations[$0] }
        let twin = step.naive.outputs(step.reals(read))
        let perturbation = try step.perturbation(read, temperature: temperature)
        if let scale = step.scale {
          for (place, byte) in result.activations[index].enumerated() {
            let real = scale.step * Double(Int(byte) - scale.zeroPoint)
            #expect(abs(real - twin[place]) <= step.rounding + perturbation[place] + 1e-12)
          }
        } else {
          for (k, logit) in logits(result, of: quantized.program).enumerated() {
            #expect(abs(logit - twin[k] / Double(temperature)) <= perturbation[k] + 1e-12)
          }
        }
      }
    }
  }

  @Test(arguments: GraphKind.allCases, [UInt64(3), 4])
  func `the program is within the sum of all roundings of the twin`(
    kind: GraphKind, seed: UInt64
  ) throws {
    let quantized = Random.quantizedGraph(kind, seed: seed)
    let steps = steps(of: quantized)
    for input in Random.bytes(6, inputs: quantized.program.inputCount, seed: 13) {
      let result = quantized.program.evaluate(input: input)
      let x = input.map { Double($0) / 255 }
      var values: [[Double]] = []
      var radii: [[Double]] = []
      for (index, step) in steps.enumerated() {
        let read = step.sources.map { $0 < 0 ? input : result.activations[$0] }
        values.append(step.naive.outputs(step.sources.map { $0 < 0 ? x : values[$0] }))
        let arriving = step.naive.radii(
          step.sources.map { $0 < 0 ? [Double](repeating: 0, count: x.count) : radii[$0] })
        let perturbation = try step.perturbation(read, temperature: quantized.twin.temperature)
        radii.append(zip(arriving, perturbation).map { $0 + $1 + step.rounding })
        if let scale = step.scale {
          for (place, byte) in result.activations[index].enumerated() {
            let real = scale.step * Double(Int(byte) - scale.zeroPoint)
            #expect(abs(real - values[index][place]) <= radii[index][place] + 1e-12)
          }
        }
      }
      for (k, logit) in logits(result, of: quantized.program).enumerated() {
        let temperature = Double(quantized.twin.temperature)
        #expect(abs(logit - values[values.count - 1][k] / temperature) <= radii[radii.count - 1][k] + 1e-12)
      }
      // The twin's own arithmetic agrees with the restated one.
      for (a, b) in zip(quantized.twin.preciseLogits(input), values[values.count - 1]) {
        #expect(abs(a - b / Double(quantized.twin.temperature)) < 1e-9)
      }
    }
  }

  @Test(arguments: GraphKind.allCases)
  func `a calibrated program stays close to its network`(kind: GraphKind) {
    let network = kind.network(seed: 5)
    let quantized = Random.quantizedGraph(kind, seed: 5, clip: .maximum)
    let data = Random.data(60, inputs: network.input.count, seed: 6)
    let (a, b) = (network.logits(data, count: 60), quantized.twin.logits(data, count: 60))
    let signal = a.reduce(0) { $0 + $1 * $1 }
    let noise = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(noise < signal / 1000)
    for report in quantized.layers { #expect(report.signalToNoise ?? 100 > 25) }
  }

  @Test(arguments: GraphKind.allCases)
  func `a twin lowers to the program that it came with`(kind: GraphKind) throws {
    let quantized = Random.quantizedGraph(kind, seed: 7)
    #expect(quantized.twin.isGridTwin)
    let again = try Quantizer(for: quantized.twin).quantize(quantized.twin)
    #expect(again.twin == quantized.twin)
    #expect(again.program == quantized.program)
    #expect(again.program.layers.count == quantized.twin.layers.count - 1, "flattening is no operation")
  }

  @Test(arguments: GraphKind.allCases)
  func `the batch loops compute what the definition says`(kind: GraphKind) {
    let program = Random.quantizedGraph(kind, seed: 8).program
    let inputs = Random.bytes(5, inputs: program.inputCount, seed: 9)
    let expected = inputs.map { program.evaluate(input: $0) }
    for (index, layer) in program.layers.enumerated() {
      let read = program.sources[index].map { source in
        source < 0 ? inputs.flatMap { $0 } : expected.flatMap { $0.activations[source] }
      }
      let outputs = layer.outputBatch(read, count: inputs.count)
      let definition = expected.flatMap { evaluation in
        index < evaluation.activations.count
          ? evaluation.activations[index].map { Int32($0) } : evaluation.accumulators
      }
      #expect(outputs == definition)
    }
  }

  @Test func `values with a sign have zero point 128 and padding reads it`() throws {
    let program = Random.quantizedGraph(.poolings, seed: 10).program
    #expect(program.layers[0].output == .activation(zeroPoint: 128, low: 1, high: 255))
    #expect(program.layers[2].output == .activation(zeroPoint: 128, low: 0, high: 255))
    guard case .convolution(let second) = program.layers[3] else { return #expect(Bool(false)) }
    #expect(second.inputZeroPoint == 128)
  }

  @Test func `the mean error of a convolution is taken away by its bias`() throws {
    let network = GraphKind.convolutions.network(seed: 14)
    let data = Random.data(200, inputs: network.input.count, seed: 15)
    func meanError(corrected: Bool) throws -> Double {
      let twin = try Quantizer(method: .calibration, clip: .maximum, correctsBias: corrected)
        .quantize(network, calibration: data).twin
      let (a, b) = (
        network.layers[0].outputs(of: [data], count: 200), twin.layers[0].outputs(of: [data], count: 200)
      )
      var sums = [Double](repeating: 0, count: 5)
      for index in a.indices { sums[index % 5] += Double(a[index] - b[index]) }
      return sums.reduce(0) { $0 + abs($1) }
    }
    #expect(try meanError(corrected: true) < meanError(corrected: false))
  }

  @Test func `a float-only activation in a convolution is named`() {
    var builder = GraphBuilder(image: ImageShape(height: 5, width: 5, channels: 1), seed: 1)
    builder.convolve(2, Window(kernelHeight: 3, kernelWidth: 3))
    builder.convolve(2, Window(kernelHeight: 3, kernelWidth: 3), .tanh)
    let network = builder.network(classes: 2)
    #expect(throws: QuantizationError.floatOnly(layer: 1, activation: "tanh")) {
      try Quantizer(method: .calibration).quantize(network, calibration: [Float](repeating: 1, count: 25))
    }
  }

  @Test func `summands whose scales are too far apart are named with both`() throws {
    var builder = GraphBuilder(image: ImageShape(height: 4, width: 4, channels: 1), seed: 2)
    builder.convolve(1, Window(kernelHeight: 1, kernelWidth: 1))
    builder.convolve(1, Window(kernelHeight: 1, kernelWidth: 1))
    builder.add(0, .relu)
    let plain = builder.network(classes: 2)
    var kernels = plain.kernels
    (kernels[0].weight, kernels[0].bias) = ([1], [0])
    (kernels[1].weight, kernels[1].bias) = ([1e-9], [1e-9])
    let network = try plain.replacing(kernels: kernels)
    do {
      _ = try Quantizer(method: .calibration)
        .quantize(network, calibration: Random.data(9, inputs: 16, seed: 3))
      Issue.record("not refused")
    } catch QuantizationError.summandsOutOfRange(let layer, let first, let second) {
      #expect(layer == 2)
      #expect(min(first, second) < 1e-6)
    }
  }

  @Test func `a kernel too large for the accumulator is refused with its bound`() throws {
    let inputs = 70_000
    let dense = Dense(
      weight: [Float](repeating: 1, count: 2 * inputs), bias: [0, 0], inputs: inputs, outputs: 2,
      activation: .identity)
    let features = (0..<inputs).map { InputDescription.Feature(name: "\($0)", low: 0, high: 1) }
    let network = try Network(
      name: "wide", labels: ["a", "b"], input: InputDescription(.tabular(features)), layers: [.dense(dense)])
    #expect(
      throws: QuantizationError.accumulatorOverflow(layer: 0, channel: 0, bound: 127 * 255 * Int64(inputs))
    ) {
      try Quantizer(method: .calibration, correctsBias: false)
        .quantize(network, calibration: [Float](repeating: 0, count: inputs))
    }
  }
}
