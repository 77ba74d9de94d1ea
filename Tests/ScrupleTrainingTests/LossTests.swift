import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

@Suite struct LossTests {
  private func logits(_ count: Int, scale: Float = 3) -> [Float] {
    var generator = SeededGenerator(seed: 4)
    return (0..<count).map { _ in generator.uniform(-scale, scale) }
  }

  /// log softmax in Double.
  private func logSoftmax(_ z: [Double]) -> [Double] {
    let largest = z.max()!
    let sum = z.reduce(0) { $0 + exp($1 - largest) }
    return z.map { $0 - largest - log(sum) }
  }

  @Test(arguments: [2, 3, 10])
  func `cross-entropy and its gradient agree with finite differences`(classes: Int) {
    let rows = 7
    let z = logits(rows * classes)
    let labels = (0..<rows).map { Int32($0 % classes) }
    var gradient = [Float](repeating: .nan, count: z.count)
    let (loss, correct) = RowLoss.crossEntropy(
      z, labels: labels, count: rows, classes: classes, weight: 0.25, gradient: &gradient)
    func value(_ row: Int, _ z: [Double]) -> Double { -logSoftmax(z)[Int(labels[row])] }
    var expected = 0.0
    for row in 0..<rows {
      let own = z[row * classes..<(row + 1) * classes].map(Double.init)
      expected += value(row, own)
      for k in 0..<classes {
        var (below, above) = (own, own)
        below[k] -= 1e-5
        above[k] += 1e-5
        let slope = (value(row, above) - value(row, below)) / 2e-5
        #expect(abs(Double(gradient[row * classes + k]) - 0.25 * slope) < 1e-6)
      }
    }
    #expect(abs(loss - expected) < 1e-4)
    let right = (0..<rows).count { row in
      let own = z[row * classes..<(row + 1) * classes]
      return own.firstIndex(of: own.max()!)! - row * classes == Int(labels[row])
    }
    #expect(correct == right)
  }

  @Test(arguments: [2, 3, 10])
  func `the confidence on noise and its gradient agree with finite differences`(classes: Int) {
    let rows = 9
    let z = logits(rows * classes)
    var gradient = [Float](repeating: .nan, count: z.count)
    var values = [Float](repeating: .nan, count: rows)
    let (loss, confidence) = RowLoss.confidence(
      z, count: rows, classes: classes, weight: 2, gradient: &gradient, values: &values)
    var sums = (0.0, 0.0)
    for row in 0..<rows {
      let own = z[row * classes..<(row + 1) * classes].map(Double.init)
      let value = logSoftmax(own).max()!
      #expect(abs(Double(values[row]) - value) < 1e-5)
      sums.0 += value
      sums.1 += exp(value)
      for k in 0..<classes {
        var (below, above) = (own, own)
        below[k] -= 1e-5
        above[k] += 1e-5
        let slope = (logSoftmax(above).max()! - logSoftmax(below).max()!) / 2e-5
        #expect(abs(Double(gradient[row * classes + k]) - 2 * slope) < 2e-5)
      }
    }
    #expect(abs(loss - sums.0) < 1e-4 && abs(confidence - sums.1) < 1e-4)
  }

  @Test func `gradients of near certainties do not vanish before the other probabilities do`() {
    var gradient = [Float](repeating: 0, count: 3)
    RowLoss.confidence([40, 0, 0], count: 1, classes: 3, weight: 1, gradient: &gradient)
    #expect(gradient[0] > 0 && gradient[1] < 0)
    #expect(abs(gradient.reduce(0, +)) < 1e-20)
  }

  @Test(arguments: [[3, 5, 3], [4, 6, 5, 3], [2, 4, 5, 3, 4]])
  func `the gap penalty's gradient agrees with finite differences`(widths: [Int]) throws {
    let layout = ParameterLayout(
      (1..<widths.count).map {
        (widths[$0 - 1], widths[$0], $0 == widths.count - 1 ? .identity : .clippedReLU(limit: Float($0)))
      })
    let parameters = FloatBuffer(count: layout.count)
    var generator = SeededGenerator(seed: 7)
    for entry in layout.entries {
      for i in entry.weight..<entry.weight + entry.inputs * entry.outputs {
        parameters.pointer[i] = generator.uniform(-1, 1)
      }
    }
    let penalty = try #require(GapPenalty(layout))
    let gradient = FloatBuffer(count: layout.count)
    let (mean, largest) = penalty.evaluate(parameters, lambda: 0.5, addingTo: gradient)
    #expect(mean > 0 && largest >= mean)
    for entry in layout.entries {
      for i in entry.weight..<entry.weight + entry.inputs * entry.outputs {
        let old = parameters.pointer[i]
        let (low, high) = (old - 4e-3, old + 4e-3)
        parameters.pointer[i] = high
        let above = penalty.evaluate(parameters, lambda: 0, addingTo: nil).mean
        parameters.pointer[i] = low
        let below = penalty.evaluate(parameters, lambda: 0, addingTo: nil).mean
        parameters.pointer[i] = old
        let slopes = ((above - mean) / Double(high - old), (mean - below) / Double(old - low))
        let slope = (slopes.0 + slopes.1) / 2
        // Where an absolute value has its kink within the step, the one-sided slopes differ.
        #expect(
          abs(Double(gradient.pointer[i]) - 0.5 * slope) < 5e-4 + 0.05 * abs(slope) + 0.5
            * abs(slopes.0 - slopes.1))
      }
    }
  }

  @Test func `with one hidden layer the gap is the closed form`() throws {
    let layout = ParameterLayout([(2, 3, .clippedReLU(limit: 2.55)), (3, 3, .identity)])
    let parameters = FloatBuffer(count: layout.count)
    let v: [Float] = [1, 2, 3, 0, -1, 5, 2, 2, 2]
    for (i, value) in v.enumerated() { parameters.pointer[layout.entries[1].weight + i] = value }
    // Σ_j |V_ij − V_kj| is 1+3+2, 1+0+1 and 2+3+3; half a step is 0.005.
    let (mean, largest) = try #require(GapPenalty(layout)).evaluate(parameters, lambda: 0, addingTo: nil)
    #expect(abs(mean - 0.005 * 16 / 3) < 1e-7 && abs(largest - 0.005 * 8) < 1e-7)
  }

  @Test func `no rounding of hidden activations moves a logit difference by more than the gap`() throws {
    let layout = ParameterLayout([
      (2, 7, .clippedReLU(limit: 3)), (7, 6, .clippedReLU(limit: 2)), (6, 5, .clippedReLU(limit: 4)),
      (5, 3, .identity),
    ])
    var generator = SeededGenerator(seed: 21)
    let parameters = FloatBuffer(count: layout.count)
    for i in 0..<layout.count { parameters.pointer[i] = generator.uniform(-1, 1) }
    let bound = try #require(GapPenalty(layout)).evaluate(parameters, lambda: 0, addingTo: nil).largest
    var worst = 0.0
    for _ in 0..<3000 {
      var exact = [Double(generator.uniform(-3, 3)), Double(generator.uniform(-3, 3))]
      var rounded = exact
      for (index, entry) in layout.entries.enumerated() {
        func pass(_ x: [Double]) -> [Double] {
          (0..<entry.outputs).map { k in
            let sum = (0..<entry.inputs).reduce(Double(parameters.pointer[entry.bias + k])) {
              $0 + Double(parameters.pointer[entry.weight + k * entry.inputs + $1]) * x[$1]
            }
            if case .clippedReLU(let limit) = entry.activation { return min(max(sum, 0), Double(limit)) }
            return sum
          }
        }
        exact = pass(exact)
        rounded = pass(rounded)
        guard index < layout.entries.count - 1, case .clippedReLU(let limit) = entry.activation else {
          continue
        }
        let step = Double(limit) / 255
        rounded = rounded.map { ($0 / step).rounded() * step }
      }
      for i in 0..<3 {
        for k in 0..<3 { worst = max(worst, abs((rounded[i] - rounded[k]) - (exact[i] - exact[k]))) }
      }
    }
    #expect(worst <= bound && worst > bound / 50)
  }
}
