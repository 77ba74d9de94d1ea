import ScrupleNetwork

/// A network of random parameters: every activation in turn between the layers.
func randomNetwork(
  widths: [Int], activation: Activation, seed: UInt64 = 1, temperature: Float = 1
) throws -> Network {
  var generator = SeededGenerator(seed: seed)
  var layers: [Layer] = []
  for index in 1..<widths.count {
    let inputs = widths[index - 1]
    let bound = 2 / Float(inputs).squareRoot()
    layers.append(
      .dense(
        Dense(
          weight: (0..<inputs * widths[index]).map { _ in generator.uniform(-bound, bound) },
          bias: (0..<widths[index]).map { _ in generator.uniform(-0.5, 0.5) },
          inputs: inputs, outputs: widths[index],
          activation: index == widths.count - 1 ? .identity : activation)))
  }
  return try Network(
    name: "random", labels: (0..<widths[widths.count - 1]).map { "class \($0)" },
    input: InputDescription(
      .tabular((0..<widths[0]).map { InputDescription.Feature(name: "x\($0)", low: -1, high: 1.5) })),
    layers: layers, temperature: temperature)
}

/// The oracle: the same function, written down naively in Double.
func naiveLogits(_ network: Network, _ x: [Double]) -> [Double] {
  var values = x
  for dense in network.denseLayers {
    values = (0..<dense.outputs).map { k in
      var sum = Double(dense.bias[k])
      for j in 0..<dense.inputs { sum += Double(dense.weight[k * dense.inputs + j]) * values[j] }
      return naive(dense.activation, sum)
    }
  }
  return values.map { $0 / Double(network.temperature) }
}

func naive(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .identity: x
  case .relu: x > 0 ? x : 0
  case .clippedReLU(let limit): x < 0 ? 0 : (x > Double(limit) ? Double(limit) : x)
  case .clippedIdentity(let limit):
    x < -Double(limit) ? -Double(limit) : (x > Double(limit) ? Double(limit) : x)
  case .tanh: (exp2(2 * x / 0.6931471805599453) - 1) / (exp2(2 * x / 0.6931471805599453) + 1)
  }
}

private func exp2(_ x: Double) -> Double {
  // 2^x = 2^⌊x⌋ · e^{(x − ⌊x⌋) ln 2} by its series: no library call shared with what is tested.
  let whole = x.rounded(.down)
  let t = (x - whole) * 0.6931471805599453
  var term = 1.0
  var sum = 1.0
  for n in 1..<30 {
    term *= t / Double(n)
    sum += term
  }
  return sum * Double(sign: .plus, exponent: Int(whole), significand: 1)
}
