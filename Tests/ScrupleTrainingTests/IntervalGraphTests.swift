import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

/// Networks with every kind of layer, with random parameters.
enum RandomGraph: CaseIterable {
  case strided, pooled, residual

  /// On 6×6 images with two channels, three classes.
  func network(seed: UInt64, limit: Float = 0.8) throws -> Network {
    var generator = SeededGenerator(seed: seed)
    func kernel(_ inputs: Int, _ outputs: Int, _ activation: Activation) -> Dense {
      Dense(
        weight: (0..<inputs * outputs).map { _ in generator.normal() / Float(inputs).squareRoot() },
        bias: (0..<outputs).map { _ in generator.normal() * 0.3 }, inputs: inputs, outputs: outputs,
        activation: activation)
    }
    func convolution(_ image: ImageShape, _ outputs: Int, _ window: Window, _ activation: Activation)
      -> Convolution
    {
      Convolution(
        kernel: kernel(window.count * image.channels, outputs, activation), image: image, window: window)
    }
    let clip = Activation.clippedReLU(limit: limit)
    let image = ImageShape(height: 6, width: 6, channels: 2)
    let same = Window.same(kernelHeight: 3, kernelWidth: 3, of: image)
    let half = Window.same(kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 2, of: image)
    var layers: [Layer]
    var sources: [[Int]]?
    switch self {
    case .strided:
      let first = convolution(image, 4, half, clip)
      let second = convolution(first.outputShape, 5, Window(kernelHeight: 2, kernelWidth: 2), clip)
      layers = [
        .convolution(first), .convolution(second), .flatten,
        .dense(kernel(second.outputShape.count, 3, .identity)),
      ]
    case .pooled:
      let first = convolution(image, 4, same, clip)
      let pool = Pooling(
        kind: .maximum, image: first.outputShape,
        window: Window(kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2))
      let depthwise = DepthwiseConvolution(
        kernel: kernel(4, 4, clip), image: pool.outputShape, window: Window(kernelHeight: 2, kernelWidth: 2))
      let mean = Pooling(
        kind: .average, image: depthwise.outputShape, window: .whole(depthwise.outputShape))
      layers = [
        .convolution(first), .pooling(pool), .depthwise(depthwise), .pooling(mean),
        .dense(kernel(4, 3, .identity)),
      ]
    case .residual:
      let first = convolution(image, 3, half, clip)
      let inner = Window.same(kernelHeight: 3, kernelWidth: 3, of: first.outputShape)
      let second = convolution(first.outputShape, 3, inner, clip)
      let third = convolution(first.outputShape, 3, inner, .clippedIdentity(limit: limit))
      layers = [
        .convolution(first), .convolution(second), .convolution(third),
        .addition(Addition(count: first.outputShape.count, activation: clip)),
        .dense(kernel(first.outputShape.count, 3, .identity)),
      ]
      sources = [[-1], [0], [1], [2, 0], [3]]
    }
    return try Network(
      name: "graph", labels: ["a", "b", "c"],
      input: InputDescription(.image(height: 6, width: 6, channels: 2)),
      layers: layers, sources: sources)
  }
}

/// Whether a gradient is that of a function of parameters, in directions at random, a quarter of the places each. A direction that crosses a kink is
/// not differentiable, so two steps must agree.
func largestGradientError(
  _ parameters: FloatBuffer, gradient: FloatBuffer, places: [Int], seed: UInt64, directions: Int = 60,
  step: Float = 1e-3, _ value: () -> Double
) -> (used: Int, error: Double) {
  var generator = SeededGenerator(seed: seed)
  let original = Array(parameters.elements)
  var result = (used: 0, error: 0.0)
  for _ in 0..<directions {
    var direction = [Float](repeating: 0, count: original.count)
    for place in places where generator.next(below: 4) == 0 { direction[place] = generator.normal() }
    func slope(_ h: Float) -> Double {
      for i in places { parameters.pointer[i] = original[i] + h * direction[i] }
      let up = value()
      for i in places { parameters.pointer[i] = original[i] - h * direction[i] }
      let down = value()
      for i in places { parameters.pointer[i] = original[i] }
      return (up - down) / Double(2 * h)
    }
    let (fine, coarse) = (slope(step), slope(2 * step))
    guard abs(fine - coarse) < 3e-3 * max(1, abs(fine)) else { continue }
    let analytic = places.reduce(0.0) { $0 + Double(gradient.pointer[$1]) * Double(direction[$1]) }
    result.error = max(result.error, abs(analytic - fine) / max(1, abs(fine)))
    result.used += 1
  }
  return result
}

extension ParameterLayout {
  /// The indices of all weights and biases.
  var places: [Int] {
    entries.flatMap {
      Array($0.weight..<$0.weight + $0.inputs * $0.outputs) + Array($0.bias..<$0.bias + $0.outputs)
    }
  }
}

@Suite struct IntervalGraphTests {
  private func boxes(_ count: Int, radius: Float, seed: UInt64) -> (middle: [Float], radius: [Float]) {
    var generator = SeededGenerator(seed: seed)
    return (
      (0..<count * 72).map { _ in generator.uniform() },
      (0..<count * 72).map { _ in generator.uniform() * radius }
    )
  }

  @Test(arguments: RandomGraph.allCases)
  func `the gradient is that of finite differences`(kind: RandomGraph) throws {
    for seed in 1...3 {
      let network = try kind.network(seed: UInt64(seed))
      let graph = NetworkGraph(network)
      let parameters = graph.layout.gather(network)
      let loss = IntervalLoss(graph, capacity: 3)
      let boxes = boxes(2, radius: 0.05, seed: UInt64(seed) + 9)
      func value(addingTo gradient: FloatBuffer? = nil) -> Double {
        for i in boxes.middle.indices {
          (loss.middle[i], loss.radius[i]) = (boxes.middle[i], boxes.radius[i])
        }
        return loss.evaluate(parameters, count: 2, weight: 1, onGrid: false, addingTo: gradient).loss
      }
      let gradient = FloatBuffer(count: graph.layout.count)
      _ = value(addingTo: gradient)
      let (used, error) = largestGradientError(
        parameters, gradient: gradient, places: graph.layout.places, seed: UInt64(seed), step: 3e-4
      ) { value() }
      #expect(used >= 20 && error < 0.02, "\(used) directions, error \(error)")
    }
  }

  @Test(arguments: RandomGraph.allCases)
  func `no point of a box has a larger difference of logits than its bound`(kind: RandomGraph) throws {
    let network = try kind.network(seed: 5)
    let graph = NetworkGraph(network)
    let loss = IntervalLoss(graph, capacity: 1)
    let boxes = boxes(1, radius: 0.1, seed: 6)
    for i in boxes.middle.indices { (loss.middle[i], loss.radius[i]) = (boxes.middle[i], boxes.radius[i]) }
    let value = loss.evaluate(
      graph.layout.gather(network), count: 1, weight: 1, onGrid: false, addingTo: nil
    ).loss
    let bound = (2 * (exp(value) - 1)).squareRoot()
    var generator = SeededGenerator(seed: 7)
    var largest = 0.0
    for trial in 0..<1000 {
      let x = boxes.middle.indices.map { i -> Double in
        let r: Float = trial % 2 == 0 ? (generator.next(below: 2) == 0 ? -1 : 1) : generator.uniform(-1, 1)
        return Double(boxes.middle[i] + r * boxes.radius[i])
      }
      let z = try #require(network.preciseOutputs(x).last)
      largest = max(largest, z.max()! - z.min()!)
    }
    #expect(largest <= bound * (1 + 1e-5) && largest > 0.2 * bound)
  }
}
