import Testing

@testable import ScrupleEvaluation

@Suite struct DetectionTests {
  /// Scores from few values, so that ties abound, or from many.
  static func scores(_ seed: UInt64) -> (ins: [Double], outs: [Double]) {
    var random = Random(seed)
    let steps = [3, 10, 1_000_000][Int(seed % 3)]
    func draw(_ n: Int, _ shift: Int) -> [Double] {
      (0..<n).map { _ in Double(Int.random(in: 0..<steps, using: &random) + shift) / Double(steps) }
    }
    return (
      draw(Int.random(in: 1...60, using: &random), steps / 5), draw(Int.random(in: 1...60, using: &random), 0)
    )
  }

  @Test(arguments: 0..<60) func `AUROC counts pairs`(seed: UInt64) throws {
    let (ins, outs) = Self.scores(seed)
    let detection = try Detection(in: ins, out: outs)
    var half = 0.0
    var strict = 0.0
    for a in ins {
      for b in outs {
        half += a > b ? 1 : a == b ? 0.5 : 0
        strict += a > b ? 1 : 0
      }
    }
    let pairs = Double(ins.count * outs.count)
    #expect(isClose(detection.auroc, half / pairs))
    #expect(isClose(detection.conservativeAUROC, strict / pairs))
  }

  @Test(arguments: 0..<60, [0.5, 0.95, 1.0])
  func `FPR is taken at the largest threshold that keeps the share`(
    seed: UInt64, rate: Double
  ) throws {
    let (ins, outs) = Self.scores(seed)
    let keeping = ins.filter { t in Double(ins.count { $0 >= t }) >= rate * Double(ins.count) }
    let threshold = try #require(keeping.max())
    let detection = try Detection(in: ins, out: outs)
    let expected = Double(outs.count { $0 >= threshold }) / Double(outs.count)
    #expect(detection.falsePositiveRate(keeping: rate) == expected)
    #expect(ins.count { $0 >= detection.threshold(keeping: rate) } == ins.count { $0 >= threshold })
  }

  @Test(arguments: 0..<60) func `average precision sums precision over recall steps, both ways`(
    seed: UInt64
  ) throws {
    let (ins, outs) = Self.scores(seed)
    func average(_ positive: [Double], _ negative: [Double]) -> Double {
      var sum = 0.0
      var before = 0.0
      for t in Set(positive + negative).sorted(by: >) {
        let hits = Double(positive.count { $0 >= t })
        let all = hits + Double(negative.count { $0 >= t })
        sum += (hits - before) / Double(positive.count) * hits / all
        before = hits
      }
      return sum
    }
    let detection = try Detection(in: ins, out: outs)
    #expect(isClose(detection.auprIn, average(ins, outs)))
    #expect(isClose(detection.auprOut, average(outs.map(-), ins.map(-))))
    #expect(detection.outShare == Double(outs.count) / Double(ins.count + outs.count))
  }

  @Test(arguments: 0..<30) func `exchanging in and out mirrors AUROC`(seed: UInt64) throws {
    let (ins, outs) = Self.scores(seed)
    let forth = try Detection(in: ins, out: outs).auroc
    let back = try Detection(in: outs, out: ins).auroc
    #expect(isClose(forth + back, 1))
  }

  @Test func `a monotone change of the score changes nothing`() throws {
    let (ins, outs) = Self.scores(2)
    let a = try Detection(in: ins, out: outs)
    let b = try Detection(in: ins.map { $0 * $0 * $0 + 5 }, out: outs.map { $0 * $0 * $0 + 5 })
    #expect(a.auroc == b.auroc && a.auprIn == b.auprIn && a.auprOut == b.auprOut)
    #expect(a.falsePositiveRate() == b.falsePositiveRate())
  }

  @Test func `empty sets and NaN are refused`() {
    #expect(throws: EvaluationError.noSamples(set: "the OOD set")) { try Detection(in: [1], out: []) }
    #expect(throws: EvaluationError.noSamples(set: "the in-distribution set")) {
      try Detection(in: [], out: [1])
    }
    #expect(throws: EvaluationError.self) { try Detection(in: [.nan], out: [1]) }
  }
}
