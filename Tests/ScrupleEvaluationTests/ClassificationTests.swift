import Foundation
import Testing

@testable import ScrupleEvaluation

@Suite struct ClassificationTests {
  @Test(arguments: 0..<20) func `accuracy, MMC, NLL, Brier are their definitions`(seed: UInt64) throws {
    let table = try randomTable(37, 4, steps: seed % 2 == 0 ? 5 : nil, seed: seed)
    let labels = try #require(table.labels)
    var right = 0.0
    var sure = 0.0
    var nll = 0.0
    var brier = 0.0
    for i in 0..<table.count {
      let row = Array(table.row(i))
      let top = try #require(row.max())
      right += row.firstIndex(of: top) == labels[i] ? 1 : 0
      sure += top
      nll -= log(max(row[labels[i]], pow(2, -32)))
      for k in 0..<4 { brier += pow(row[k] - (k == labels[i] ? 1 : 0), 2) }
    }
    let n = Double(table.count)
    #expect(isClose(try #require(table.accuracy), right / n))
    #expect(isClose(table.meanMaximalConfidence, sure / n))
    #expect(isClose(try #require(table.negativeLogLikelihood), nll / n))
    #expect(isClose(try #require(table.brierScore), brier / n))
  }

  @Test func `metrics that need labels are nil without them`() throws {
    let table = try Predictions(probabilities: [0.5, 0.5], classCount: 2)
    #expect(table.accuracy == nil && table.negativeLogLikelihood == nil && table.brierScore == nil)
    #expect(try table.reliability() == nil)
    #expect(table.decisions == [0], "a tie goes to the first class")
  }

  @Test func `scores are oriented so that more means in`() throws {
    let sure = [0.9, 0.05, 0.05]
    let unsure = [0.4, 0.3, 0.3]
    let table = try Predictions(probabilities: sure + unsure, classCount: 3, energies: [7, 1])
    for score in Score.allCases {
      let values = try #require(table.values(of: score))
      #expect(values[0] > values[1], "\(score)")
    }
    let entropy = try #require(table.values(of: .entropy))
    #expect(isClose(entropy[1], 0.4 * log(0.4) + 0.6 * log(0.3)))
    #expect(isClose(try #require(table.values(of: .margin))[0], 0.85))
  }

  @Test func `fixed-point probabilities are exact`() throws {
    let device = DeviceColumns(
      decisions: [1], lower: [0], upper: [1 << 31], accepted: [false], gap: nil)
    let table = try Predictions(fixedPoint: [1, (1 << 31) - 1], classCount: 2, device: device)
    #expect(table.probabilities == [pow(2, -31), 1 - pow(2, -31)])
    #expect(table.confidences == [1 - pow(2, -31)])
  }

  @Test func `a table refuses what is not a table`() {
    #expect(throws: EvaluationError.tooFewClasses(1)) { try Predictions(probabilities: [1], classCount: 1) }
    #expect(throws: EvaluationError.self) { try Predictions(probabilities: [1, 0, 1], classCount: 2) }
    #expect(throws: EvaluationError.self) { try Predictions(probabilities: [.nan, 0], classCount: 2) }
    #expect(throws: EvaluationError.notAProbability(sample: 0, class: 1, value: 1.5)) {
      try Predictions(probabilities: [0, 1.5], classCount: 2)
    }
    #expect(throws: EvaluationError.labelOutOfRange(sample: 0, label: 2, classCount: 2)) {
      try Predictions(probabilities: [0, 1], classCount: 2, labels: [2])
    }
    #expect(throws: EvaluationError.self) {
      try Predictions(probabilities: [0, 1], classCount: 2, labels: [0, 1])
    }
    #expect(throws: EvaluationError.self) {
      try Predictions(probabilities: [0, 1], classCount: 2, energies: [.infinity])
    }
  }

  @Test func `batches join to the whole`() throws {
    let whole = try randomTable(20, 3, seed: 8)
    func part(_ r: Range<Int>) throws -> Predictions {
      try Predictions(
        probabilities: Array(whole.probabilities[r.lowerBound * 3..<r.upperBound * 3]), classCount: 3,
        labels: whole.labels.map { Array($0[r]) }, energies: whole.energies.map { Array($0[r]) })
    }
    #expect(try Predictions.joined([part(0..<7), part(7..<8), part(8..<20)]) == whole)
  }
}
