import Testing

@testable import ScrupleEvaluation

@Suite struct CalibrationTests {
  @Test(arguments: 0..<30, [1, 4, 15, 50]) func `ECE is its definition over bins of equal mass`(
    seed: UInt64, bins: Int
  ) throws {
    let table = try randomTable(43, 3, seed: seed)
    let correct = try #require(table.correct)
    let order = (0..<43).sorted { table.confidences[$0] < table.confidences[$1] }
    var ece = 0.0
    for b in 0..<bins {
      let part = (0..<43).filter { $0 >= b * 43 / bins && $0 < (b + 1) * 43 / bins }.map { order[$0] }
      let confidence = part.reduce(0) { $0 + table.confidences[$1] }
      let accuracy = part.reduce(0.0) { $0 + (correct[$1] ? 1 : 0) }
      ece += abs(confidence - accuracy) / 43
    }
    let reliability = try #require(try table.reliability(bins: bins))
    #expect(isClose(reliability.expectedCalibrationError, ece))
    let sizes = reliability.bins.map(\.count)
    #expect(sizes.reduce(0, +) == 43)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test(arguments: 0..<20) func `ECE and AURC do not depend on the order of the data`(seed: UInt64) throws {
    let table = try randomTable(60, 3, steps: 6, seed: seed)
    let correct = try #require(table.correct)
    var random = Random(seed + 100)
    let order = Array(0..<60).shuffled(using: &random)
    let a = try Reliability(confidences: table.confidences, correct: correct)
    let b = try Reliability(
      confidences: order.map { table.confidences[$0] }, correct: order.map { correct[$0] })
    #expect(isClose(a.expectedCalibrationError, b.expectedCalibrationError))
    let c = try RiskCoverage(confidences: table.confidences, correct: correct)
    let d = try RiskCoverage(
      confidences: order.map { table.confidences[$0] }, correct: order.map { correct[$0] })
    #expect(isClose(c.area, d.area))
  }

  @Test func `a classifier that is as often right as it says has no calibration error`() throws {
    let correct = (0..<100).map { $0 < 75 }
    let reliability = try Reliability(
      confidences: [Double](repeating: 0.75, count: 100), correct: correct)
    #expect(isClose(reliability.expectedCalibrationError, 0))
  }

  @Test(arguments: 0..<30) func `risk at a coverage is the error rate of the most confident`(seed: UInt64)
    throws
  {
    let table = try randomTable(25, 3, seed: seed)
    let correct = try #require(table.correct)
    let order = (0..<25).sorted { table.confidences[$0] > table.confidences[$1] }
    let curve = try RiskCoverage(confidences: table.confidences, correct: correct)
    for n in 1...25 {
      let errors = order.prefix(n).count { !correct[$0] }
      #expect(isClose(curve.risk[n - 1], Double(errors) / Double(n)))
    }
    #expect(isClose(curve.area, curve.risk.reduce(0, +) / 25))
    #expect(isClose(curve.risk[24], 1 - (try #require(table.accuracy))))
    #expect(curve.curve(limit: 7).last?.coverage == 1)
    #expect(curve.curve(limit: 7).count <= 7)
  }

  @Test func `tied confidences give the expected risk over random orders`() throws {
    let curve = try RiskCoverage(confidences: [0.5, 0.5, 0.9], correct: [true, false, true])
    #expect(curve.risk == [0, 0.25, 1.0 / 3])
    #expect(curve.coverage(atRisk: 0.25) == 2.0 / 3)
    #expect(curve.coverage(atRisk: -1) == 0)
  }

  @Test(arguments: 0..<30) func `the threshold for a precision is the smallest that reaches it`(
    seed: UInt64
  ) throws {
    let table = try randomTable(40, 3, steps: seed % 2 == 0 ? 8 : nil, seed: seed)
    let correct = try #require(table.correct)
    func precision(_ t: Double) -> Double? {
      Selection(threshold: t, confidences: table.confidences, correct: correct).precision
    }
    let good = table.confidences.filter { (precision($0) ?? 0) >= 0.5 }
    let found = Selection.threshold(reaching: 0.5, confidences: table.confidences, correct: correct)
    #expect(found == good.min())
  }

  @Test func `OOD samples that are answered are wrong answers`() {
    let ins = [0.9, 0.8, 0.3]
    let selection = Selection(threshold: 0.5, confidences: ins, correct: [true, false, true])
    #expect(selection.precision == 0.5)
    #expect(isClose(selection.coverage, 2.0 / 3))
    // Three OOD samples, two of them answered: 1 right of 4 answers.
    #expect(isClose(selection.precision(mixing: 2.0 / 3, ratio: 1) ?? -1, 0.25))
    #expect(Selection(threshold: 2, confidences: ins, correct: [true, false, true]).precision == nil)
  }

  @Test func `histograms count every value once`() throws {
    let histogram = try Histogram([-1, 0, 0.1, 0.5, 0.99, 1, 2], range: 0...1, bins: 4)
    #expect(histogram.counts == [3, 0, 1, 3])
    #expect(histogram.total == 7)
    #expect(throws: EvaluationError.invalidBins(0)) { try Histogram([], range: 0...1, bins: 0) }
  }
}
