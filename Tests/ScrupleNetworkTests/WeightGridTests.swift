import Testing

@testable import ScrupleNetwork

@Suite struct WeightGridTests {
  private var magnitudes: [Float] {
    var generator = SeededGenerator(seed: 2)
    return (-50...30).flatMap { exponent in
      (0..<20).map { _ in Float(sign: .plus, exponent: exponent, significand: generator.uniform(1, 2)) }
    } + [1, 127, 0.1, .leastNormalMagnitude, 3e30]
  }

  @Test func `a scale is rounded up to 16 significant bits, by less than one in 2¹⁵`() {
    for x in magnitudes {
      let scale = WeightGrid.roundedUp(x)
      #expect(scale >= x && scale <= x * (1 + 0x1p-15))
      #expect(scale.bitPattern & 0xFF == 0)
      #expect(WeightGrid.roundedUp(scale) == scale)
    }
    #expect(WeightGrid.roundedUp(Float(2).nextDown) == 2)
  }

  @Test func `every point of the grid is exactly a Float`() {
    for x in magnitudes where x >= WeightGrid.smallestScale && x < 1e30 {
      let scale = WeightGrid.roundedUp(x)
      for q in -127...127 {
        #expect(Double(scale * Float(q)) == Double(scale) * Double(q))
      }
    }
  }

  @Test func `snapping moves a weight by at most half a step and snapping again by nothing`() {
    var generator = SeededGenerator(seed: 5)
    let weight = (0..<6 * 50).map { _ in generator.uniform(-3, 3) * generator.uniform() }
    let grid = WeightGrid.fit(weight: weight, outputs: 6, inputs: 50)
    let snapped = grid.snap(weight)
    let integers = grid.integers(of: weight)
    for i in weight.indices {
      #expect(abs(snapped[i] - weight[i]) <= grid.scales[i / 50] * 0.50001)
      #expect(snapped[i] == Float(integers[i]) * grid.scales[i / 50])
    }
    #expect(grid.snap(snapped) == snapped)
    #expect(grid.integers(of: snapped) == integers)
    #expect((0..<6).allSatisfy { k in integers[k * 50..<(k + 1) * 50].contains { abs($0) >= 126 } })
  }

  @Test func `a dead channel gets a scale, and one large enough for its bias`() {
    let dense = Dense(
      weight: [0, 0, 1, 0], bias: [1000, 0], inputs: 2, outputs: 2, activation: .identity)
    let grid = WeightGrid.fit(dense, inputScale: 1.0 / 255)
    #expect(1000 / (Double(grid.scales[0]) / 255) <= 0x1p30)
    #expect(grid.scales[1] == WeightGrid.roundedUp(1.0 / 127))
    #expect(WeightGrid.fit(weight: [0, 0], outputs: 1, inputs: 2).scales == [WeightGrid.smallestScale])
  }

  @Test func `scales that are no scales are refused`() {
    for scale: Float in [0, -1, .nan, .infinity, 1.0 / 3, 0x1p-61] {
      #expect(WeightGrid(scales: [scale]) == nil)
    }
    #expect(WeightGrid(scales: [0.5, 3]) != nil)
  }
}
