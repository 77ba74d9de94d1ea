import Testing

@testable import ScrupleNetwork

private let activations: [Activation] = [.identity, .relu, .clippedReLU(limit: 0.7), .tanh]

@Suite struct TapeTests {
  /// A loss with a gradient that differs for every logit: Σ_i Σ_k c_ik z_ik + ½ z_ik².
  private func coefficient(_ i: Int) -> Double { Double(i * 7 % 11) / 11 - 0.4 }

  private func loss(_ network: Network, _ x: [Double], count: Int) -> Double {
    let inputs = network.input.count
    var sum = 0.0
    for sample in 0..<count {
      let logits = naiveLogits(network, Array(x[sample * inputs..<(sample + 1) * inputs]))
      for (k, z) in logits.enumerated() {
        sum += coefficient(sample * logits.count + k) * z + 0.5 * z * z
      }
    }
    return sum
  }

  private func sample(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in generator.uniform(-1, 1) }
  }

  @Test(arguments: activations, [[3, 4], [3, 5, 4], [2, 17, 6, 3], [5, 1, 1, 2]])
  func `gradients to parameters and input agree with finite differences`(
    activation: Activation, widths: [Int]
  ) throws {
    let count = 6
    let network = try randomNetwork(widths: widths, activation: activation, seed: 3)
    let layout = ParameterLayout(network)
    let parameters = layout.gather(network)
    let x = sample(count * widths[0], seed: 9)
    let tape = Tape(layout: layout, capacity: count + 2)
    let gradient = FloatBuffer(count: layout.count)
    let inputGradient = FloatBuffer(count: x.count)
    tape.forward(parameters, input: FloatBuffer(x), count: count)
    for i in 0..<count * tape.classCount {
      tape.logitGradient[i] = Float(coefficient(i)) + tape.logits[i]
    }
    tape.backward(gradient: gradient, inputGradient: inputGradient)

    let step = 1e-6
    let exact = x.map(Double.init)
    for j in x.indices {
      var (below, above) = (exact, exact)
      below[j] -= step
      above[j] += step
      let difference = (loss(network, above, count: count) - loss(network, below, count: count)) / (2 * step)
      #expect(abs(Double(inputGradient.pointer[j]) - difference) < 2e-4 * max(1, abs(difference)))
    }
    // Parameters are Floats: a step that is exact for them, and the same loss in Double.
    for entry in layout.entries {
      for index in Array(entry.weight..<entry.weight + entry.inputs * entry.outputs)
        + Array(entry.bias..<entry.bias + entry.outputs)
      {
        let old = parameters.pointer[index]
        let (low, high) = (old - 1e-3, old + 1e-3)
        parameters.pointer[index] = high
        let above = loss(
          try network.replacing(parameters: parameters, layout: layout), exact, count: count)
        parameters.pointer[index] = low
        let below = loss(
          try network.replacing(parameters: parameters, layout: layout), exact, count: count)
        parameters.pointer[index] = old
        let middle = loss(network, exact, count: count)
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

  @Test func `a second batch through the same tape leaves nothing of the first`() throws {
    let network = try randomNetwork(widths: [4, 9, 3], activation: .relu)
    let layout = ParameterLayout(network)
    let parameters = layout.gather(network)
    func gradients(_ tape: Tape, _ x: [Float]) -> [Float] {
      let gradient = FloatBuffer(count: layout.count)
      tape.forward(parameters, input: FloatBuffer(x), count: x.count / 4)
      for i in 0..<x.count / 4 * 3 { tape.logitGradient[i] = Float(i) }
      tape.backward(gradient: gradient)
      return Array(gradient.elements)
    }
    let used = Tape(layout: layout, capacity: 8)
    _ = gradients(used, sample(32, seed: 4))
    let x = sample(12, seed: 5)
    #expect(gradients(used, x) == gradients(Tape(layout: layout, capacity: 8), x))
  }

  @Test func `parameters survive the way into a block and back`() throws {
    let network = try randomNetwork(widths: [3, 5, 2], activation: .tanh)
    let layout = ParameterLayout(network)
    #expect(try network.replacing(parameters: layout.gather(network), layout: layout) == network)
    #expect(layout.parameterCount == network.parameterCount)
    #expect(layout.entries.allSatisfy { $0.weight % 16 == 0 && $0.bias % 16 == 0 })
  }

  @Test func `a network's input gradient counts the temperature`() throws {
    let network = try randomNetwork(widths: [3, 8, 4], activation: .tanh, temperature: 2.5)
    let x = sample(300 * 3, seed: 6)
    let gradient = network.inputGradient(x, count: 300) { logits, gradient in
      for i in logits.indices { gradient[i] = logits[i] }
    }
    let exact = x.map(Double.init)
    for j in stride(from: 0, to: x.count, by: 17) {
      func half(_ x: [Double]) -> Double {
        naiveLogits(network, Array(x[j / 3 * 3..<j / 3 * 3 + 3])).reduce(0) { $0 + $1 * $1 / 2 }
      }
      var (below, above) = (exact, exact)
      below[j] -= 1e-6
      above[j] += 1e-6
      #expect(abs(Double(gradient[j]) - (half(above) - half(below)) / 2e-6) < 1e-4)
    }
  }
}
