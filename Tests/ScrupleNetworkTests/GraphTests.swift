import Testing

@testable import ScrupleNetwork

@Suite struct GraphTests {
  private func samples(_ network: Network, _ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count * network.input.count).map { _ in generator.uniform(-1, 1) }
  }

  @Test(arguments: graphSamples)
  func `Float and Double logits agree with the definition of every layer`(sample: GraphSample) throws {
    let network = try sample.network(temperature: 1.5)
    let count = 19
    let x = samples(network, count, seed: 2)
    let logits = network.logits(x, count: count)
    for row in 0..<count {
      let exact = x[row * network.input.count..<(row + 1) * network.input.count].map(Double.init)
      let expected = naiveGraphLogits(network, exact)
      for (k, value) in expected.enumerated() {
        #expect(abs(Double(logits[row * expected.count + k]) - value) < 2e-5)
      }
      let precise = try #require(network.preciseOutputs(exact).last)
      #expect(zip(precise, expected).allSatisfy { abs($0 / 1.5 - $1) < 1e-12 })
    }
  }

  /// A loss with a gradient that differs for every logit: Σ c·z + ½z².
  private func coefficient(_ i: Int) -> Double { Double(i * 7 % 11) / 11 - 0.4 }

  private func loss(_ network: Network, _ x: [Double], count: Int) -> Double {
    let inputs = network.input.count
    return (0..<count).reduce(0) { sum, row in
      let logits = naiveGraphLogits(network, Array(x[row * inputs..<(row + 1) * inputs]))
      return sum
        + logits.enumerated().reduce(0) {
          $0 + coefficient(row * logits.count + $1.offset) * $1.element + 0.5 * $1.element * $1.element
        }
    }
  }

  @Test(arguments: graphSamples)
  func `gradients to parameters and input agree with finite differences`(sample: GraphSample) throws {
    let count = 2
    let network = try sample.network()
    let graph = NetworkGraph(network)
    let layout = graph.layout
    let parameters = layout.gather(network)
    let x = samples(network, count, seed: 7)
    let tape = Tape(graph: graph, capacity: count + 1)
    let gradient = FloatBuffer(count: layout.count)
    let inputGradient = FloatBuffer(count: x.count)
    tape.forward(parameters, input: FloatBuffer(x), count: count)
    for i in 0..<count * tape.classCount { tape.logitGradient[i] = Float(coefficient(i)) + tape.logits[i] }
    tape.backward(gradient: gradient, inputGradient: inputGradient)

    let exact = x.map(Double.init)
    for j in stride(from: 0, to: x.count, by: max(x.count / 60, 1)) {
      func moved(_ by: Double) -> Double {
        var changed = exact
        changed[j] += by
        return loss(network, changed, count: count)
      }
      let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6
      #expect(abs(Double(inputGradient.pointer[j]) - difference) < 2e-4 * max(1, abs(difference)))
    }
    let middle = loss(network, exact, count: count)
    for entry in layout.entries {
      let weights = Array(entry.weight..<entry.weight + entry.inputs * entry.outputs)
      let biases = Array(entry.bias..<entry.bias + entry.outputs)
      for block in [weights, biases] {
        for index in stride(from: 0, to: block.count, by: max(block.count / 30, 1)).map({ block[$0] }) {
          let old = parameters.pointer[index]
          func moved(_ value: Float) throws -> Double {
            parameters.pointer[index] = value
            defer { parameters.pointer[index] = old }
            return loss(
              try network.replacing(parameters: parameters, layout: layout), exact, count: count)
          }
          let (low, high) = (old - 1e-3, old + 1e-3)
          let (above, below) = (try moved(high), try moved(low))
          let slopes = (
            (above - middle) / Double(high - old), (middle - below) / Double(old - low),
            (above - below) / Double(high - low)
          )
          // Across a kink the one-sided slopes differ: the gradient then lies between them.
          let slack = 2e-3 * max(1, abs(slopes.2)) + abs(slopes.0 - slopes.1)
          #expect(abs(Double(gradient.pointer[index]) - slopes.2) < slack)
        }
      }
    }
  }

  @Test(arguments: graphSamples)
  func `gradients of parts of a batch add up to the whole batch's`(sample: GraphSample) throws {
    let network = try sample.network()
    let graph = NetworkGraph(network)
    let parameters = graph.layout.gather(network)
    let rows = FloatBuffer(samples(network, 5, seed: 8))
    func run(_ parts: [Range<Int>]) -> (parameters: [Float], input: [Float]) {
      let tape = Tape(graph: graph, capacity: 5)
      let gradient = FloatBuffer(count: graph.layout.count)
      let inputGradient = FloatBuffer(count: rows.count)
      for part in parts {
        tape.forward(
          parameters, input: rows, firstRow: part.lowerBound, count: part.count,
          keepsParameters: part.lowerBound > 0)
        for i in 0..<part.count * tape.classCount { tape.logitGradient[i] = tape.logits[i] }
        tape.backward(gradient: gradient, adds: part.lowerBound > 0, inputGradient: inputGradient)
      }
      return (Array(gradient.elements), Array(inputGradient.elements))
    }
    let (whole, split) = (run([0..<5]), run([0..<2, 2..<5]))
    #expect(zip(whole.parameters, split.parameters).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(zip(whole.input, split.input).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test(arguments: graphSamples)
  func `a graph survives its file, bit by bit`(sample: GraphSample) throws {
    let network = try sample.network(temperature: 2)
    let bytes = network.safetensors.encoded
    let read = try Network(decoding: bytes, file: "f")
    #expect(read == network)
    #expect(read.safetensors.encoded == bytes)
  }

  @Test func `the padding same is TensorFlow's`() {
    func same(_ extent: Int, _ kernel: Int, _ stride: Int) -> (Int, Int, Int) {
      let image = ImageShape(height: extent, width: extent, channels: 1)
      let window = Window.same(
        kernelHeight: kernel, kernelWidth: kernel, strideHeight: stride, strideWidth: stride, of: image)
      return (window.padding.top, window.padding.bottom, window.output(of: image)!.height)
    }
    #expect(same(28, 5, 1) == (2, 2, 28))
    #expect(same(49, 10, 2) == (4, 5, 25))
    #expect(same(10, 4, 2) == (1, 1, 5))
    #expect(same(96, 3, 2) == (0, 1, 48))
    #expect(same(32, 1, 2) == (0, 0, 16))
  }
}
