import ScrupleNetwork

/// A network of dense layers one after the other, in `Double`: what can be taken apart layer by layer.
struct DenseChain: Sendable {
  /// One layer.
  struct Step: Sendable {
    let inputs: Int
    let outputs: Int
    /// Row-major, outputs × inputs.
    let weight: [Double]
    let bias: [Double]
    let activation: Activation

    /// `W·x`, without the bias.
    func product(_ x: [Double]) -> [Double] {
      weight.withUnsafeBufferPointer { weight in
        x.withUnsafeBufferPointer { x in
          (0..<outputs).map { k in
            var sum = 0.0
            let row = k * inputs
            for i in 0..<inputs { sum += weight[row + i] * x[i] }
            return sum
          }
        }
      }
    }

    /// `W·x + b`.
    func preActivation(_ x: [Double]) -> [Double] { zip(product(x), bias).map(+) }
  }

  let steps: [Step]
  let temperature: Double

  /// - Returns: nil for a network with other layers than dense ones.
  init?(_ network: Network) {
    guard network.isDenseChain else { return nil }
    steps = network.denseLayers.map { dense in
      Step(
        inputs: dense.inputs, outputs: dense.outputs, weight: dense.weight.map(Double.init),
        bias: dense.bias.map(Double.init), activation: dense.activation)
    }
    temperature = Double(network.temperature)
  }

  /// The logits, divided by the temperature, of one normalized input.
  func logits(_ x: [Double]) -> [Double] {
    var values = x
    for step in steps { values = step.preActivation(values).map { step.activation($0) } }
    return values.map { $0 / temperature }
  }

  /// The hidden layer with the fewest neurons, the last among equals; nil without hidden layers.
  var narrowestHidden: Int? {
    steps.indices.dropLast().min { (steps[$0].outputs, $1) < (steps[$1].outputs, $0) }
  }

  /// Whether every activation is piecewise linear.
  var isPiecewiseLinear: Bool { steps.allSatisfy { $0.activation != .tanh } }
}
