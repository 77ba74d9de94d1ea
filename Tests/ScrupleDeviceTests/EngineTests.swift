import ScrupleRuntime
import Testing

@testable import ScrupleDevice

@Suite struct EngineTests {
  @Test(arguments: [[2, 3], [13, 7, 5], [784, 100, 10]])
  func `threads don't change a bit`(sizes: [Int]) throws {
    let engine = try Fixture.engine(sizes)
    let inputs = Fixture.inputs(333, for: engine)
    let alone = try engine.run(inputs)
    #expect(alone.verdicts.count == 333)
    #expect(try engine.run(inputs, threads: 2) == alone)
    #expect(try engine.run(inputs, threads: 7) == alone)
  }

  @Test func `a batch is its inputs one by one`() throws {
    let engine = try Fixture.engine([13, 7, 5])
    let inputs = Fixture.inputs(20, for: engine)
    let batch = try engine.run(inputs)
    for i in 0..<20 {
      let one = try engine.run(Array(inputs[i * 13..<(i + 1) * 13]))
      #expect(one.verdicts == [batch.verdicts[i]])
      #expect(one.probabilities[...] == batch.probabilities(of: i))
    }
  }

  @Test func `probabilities add up and the verdict is theirs`() throws {
    let engine = try Fixture.engine([13, 7, 5])
    let answers = try engine.run(Fixture.inputs(100, for: engine))
    for (i, verdict) in answers.verdicts.enumerated() {
      let probabilities = answers.probabilities(of: i)
      #expect(abs(probabilities.reduce(0) { $0 + Int($1) } - 1 << 31) < 64)
      #expect(verdict.confidence == probabilities.max())
      #expect(Array(probabilities)[verdict.classIndex] == verdict.confidence)
      #expect(verdict.lower <= verdict.confidence && verdict.confidence <= verdict.upper)
      #expect(verdict.accepted == (verdict.lower >= engine.threshold))
    }
  }

  @Test func `a batch of no whole number of inputs is refused`() throws {
    let engine = try Fixture.engine([13, 7, 5])
    #expect(throws: DeviceError.inputLength(14, expected: 13)) {
      try engine.run([UInt8](repeating: 0, count: 14))
    }
    #expect(try engine.run([]).verdicts.isEmpty)
  }

  @Test func `a damaged file is refused`() throws {
    var file = try Fixture.file([2, 3])
    file[100] ^= 1
    #expect(throws: DeviceError.self) { try Engine(file) }
    #expect(throws: DeviceError.self) { try Engine([]) }
  }

  @Test func `the file comes back as it was`() throws {
    let file = try Fixture.file([13, 7, 5])
    #expect(try Engine(file).file == file)
  }
}
