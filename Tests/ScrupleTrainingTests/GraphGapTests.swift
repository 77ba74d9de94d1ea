import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

@Suite struct GraphGapTests {
  @Test(arguments: RandomGraph.allCases)
  func `the gradient is that of finite differences`(kind: RandomGraph) throws {
    let graph = NetworkGraph(try kind.network(seed: 3))
    let parameters = graph.layout.gather(try kind.network(seed: 3))
    let penalty = try #require(GraphGapPenalty(graph))
    let gradient = FloatBuffer(count: graph.layout.count)
    // In units of a thousandth, so that slopes are not lost in the tolerance.
    _ = penalty.evaluate(parameters, lambda: 1000, addingTo: gradient)
    let (used, error) = largestGradientError(
      parameters, gradient: gradient, places: graph.layout.places, seed: 4, step: 1e-4
    ) { 1000 * penalty.evaluate(parameters, lambda: 0, addingTo: nil).mean }
    #expect(used >= 20 && error < 0.02, "\(used) directions, error \(error)")
  }

  @Test(arguments: RandomGraph.allCases)
  func `rounding every hidden value moves no difference of logits by more than the bound`(kind: RandomGraph)
    throws
  {
    let network = try kind.network(seed: 8)
    let graph = NetworkGraph(network)
    let (_, largest) = try #require(GraphGapPenalty(graph)).evaluate(
      graph.layout.gather(network), lambda: 0, addingTo: nil)
    var generator = SeededGenerator(seed: 9)
    var worst = 0.0
    for _ in 0..<300 {
      let x = (0..<72).map { _ in Double(generator.next(below: 256)) / 255 }
      let exact = try #require(network.preciseOutputs(x).last)
      let rounded = try roundedLogits(network, x)
      let change = zip(exact, rounded).map { $1 - $0 }
      worst = max(worst, change.max()! - change.min()!)
    }
    #expect(worst <= largest && worst > 0.02 * largest)
  }

  /// The logits with every hidden value rounded to the device's steps, layer by layer.
  private func roundedLogits(_ network: Network, _ x: [Double]) throws -> [Double] {
    var outputs: [[Double]] = []
    let scales = network.valueScales
    for (index, layer) in network.layers.enumerated() {
      // The layer alone, fed with what the rounded layers before it gave.
      let read = network.sources[index].map { $0 < 0 ? x : outputs[$0] }
      var values = try alone(layer, read)
      if index < network.layers.count - 1, let scale = scales[index] {
        values = values.map { ($0 / scale + 0.5).rounded(.down) * scale }
      }
      outputs.append(values)
    }
    return outputs[outputs.count - 1]
  }

  private func alone(_ layer: Layer, _ read: [[Double]]) throws -> [Double] {
    switch layer {
    case .flatten: return read[0]
    case .addition(let addition): return zip(read[0], read[1]).map { addition.activation($0 + $1) }
    case .dense(let dense):
      return (0..<dense.outputs).map { k in
        dense.activation(
          (0..<dense.inputs).reduce(Double(dense.bias[k])) {
            $0 + Double(dense.weight[k * dense.inputs + $1]) * read[0][$1]
          })
      }
    case .convolution, .depthwise, .pooling:
      // A network of this layer and a head that picks nothing: only the layer's output is read.
      let image: ImageShape
      let count: Int
      switch layer {
      case .convolution(let it): (image, count) = (it.image, it.outputShape.count)
      case .depthwise(let it): (image, count) = (it.image, it.outputShape.count)
      case .pooling(let it): (image, count) = (it.image, it.outputShape.count)
      case .flatten, .dense, .addition: return []
      }
      let head = Dense(
        weight: Array(repeating: 0, count: 2 * count), bias: [0, 0], inputs: count, outputs: 2,
        activation: .identity)
      let network = try Network(
        name: "alone", labels: ["a", "b"],
        input: InputDescription(
          .image(height: image.height, width: image.width, channels: image.channels)),
        layers: [layer, .dense(head)])
      return network.preciseOutputs(read[0])[0]
    }
  }
}
