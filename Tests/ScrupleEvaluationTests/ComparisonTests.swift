import Foundation
import Testing

@testable import ScrupleEvaluation

@Suite struct ComparisonTests {
  /// An int8 twin of a table: probabilities rounded to Q1.31 after a small change, brackets of a given gap.
  static func int8(of float: Predictions, gap: Double?, change: Double = 0.01, seed: UInt64) throws
    -> Predictions
  {
    var random = Random(seed)
    let k = float.classCount
    var fixed: [UInt32] = []
    var device = DeviceColumns(decisions: [], lower: [], upper: [], accepted: [], gap: gap)
    for sample in 0..<float.count {
      let raw = float.row(sample).map { $0 * exp(Double.random(in: -change...change, using: &random)) }
      let sum = raw.reduce(0, +)
      let row = raw.map { UInt32($0 / sum * 0x1p31) }
      let top = row.indices.max { row[$0] < row[$1] || (row[$0] == row[$1] && $0 > $1) } ?? 0
      let p = Double(row[top]) * 0x1p-31
      let e = exp(gap ?? .infinity)
      device.decisions.append(top)
      device.lower.append(gap == nil ? 0 : UInt32((p / (p + (1 - p) * e) * 0x1p31).rounded(.down)))
      device.upper.append(gap == nil ? 1 << 31 : UInt32((p * e / (p * e + 1 - p) * 0x1p31).rounded(.up)))
      device.accepted.append(p >= 0.5)
      fixed += row
    }
    return try Predictions(
      fixedPoint: fixed, classCount: k, device: device, labels: float.labels, energies: float.energies)
  }

  static func sets(gap: Double?, change: Double = 0.01) throws -> (data: ComparedSet, ood: [ComparedSet]) {
    func set(_ name: String, _ seed: UInt64, labelled: Bool) throws -> ComparedSet {
      let float = try randomTable(200, 3, seed: seed)
      let table = try Predictions(
        probabilities: float.probabilities, classCount: 3, labels: labelled ? float.labels : nil,
        energies: float.energies)
      return ComparedSet(
        name: name, float: table, int8: try int8(of: table, gap: gap, change: change, seed: seed + 1),
        original: table)
    }
    return (
      try set("data", 1, labelled: true),
      try [set("noise", 5, labelled: false), set("rays", 9, labelled: false)]
    )
  }

  @Test func `drift is its definition`() throws {
    let (data, _) = try Self.sets(gap: 0.05)
    let drift = try Drift(data.float, data.int8, set: "data")
    let changes = zip(data.float.confidences, data.int8.confidences).map { abs($0 - $1) }
    #expect(drift.confidence.max == changes.max())
    #expect(isClose(drift.confidence.mean, changes.reduce(0, +) / 200))
    #expect(changes[drift.worstSample] == changes.max())
    let all = zip(data.float.probabilities, data.int8.probabilities).map { abs($0 - $1) }
    #expect(drift.maxProbabilityDifference == all.max())
    let same = zip(data.float.decisions, data.int8.decisions).count { $0 == $1 }
    #expect(drift.agreement == Double(same) / 200)
  }

  @Test func `a classifier against itself does not drift`() throws {
    let table = try randomTable(50, 4, seed: 3)
    let drift = try Drift(table, table, set: "data")
    #expect(drift.agreement == 1 && drift.confidence.max == 0 && drift.maxProbabilityDifference == 0)
  }

  @Test func `a true gap has no bracket violations and a false one has`() throws {
    // Probabilities changed by factors in e^±0.01: logit differences move by at most 0.02.
    let (data, ood) = try Self.sets(gap: 0.0201)
    let held = try Comparison(data: data, ood: ood)
    #expect(held.bracketViolations == 0)
    #expect(held.holds)
    #expect(held.bracket.certifiedDrift == tanh(0.0201 / 4))
    let (badData, badOOD) = try Self.sets(gap: 0.005)
    let broken = try Comparison(data: badData, ood: badOOD)
    let counted = ([badData] + badOOD).reduce(0) { total, set in
      let device = set.int8.device!
      return total
        + (0..<200).count { i in
          let p = set.float.probability(of: device.decisions[i], sample: i)
          return p < Double(device.lower[i]) / pow(2, 31) || p > Double(device.upper[i]) / pow(2, 31)
        }
    }
    #expect(broken.bracketViolations == counted && counted > 0)
    #expect(!broken.holds)
  }

  @Test func `without a gap the bracket is everything and holds`() throws {
    let (data, ood) = try Self.sets(gap: nil)
    let comparison = try Comparison(data: data, ood: ood)
    #expect(comparison.bracketViolations == 0)
    #expect(comparison.bracket.gap == nil && comparison.bracket.meanWidth == 1)
  }

  @Test func `the JSON has the promised keys`() throws {
    let (data, ood) = try Self.sets(gap: 0.05)
    let options = ComparisonOptions(maximumDrift: 0.02, maximumAccuracyLoss: 0.01, maximumAUROCDrift: 0.01)
    let comparison = try Comparison(data: data, ood: ood, options: options)
    let encoded = try JSONEncoder().encode(comparison)
    #expect(try JSONDecoder().decode(Comparison.self, from: encoded) == comparison)
    let json = try #require(try JSONSerialization.jsonObject(with: encoded) as? [String: Any])
    #expect(json["samples"] as? Int == 200)
    #expect(json["agreement"] is Double)
    #expect(json["bracketViolations"] as? Int == 0)
    #expect(json["maxProbabilityDifference"] is Double)
    for key in ["accuracy", "ece", "nll", "brier", "mmc"] {
      let sides = try #require(json[key] as? [String: Any])
      #expect(Set(sides.keys) == ["float", "int8"])
    }
    let drift = try #require(json["confidenceDrift"] as? [String: Any])
    #expect(Set(drift.keys) == ["max", "mean"])
    let sets = try #require(json["ood"] as? [String: [String: Any]])
    #expect(Set(sets.keys) == ["noise", "rays"])
    for set in sets.values {
      for key in ["auroc", "fpr95", "mmc"] {
        #expect(Set(try #require(set[key] as? [String: Any]).keys) == ["float", "int8"])
      }
      #expect(Set(try #require(set["scores"] as? [String: Any]).keys) == Set(Score.allCases.map(\.rawValue)))
    }
    let checks = try #require(json["checks"] as? [[String: Any]])
    #expect(checks.count == 5)
    for check in checks {
      #expect(check["name"] is String && check["bound"] is Double && check["value"] is Double)
      #expect(check["holds"] is Bool)
    }
  }

  @Test func `a bound that is passed fails its check and only that`() throws {
    let (data, ood) = try Self.sets(gap: 0.05)
    let drift = try Comparison(data: data, ood: ood).worst.confidenceDrift
    for (bound, holds) in [(drift, true), (drift.nextDown, false)] {
      let comparison = try Comparison(
        data: data, ood: ood, options: ComparisonOptions(maximumDrift: bound, minimumAgreement: 0))
      #expect(comparison.holds == holds)
      #expect(comparison.checks.count { !$0.holds } == (holds ? 0 : 1))
    }
    #expect(!Check("nothing", .nan, .atMost, 1).holds)
    #expect(!Check("nothing", .nan, .atLeast, 1).holds)
  }

  @Test func `what does not belong together is refused`() throws {
    let (data, ood) = try Self.sets(gap: nil)
    #expect(throws: EvaluationError.duplicateSet("noise")) {
      try Comparison(data: data, ood: [ood[0], ood[0]])
    }
    let short = try randomTable(3, 3, seed: 1)
    #expect(throws: EvaluationError.differentSamples(set: "x", float: 200, int8: 3)) {
      try Comparison(data: ComparedSet(name: "x", float: data.float, int8: short))
    }
    let wide = try randomTable(200, 4, seed: 1)
    #expect(throws: EvaluationError.differentClasses(set: "x", expected: 3, actual: 4)) {
      try Comparison(data: ComparedSet(name: "x", float: data.float, int8: wide))
    }
  }
}
