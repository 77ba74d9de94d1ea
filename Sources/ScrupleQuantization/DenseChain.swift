import ScrupleNetwork

/// A network as what integer programs are made from: dense layers in a row, ReLU between them.
struct DenseChain {
  /// Hidden layers with `relu` or `clippedReLU`, then one with `identity`.
  let layers: [Dense]

  /// Layers that are known to be a chain.
  init(layers: [Dense]) {
    self.layers = layers
  }

  /// Flattening dropped and every hidden layer without an activation folded into the next one.
  init(_ network: Network) throws(QuantizationError) {
    var layers: [Dense] = []
    var pending: Dense?
    let dense = network.denseLayers
    for (index, layer) in dense.enumerated() {
      let whole = pending.map { $0.followed(by: layer) } ?? layer
      pending = nil
      switch (whole.activation, index == dense.count - 1) {
      case (.identity, false): pending = whole
      case (.relu, false), (.clippedReLU, false), (.identity, true): layers.append(whole)
      case (let activation, _): throw .floatOnly(layer: index, activation: activation.description)
      }
    }
    self.layers = layers
  }
}

extension Dense {
  /// One layer that does what this one, without its activation, and then `next` do.
  func followed(by next: Dense) -> Dense {
    var weight = [Double](repeating: 0, count: next.outputs * inputs)
    var bias = next.bias.map(Double.init)
    for output in 0..<next.outputs {
      for hidden in 0..<outputs {
        let factor = Double(next.weight[output * outputs + hidden])
        bias[output] += factor * Double(self.bias[hidden])
        for input in 0..<inputs {
          weight[output * inputs + input] += factor * Double(self.weight[hidden * inputs + input])
        }
      }
    }
    return Dense(
      weight: weight.map(Float.init), bias: bias.map(Float.init), inputs: inputs, outputs: next.outputs,
      activation: next.activation)
  }
}
