import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

struct IntervalLossTests {
  /// A loss over random parameters and boxes.
  final class Case {
    let layout: ParameterLayout
    let parameters: FloatBuffer
    let loss: IntervalLoss
    let middle: [Float]
    let radius: [Float]
    let count: Int
    var generator: SeededGenerator

    init(_ widths: [Int], activation: Activation, count: Int = 3, radius: Float = 0.1, seed: UInt64) {
      generator = SeededGenerator(seed: seed)
      layout = ParameterLayout(
        (1..<widths.count).map {
          (widths[$0 - 1], widths[$0], $0 == widths.count - 1 ? .identity : activation)
        })
      parameters = FloatBuffer(count: layout.count)
      for entry in layout.entries {
        for i in 0..<entry.inputs * entry.outputs {
          parameters.pointer[entry.weight + i] = generator.normal() / Float(entry.inputs).squareRoot() * 1.5
        }
        for i in 0..<entry.outputs { parameters.pointer[entry.bias + i] = generator.normal() * 0.3 }
      }
      self.count = count
      loss = IntervalLoss(NetworkGraph(chain: layout), capacity: count + 2)
      var (middle, radii): ([Float], [Float]) = ([], [])
      for _ in 0..<count * widths[0] {
        middle.append(generator.uniform())
        radii.append(generator.uniform() * radius)
      }
      (self.middle, self.radius) = (middle, radii)
    }

    func value(onGrid: Bool = false, addingTo gradient: FloatBuffer? = nil) -> Double {
      for i in middle.indices { (loss.middle[i], loss.radius[i]) = (middle[i], radius[i]) }
      return loss.evaluate(parameters, count: count, weight: 1, onGrid: onGrid, addingTo: gradient).loss
    }

    /// Logits in Double, hidden activations rounded to the grid if asked.
    func logits(_ input: [Double], onGrid: Bool) -> [Double] {
      var x = input
      for entry in layout.entries {
        x = (0..<entry.outputs).map { row in
          var sum = Double(parameters.pointer[entry.bias + row])
          for j in 0..<entry.inputs {
            sum += Double(parameters.pointer[entry.weight + row * entry.inputs + j]) * x[j]
          }
          switch entry.activation {
          case .identity: return sum
          case .relu: return max(sum, 0)
          case .tanh: return tanh(sum)
          case .clippedIdentity(let limit): return min(max(sum, -Double(limit)), Double(limit))
          case .clippedReLU(let limit):
            let clipped = min(max(sum, 0), Double(limit))
            let step = Double(limit) / 255
            return onGrid ? (clipped / step + 0.5).rounded(.down) * step : clipped
          }
        }
      }
      return x
    }
  }

  static let activations: [Activation] = [.relu, .clippedReLU(limit: 0.7), .tanh, .identity]

  @Test(arguments: activations)
  func `The gradient is that of finite differences`(activation: Activation) {
    for (seed, widths) in [[3, 4], [5, 7, 3], [4, 8, 6, 5]].enumerated() {
      let sample = Case(widths, activation: activation, seed: UInt64(seed) + 40)
      let gradient = FloatBuffer(count: sample.layout.count)
      _ = sample.value(addingTo: gradient)
      var (dot, errors) = (0.0, 0.0)
      // Directions at random; a direction that crosses a kink is not differentiable, so two steps must agree.
      for _ in 0..<60 {
        let direction = (0..<sample.layout.count).map { _ in sample.generator.normal() }
        let original = Array(sample.parameters.elements)
        func slope(_ h: Float) -> Double {
          for i in original.indices { sample.parameters.pointer[i] = original[i] + h * direction[i] }
          let up = sample.value()
          for i in original.indices { sample.parameters.pointer[i] = original[i] - h * direction[i] }
          let down = sample.value()
          for i in original.indices { sample.parameters.pointer[i] = original[i] }
          return (up - down) / Double(2 * h)
        }
        let (fine, coarse) = (slope(1e-3), slope(2e-3))
        guard abs(fine - coarse) < 3e-3 * max(1, abs(fine)) else { continue }
        let analytic = direction.indices.reduce(0.0) {
          $0 + Double(gradient.pointer[$1]) * Double(direction[$1])
        }
        errors = max(errors, abs(analytic - fine) / max(1, abs(fine)))
        dot += 1
      }
      #expect(dot >= 20 && errors < 0.01, "\(widths): \(dot) directions, error \(errors)")
    }
  }

  @Test(arguments: [false, true])
  func `No point of a box has a larger difference of logits than its bound`(onGrid: Bool) {
    for (seed, widths) in [[3, 4], [5, 7, 3], [4, 8, 6, 5]].enumerated() {
      let sample = Case(widths, activation: .clippedReLU(limit: 0.7), count: 1, seed: UInt64(seed) + 50)
      let bound = (2 * (exp(sample.value(onGrid: onGrid)) - 1)).squareRoot()
      var largest = 0.0
      for trial in 0..<2000 {
        let x = sample.middle.indices.map { i in
          let r: Float =
            trial % 2 == 0
            ? (sample.generator.next(below: 2) == 0 ? -1 : 1) : sample.generator.uniform() * 2 - 1
          return Double(sample.middle[i] + r * sample.radius[i])
        }
        let z = sample.logits(x, onGrid: onGrid)
        largest = max(largest, z.max()! - z.min()!)
      }
      #expect(largest <= bound * (1 + 1e-5) && largest > 0.3 * bound)
    }
  }

  @Test func `For boxes without width the loss is that of the logits themselves`() {
    let sample = Case([5, 7, 3], activation: .relu, radius: 0, seed: 60)
    var expected = 0.0
    for row in 0..<3 {
      let z = sample.logits(sample.middle[row * 5..<(row + 1) * 5].map(Double.init), onGrid: false)
      expected += log(0.5 * pow(z.max()! - z.min()!, 2) + 1)
    }
    #expect(abs(sample.value() - expected) < 1e-5)
  }

  @Test func `The weight scales the gradient, and the gradient is added`() {
    let sample = Case([5, 7, 3], activation: .relu, seed: 61)
    let (once, twice) = (FloatBuffer(count: sample.layout.count), FloatBuffer(count: sample.layout.count))
    _ = sample.value(addingTo: once)
    _ = sample.value(addingTo: twice)
    _ = sample.value(addingTo: twice)
    for i in 0..<sample.layout.count { #expect(abs(twice.pointer[i] - 2 * once.pointer[i]) < 1e-5) }
  }
}

struct IntervalRecipeTests {
  let start = """
    name: x
    data: {train: fashion-mnist}
    network: {hidden: [4]}
    optimizer: {kind: adam}

    """

  @Test func `An interval loss is read with all its constants`() throws {
    let text =
      start
      + "interval: {lambda: 0.5, warmup: 2, epsilon: 0.1, ramp: 3, noise: {kinds: [smoothed], rows: 9}, boxes: [[96, 160], [0, 0]]}"
    let recipe = try Recipe(yaml: text, file: "r")
    #expect(
      recipe.interval
        == Recipe.Interval(
          lambda: 0.5, warmup: 2, epsilon: 0.1, ramp: 3, kinds: [.smoothed], rows: 9,
          boxes: [96...160, 0...0]))
    #expect(try Recipe(yaml: start + "interval: {}", file: "r").interval?.kinds == [.uniform])
    #expect(try Recipe(yaml: start + "interval: {boxes: [[1, 2]]}", file: "r").interval?.kinds == [])
  }

  @Test(arguments: [
    "interval: {boxes: [[160, 96]]}", "interval: {boxes: [[0, 256]]}", "interval: {boxes: [3]}",
    "interval: {boxes: [[1, 2]], epsilon: 0.1}", "interval: {noise: {kinds: [far]}}", "interval: {kappa: 1}",
    "interval: {lambda: -1}",
  ])
  func `What makes no sense is refused with the line`(text: String) {
    do {
      _ = try Recipe(yaml: start + text, file: "r")
      Issue.record("accepted")
    } catch {
      #expect("\(error)".contains("r:5") || "\(error)".contains("5"), "\(error)")
    }
  }
}
