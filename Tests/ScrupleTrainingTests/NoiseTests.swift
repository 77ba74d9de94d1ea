import ScrupleData
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

@Suite struct NoiseTests {
  private let width = 6

  private func setUp() -> (Tape, FloatBuffer, FloatBuffer) {
    let layout = ParameterLayout([(width, 12, .relu), (12, 3, .identity)])
    let parameters = FloatBuffer(count: layout.count)
    var generator = SeededGenerator(seed: 12)
    for i in 0..<layout.count { parameters.pointer[i] = generator.uniform(-1, 1) }
    let rows = FloatBuffer(count: 20 * width)
    for i in 0..<20 * width { rows.pointer[i] = generator.uniform() }
    return (Tape(layout: layout, capacity: 20), parameters, rows)
  }

  private func confidences(_ tape: Tape, _ parameters: FloatBuffer, _ rows: FloatBuffer) -> [Float] {
    var values = [Float](repeating: 0, count: 20)
    tape.forward(parameters, input: rows, count: 20)
    RowLoss.confidence(
      tape.logits, count: 20, classes: 3, weight: 1, gradient: tape.logitGradient, values: &values)
    return values
  }

  @Test func `the attack finds surer points, inside the ball and the box`() {
    let (tape, parameters, rows) = setUp()
    let centre = Array(rows.elements)
    let before = confidences(tape, parameters, rows)
    let attack = Recipe.Attack(epsilon: 0.3, steps: 20, step: 0.3 / 20)
    var generator = SeededGenerator(seed: 1)
    ProjectedAscent(attack, width: width, capacity: 20)
      .run(.init(buffer: rows, count: 20, boxed: 15), tape: tape, parameters: parameters, using: &generator)
    let after = confidences(tape, parameters, rows)
    #expect(zip(before, after).count { $0 < $1 } >= 19)
    for i in 0..<20 * width {
      let x = rows.pointer[i]
      #expect(abs(x - centre[i]) <= 0.3 + 1e-6)
      if i < 15 * width { #expect(x >= 0 && x <= 1) }
    }
    #expect((15 * width..<20 * width).contains { rows.pointer[$0] < 0 || rows.pointer[$0] > 1 })
  }

  @Test func `more steps never end at a less sure point`() {
    func after(steps: Int) -> [Float] {
      let (tape, parameters, rows) = setUp()
      var generator = SeededGenerator(seed: 1)
      ProjectedAscent(.init(epsilon: 0.2, steps: steps, step: 0.15), width: width, capacity: 20)
        .run(.init(buffer: rows, count: 20, boxed: 20), tape: tape, parameters: parameters, using: &generator)
      return confidences(tape, parameters, rows)
    }
    // Steps this long overshoot: only because the best iterate is kept does it not go down again.
    for (few, many) in zip(after(steps: 3), after(steps: 12)) { #expect(many >= few - 1e-6) }
  }

  @Test func `kinds of noise share the rows, those outside the box last`() throws {
    let input = InputDescription(
      .tabular([.init(name: "a", low: 0, high: 1), .init(name: "b", low: 0, high: 1)]))
    let data = Dataset(name: "d", samples: .values([0, 0, 1, 1]), shape: Shape([2]))
    var noise = try NoiseRows(
      .init(kinds: [.far, .uniform], share: 0.5, lambda: 1), input: input, data: data)
    var generator = SeededGenerator(seed: 1)
    var boxedRows = 0
    for turn in 0..<10 {
      let rows = FloatBuffer(count: 7 * 2)
      let boxed = noise.fill(rows.pointer, count: 7, turn: turn, using: &generator)
      #expect(boxed == 3 || boxed == 4)
      boxedRows += boxed
      for i in 0..<boxed * 2 { #expect(rows.pointer[i] >= 0 && rows.pointer[i] < 1) }
      for row in boxed..<7 {
        #expect(max(abs(rows.pointer[2 * row] - 0.5), abs(rows.pointer[2 * row + 1] - 0.5)) >= 0.499)
      }
    }
    #expect(boxedRows == 35)
  }
}
