import ScrupleNetwork

extension Network {
  /// For each layer the number of its operation on the device, from 0: flattening is none.
  var operationIndices: [Int] {
    var next = 0
    return layers.map { layer in
      if layer != .flatten { next += 1 }
      return max(next - 1, 0)
    }
  }

  /// The same function without the hidden dense layers that have no activation and are read by one dense layer only:
  /// each is multiplied into the layer that reads it.
  ///
  /// - Throws: ``QuantizationError/floatOnly(layer:activation:)`` for activations that the device doesn't have.
  func foldingLinearLayers() throws(QuantizationError) -> Network {
    for (index, layer) in layers.enumerated() where layer.activation == .tanh {
      throw .floatOnly(layer: operationIndices[index], activation: Activation.tanh.description)
    }
    var layers = layers
    var sources = sources
    var removed: Set<Int> = []
    for index in layers.indices {
      guard case .dense(let first) = layers[index], first.activation == .identity else { continue }
      // Flattening between the two is passed over.
      var passed = [index]
      var readers = sources.indices.filter { sources[$0].contains(index) }
      while readers.count == 1, layers[readers[0]] == .flatten {
        passed.append(readers[0])
        readers = sources.indices.filter { sources[$0].contains(passed[passed.count - 1]) }
      }
      guard readers.count == 1, case .dense(let second) = layers[readers[0]] else { continue }
      layers[readers[0]] = .dense(first.followed(by: second))
      sources[readers[0]] = sources[index]
      removed.formUnion(passed)
    }
    guard !removed.isEmpty else { return self }
    let kept = layers.indices.filter { !removed.contains($0) }
    var places = [-1: -1]
    for (place, index) in kept.enumerated() { places[index] = place }
    do {
      return try replacing(
        layers: kept.map { layers[$0] }, sources: kept.map { sources[$0].map { places[$0] ?? -1 } })
    } catch {
      throw .network(reason: error.description)
    }
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
