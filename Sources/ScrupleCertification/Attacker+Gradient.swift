import ScrupleNetwork

extension Attacker {
  /// Projected gradient descent on how far the first layer's neurons are outside their clips, each weighted
  /// by how much it matters for the logit difference: a neuron that is off or saturated rounds nothing.
  ///
  /// - Returns: the inputs on the way, rounded to bytes.
  mutating func climb(from start: [UInt8], steps: Int, classes: (first: Int, second: Int)? = nil) -> [[UInt8]]
  {
    guard pair.layers.count > 1, let limit = pair.layers[0].limit.map(Double.init) else { return [start] }
    let k = pair.program.classCount
    let chosen = classes ?? (generator.next(below: k), generator.next(below: k))
    let weights = pair.sensitivities(of: chosen)
    let dense = pair.layers[0].twin
    let (inputs, width) = (dense.inputs, dense.outputs)
    var x = start.map { Double($0) / 255 }
    var path: [[UInt8]] = []
    // Room for the rounding at both ends.
    let margin = limit / 255
    for step in 0..<steps {
      var gradient = [Double](repeating: 0, count: inputs)
      for neuron in 0..<width {
        var z = Double(dense.bias[neuron])
        for input in 0..<inputs { z += Double(dense.weight[neuron * inputs + input]) * x[input] }
        let direction = z < margin ? weights[neuron] : z > limit - margin ? -weights[neuron] : 0
        if direction == 0 { continue }
        for input in 0..<inputs {
          gradient[input] += direction * Double(dense.weight[neuron * inputs + input])
        }
      }
      let largest = gradient.reduce(0) { max($0, abs($1)) }
      if largest == 0 { break }
      let rate = 0.1 * (1 - Double(step) / Double(steps)) / largest
      for input in 0..<inputs {
        let range = box.ranges[input]
        x[input] = min(
          max(x[input] + rate * gradient[input], Double(range.lowerBound) / 255),
          Double(range.upperBound) / 255)
      }
      path.append(x.map { UInt8(($0 * 255).rounded()) })
    }
    return path.isEmpty ? [start] : path
  }
}

extension ModelPair {
  /// How much of a change of each first-layer neuron can arrive at the difference of two logits, by absolute
  /// values.
  func sensitivities(of classes: (first: Int, second: Int)) -> [Double] {
    guard layers.count > 1 else { return [Double](repeating: 0, count: layers[0].twin.outputs) }
    let head = layers[layers.count - 1].twin
    var row = (0..<head.inputs).map {
      abs(
        Double(head.weight[classes.first * head.inputs + $0] - head.weight[classes.second * head.inputs + $0])
      )
    }
    for layer in layers.dropFirst().dropLast().reversed() {
      let dense = layer.twin
      row = (0..<dense.inputs).map { input in
        (0..<dense.outputs).reduce(0) { $0 + row[$1] * abs(Double(dense.weight[$1 * dense.inputs + input])) }
      }
    }
    return row
  }
}
