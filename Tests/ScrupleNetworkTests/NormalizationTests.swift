import Testing

@testable import ScrupleNetwork

@Suite struct NormalizationTests {
  /// A convolution that is normalized over some of a batch's samples, and a head.
  private func sample() -> (GraphSample, NetworkGraph, FloatBuffer) {
    let sample = convolutionSample(
      ImageShape(height: 5, width: 4, channels: 2), channels: 5, Window(kernelHeight: 3, kernelWidth: 2),
      .clippedReLU(limit: 0.8))
    guard let network = try? sample.network() else { fatalError("the sample is valid") }
    let graph = NetworkGraph(network, normalized: [0])
    let parameters = graph.layout.gather(network)
    var generator = SeededGenerator(seed: 3)
    if let scale = graph.layout.entries[0].scale {
      for i in 0..<5 { parameters.pointer[scale + i] = generator.uniform(0.5, 2) }
    }
    return (sample, graph, parameters)
  }

  private func loss(
    _ graph: NetworkGraph, _ parameters: FloatBuffer, _ rows: FloatBuffer, measured: Range<Int>,
    gradient: FloatBuffer? = nil, inputGradient: FloatBuffer? = nil
  ) -> Double {
    let tape = Tape(graph: graph, capacity: 6)
    tape.statisticsRows = measured
    tape.forward(parameters, input: rows, count: 6)
    var sum = 0.0
    for i in 0..<18 {
      let z = tape.logits[i]
      let weight = Float(i * 5 % 7) / 7 - 0.4
      sum += Double(weight * z + 0.5 * z * z)
      tape.logitGradient[i] = weight + z
    }
    tape.backward(gradient: gradient, inputGradient: inputGradient)
    return sum
  }

  @Test(arguments: [0..<6, 2..<6, 3..<4])
  func `gradients through the statistics agree with finite differences`(measured: Range<Int>) {
    let (_, graph, parameters) = sample()
    var generator = SeededGenerator(seed: 5)
    let rows = FloatBuffer((0..<6 * 40).map { _ in generator.uniform(-1, 1) })
    let gradient = FloatBuffer(count: graph.layout.count)
    let inputGradient = FloatBuffer(count: rows.count)
    let middle = loss(
      graph, parameters, rows, measured: measured, gradient: gradient, inputGradient: inputGradient)
    func check(_ block: FloatBuffer, _ index: Int, _ slope: Float) {
      let old = block.pointer[index]
      let (low, high) = (old - 4e-3, old + 4e-3)
      block.pointer[index] = high
      let above = loss(graph, parameters, rows, measured: measured)
      block.pointer[index] = low
      let below = loss(graph, parameters, rows, measured: measured)
      block.pointer[index] = old
      let kink = abs((above - middle) / Double(high - old) - (middle - below) / Double(old - low))
      let difference = (above - below) / Double(high - low)
      #expect(abs(Double(slope) - difference) < 6e-3 * max(1, abs(difference)) + kink)
    }
    for index in stride(from: 0, to: rows.count, by: 3) { check(rows, index, inputGradient.pointer[index]) }
    for entry in graph.layout.entries {
      for index in stride(from: entry.weight, to: entry.weight + entry.inputs * entry.outputs, by: 5) {
        check(parameters, index, gradient.pointer[index])
      }
      for index in entry.bias..<entry.bias + entry.outputs {
        check(parameters, index, gradient.pointer[index])
      }
      guard let scale = entry.scale else { continue }
      for index in scale..<scale + entry.outputs { check(parameters, index, gradient.pointer[index]) }
    }
  }

  @Test func `normalized values have the mean and the deviation that bias and scale say`() {
    let (_, graph, parameters) = sample()
    var generator = SeededGenerator(seed: 6)
    let rows = FloatBuffer((0..<6 * 40).map { _ in generator.uniform(-3, 5) })
    let entry = graph.layout.entries[0]
    let layout = ParameterLayout([
      .init(inputs: entry.inputs, outputs: entry.outputs, activation: .identity, isNormalized: true)
    ])
    let step = NormalizedStep(
      layout.entries[0],
      kernel: ConvolutionStep(
        layout.entries[0], image: ImageShape(height: 5, width: 4, channels: 2),
        window: Window(kernelHeight: 3, kernelWidth: 2), isLinear: true),
      pixels: 9, capacity: 6, running: parameters.pointer)
    let own = FloatBuffer(count: layout.count)
    for i in 0..<layout.count { own.pointer[i] = generator.uniform(0.5, 1.5) }
    step.load(own)
    step.statisticsRows = 1..<6
    let output = FloatBuffer(count: 6 * 45)
    step.forward([UnsafePointer(rows.pointer)], into: output.pointer, count: 6)
    for channel in 0..<5 {
      let values = (45..<270).filter { $0 % 5 == channel }.map { Double(output.pointer[$0]) }
      let mean = values.reduce(0, +) / 45
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 45
      #expect(abs(mean - Double(own.pointer[layout.entries[0].bias + channel])) < 1e-4)
      let scale = Double(own.pointer[(layout.entries[0].scale ?? 0) + channel])
      #expect(abs(variance.squareRoot() - scale) < 0.01 * scale)
    }
  }
}
