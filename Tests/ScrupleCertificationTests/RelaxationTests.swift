import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleCertification

struct RelaxationTests {
  func uniform(_ low: Double, _ high: Double, _ generator: inout SeededGenerator) -> Double {
    low + (high - low) * Double(generator.next(below: 1 << 30)) / Double(1 << 30)
  }

  @Test func `A band contains the clipped function and touches it on both sides`() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2000 {
      let limit = uniform(0.1, 3, &generator)
      let low = uniform(-4, 4, &generator)
      let high = low + uniform(0, 5, &generator)
      let band = LinearBand(clampingTo: limit, over: low, high)
      var nearest = (Double.infinity, Double.infinity)
      for point in [low, high, 0, limit] + (0..<20).map({ _ in uniform(low, high, &generator) })
      where point >= low && point <= high {
        let rest = min(max(point, 0), limit) - band.slope * point
        #expect(rest >= band.low && rest <= band.high)
        nearest = (min(nearest.0, rest - band.low), min(nearest.1, band.high - rest))
      }
      #expect(nearest.0 < 1e-10 && nearest.1 < 1e-10)
    }
  }

  @Test func `The band of a ReLU that changes sign is the known one`() {
    let band = LinearBand(clampingTo: .infinity, over: -1, 3)
    #expect(abs(band.slope - 0.75) < 1e-12 && abs(band.low) < 1e-12 && abs(band.high - 0.75) < 1e-12)
  }

  @Test func `The difference of a clipped and rounded neuron stays in its band`() {
    var generator = SeededGenerator(seed: 2)
    for trial in 0..<3000 {
      let limit = uniform(0.5, 2, &generator)
      let referenceLimit = [limit, .infinity, uniform(0.5, 2, &generator)][trial % 3]
      let step = limit / 255
      let z = (uniform(-3, 3, &generator), uniform(0, trial % 2 == 0 ? 0.05 : 3, &generator))
      let d = (uniform(-0.2, 0.2, &generator), uniform(0, 0.3, &generator))
      var range = NeuronRange(
        reference: (z.0, z.0 + z.1), program: (z.0 + d.0, z.0 + z.1 + d.0 + d.1),
        difference: (d.0, d.0 + d.1), byte: (0, 255))
      range.tighten()
      range.tightenByte(step: step)
      let own = LinearBand(clampingTo: referenceLimit, over: range.reference.low, range.reference.high)
      func reference(_ x: Double) -> Double { min(max(x, 0), referenceLimit) }
      let band = DifferenceBand(
        range, step: step, limit: limit, referenceLimit: referenceLimit,
        activation: (reference(range.reference.low), reference(range.reference.high)),
        activationSpread: own.slope * 0.5 * (range.reference.high - range.reference.low) + own.radius)
      for _ in 0..<30 {
        let x = uniform(z.0, z.0 + z.1, &generator)
        let delta = uniform(d.0, d.0 + d.1, &generator)
        let byte = min(max(((x + delta) / step + 0.5).rounded(.down), 0), 255)
        #expect(Int(byte) >= range.byte.low && Int(byte) <= range.byte.high)
        let e = step * byte - reference(x)
        let rest =
          e - band.onDifference * delta - band.onReference * x - band.onActivation * reference(x)
        #expect(rest >= band.low - 1e-12 && rest <= band.high + 1e-12)
      }
    }
  }

  @Test func `Without a bound on the odds the softmax moves by tanh of a quarter of the gap`() {
    for gap in [0.01, 0.2, 1, 5] {
      var bounds = LogitBounds(classes: 2)
      bounds.difference[1, 0] = (-gap, gap)
      let bound = SoftmaxBound(class: 0, bounds)
      #expect(abs(bound.magnitude - tanh(gap / 4)) < 1e-10)
    }
  }

  @Test func `Probabilities stay within the softmax bound, and come near it`() {
    var generator = SeededGenerator(seed: 3)
    var tightest = 0.0
    for trial in 0..<400 {
      let classes = 2 + trial % 5
      let spread = [0.01, 0.3, 2][trial % 3]
      let gap = [0.001, 0.1, 1.5][trial / 3 % 3]
      let center = (0..<classes).map { _ in uniform(-3, 3, &generator) }
      let shift = (0..<classes).map { _ in uniform(-gap, gap, &generator) }
      var bounds = LogitBounds(classes: classes)
      for i in 0..<classes {
        for k in 0..<i {
          let (z, d) = (center[i] - center[k], shift[i] - shift[k])
          bounds.reference[i, k] = (z - spread, z + spread)
          bounds.difference[i, k] = (d - gap, d + gap)
        }
      }
      bounds.tighten()
      let softmax = (0..<classes).map { SoftmaxBound(class: $0, bounds) }
      for _ in 0..<50 {
        let corner = generator.next(below: 2) == 0
        func within(_ r: Double) -> Double {
          corner ? (generator.next(below: 2) == 0 ? -r : r) : uniform(-r, r, &generator)
        }
        let z = center.map { $0 + within(spread / 2) }
        let t = (0..<classes).map { z[$0] + shift[$0] + within(gap / 2) }
        let (p, q) = (BoxSamples.softmax(z), BoxSamples.softmax(t))
        for k in 0..<classes {
          #expect(q[k] - p[k] <= softmax[k].increase)
          #expect(p[k] - q[k] <= softmax[k].decrease)
          #expect(softmax[k].reference.contains(p[k]) && softmax[k].program.contains(q[k]))
          if spread < 0.1 { tightest = max(tightest, abs(p[k] - q[k]) / softmax[k].magnitude) }
        }
      }
    }
    #expect(tightest > 0.9)
  }
}
