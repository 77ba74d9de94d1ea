import ScrupleEvaluation

/// A comparison in words and tables; the command line prints the same ones.
extension Comparison {
  /// What came out, in plain sentences.
  public var sentences: [String] {
    var first = "On \(data) (\(Numbers.grouped(samples)) samples) float and int8 decide alike in "
    first += "\(Numbers.percent(agreement, decimals: 2)) of the cases"
    if let accuracy {
      first += "; the accuracy is \(Numbers.percent(accuracy.float, decimals: 2)) in float and "
      first += "\(Numbers.percent(accuracy.int8, decimals: 2)) on the device"
    }
    first += ". A confidence moves by \(Numbers.brief(confidenceDrift.mean)) on average and by "
    first += "\(Numbers.brief(confidenceDrift.max)) at most."
    var result = [first]
    if !oodOrder.isEmpty {
      var text = "Over all sets the largest drift is \(Numbers.brief(worst.confidenceDrift)) "
      text += "(\(worst.confidenceDriftSet))"
      if let drift = worst.aurocDrift { text += ", and no AUROC moves by more than \(Numbers.brief(drift))" }
      result.append(text + ".")
    }
    if let certified = bracket.certifiedDrift, let gap = bracket.gap {
      let verdict =
        bracketViolations == 0
        ? "No sample contradicts it."
        : "\(bracketViolations) samples contradict it: the certificate is wrong."
      result.append(
        "Certified for every input: the gap is c = \(Numbers.brief(gap)), so no probability moves by more than "
          + "\(Numbers.brief(certified)). \(verdict)")
    } else {
      result.append(
        "The file carries no certified gap: the drifts here are observed on samples, and nothing is proven beyond them."
      )
    }
    return result
  }

  /// Metrics of the in-distribution set.
  public var dataTable: Table {
    func row(_ name: String, _ sides: Sides<Double>?, _ show: (Double) -> Table.Cell) -> [Table.Cell]? {
      sides.map { sides in
        let change = sides.int8 - sides.float
        return [
          Table.Cell(name), show(sides.float), show(sides.int8),
          Table.Cell((change > 0 ? "+" : "") + Numbers.brief(change, digits: 2), .muted, value: change),
        ]
      }
    }
    var rows = [
      row("accuracy", accuracy, Table.Cell.percent), row("mean confidence (MMC)", mmc, Table.Cell.four),
      row("calibration error (ECE)", ece, Table.Cell.four), row("NLL (nats)", nll, Table.Cell.four),
      row("Brier score", brier, Table.Cell.four), row("risk–coverage area (AURC)", aurc, Table.Cell.four),
    ].compactMap(\.self)
    rows.append([
      "distinct confidences", .count(distinctConfidences.float), .count(distinctConfidences.int8), "",
    ])
    rows.append(["agreement of decisions", "", .percent(agreement), ""])
    rows.append(["largest confidence drift", "", .brief(confidenceDrift.max), ""])
    rows.append(["mean confidence drift", "", .brief(confidenceDrift.mean), ""])
    rows.append(["largest |Δp| of any class", "", .brief(maxProbabilityDifference), ""])
    if let original {
      rows.append(["original float model: accuracy", original.accuracy.map(Table.Cell.percent) ?? "", "", ""])
      rows.append(["original float model: agreement", "", .percent(original.agreement), ""])
      rows.append(["original float model: largest drift", "", .brief(original.confidenceDrift.max), ""])
    }
    return Table(
      name: "data",
      columns: [
        Table.Column("figure", isNumeric: false), Table.Column("float"), Table.Column("int8"),
        Table.Column("int8 − float"),
      ], rows: rows)
  }

  /// One row per OOD set.
  public var oodTable: Table {
    func pair(_ group: String) -> [Table.Column] {
      [Table.Column("float", group: group), Table.Column("int8", group: group)]
    }
    let auroc = pair("AUROC") + [Table.Column("int8, ties lost", group: "AUROC")]
    return Table(
      name: "ood",
      caption:
        "By confidence. A high AUROC and a low FPR@95 mean that a threshold can tell the set from the data.",
      columns: [Table.Column("set", isNumeric: false), Table.Column("samples")] + auroc
        + pair("FPR@95") + pair("MMC") + [
          Table.Column("confidence", group: "largest drift"), Table.Column("|Δp|", group: "largest drift"),
          Table.Column("violations", group: "bracket"),
        ],
      rows: oodOrder.compactMap { name in
        ood[name].map { set in
          let auroc = [set.auroc.float, set.auroc.int8, set.aurocConservative.int8]
          let figures = auroc + [set.fpr95, set.mmc].flatMap { [$0.float, $0.int8] }
          return [Table.Cell(name), .count(set.samples)] + figures.map(Table.Cell.four) + [
            .brief(set.confidenceDrift.max), .brief(set.maxProbabilityDifference),
            Table.Cell("\(set.bracketViolations)", set.bracketViolations == 0 ? .plain : .bad),
          ]
        }
      })
  }

  /// AUROC by score, and average precision.
  public var scoreTable: Table {
    let scores = Score.allCases.filter { score in ood.values.contains { $0.scores[score.rawValue] != nil } }
    var columns = [Table.Column("set", isNumeric: false)]
    for score in scores {
      columns += [Table.Column("float", group: score.title), Table.Column("int8", group: score.title)]
    }
    columns += [
      Table.Column("float", group: "AUPR in"), Table.Column("int8", group: "AUPR in"),
      Table.Column("float", group: "AUPR out"), Table.Column("int8", group: "AUPR out"),
      Table.Column("by guessing", group: "AUPR out"),
    ]
    return Table(
      name: "scores",
      caption:
        "AUROC by other scores, and average precision (AUPR) with in or out as the positive class; by guessing, “out” reaches the share of OOD samples.",
      columns: columns,
      rows: oodOrder.compactMap { name in
        ood[name].map { set in
          var row = [Table.Cell(name)]
          for score in scores {
            let sides = set.scores[score.rawValue]
            row += [sides?.float, sides?.int8].map { $0.map(Table.Cell.four) ?? "–" }
          }
          let precisions = [set.auprIn, set.auprOut].flatMap { [$0.float, $0.int8] } + [set.outShare]
          return row + precisions.map(Table.Cell.four)
        }
      })
  }

  /// What a threshold keeps, and what is left of its precision among OOD samples; nil without a threshold.
  public var thresholdTable: Table? {
    guard let threshold else { return nil }
    func percent(_ v: Double?) -> Table.Cell { v.map(Table.Cell.percent) ?? "–" }
    var rows: [[Table.Cell]] = [
      [
        Table.Cell(data), percent(threshold.coverage.float), percent(threshold.coverage.int8),
        percent(threshold.precision?.float), percent(threshold.precision?.int8),
      ]
    ]
    for name in oodOrder {
      guard let set = ood[name] else { continue }
      rows.append([
        Table.Cell(name), percent(set.accepted?.float), percent(set.accepted?.int8),
        percent(set.mixedPrecision?.float), percent(set.mixedPrecision?.int8),
      ])
    }
    return Table(
      name: "threshold",
      caption:
        "At the threshold \(Numbers.brief(threshold.value, digits: 4)) (\(threshold.source)): how much of each set is answered, and how many answers are right when as many OOD as in-distribution samples come.",
      columns: [
        Table.Column("set", isNumeric: false), Table.Column("float", group: "answered"),
        Table.Column("int8", group: "answered"), Table.Column("float", group: "precision"),
        Table.Column("int8", group: "precision"),
      ], rows: rows)
  }
}

extension Table.Cell {
  /// A share in percent.
  static func percent(_ share: Double) -> Self { Self(Numbers.percent(share, decimals: 2), value: share) }

  /// Four decimals.
  static func four(_ value: Double) -> Self { Self(Numbers.fixed(value, decimals: 4), value: value) }

  /// As short as the size allows.
  static func brief(_ value: Double) -> Self { Self(Numbers.brief(value), value: value) }

  /// A whole number.
  static func count(_ count: Int) -> Self { Self(Numbers.grouped(count), value: Double(count)) }
}

extension Numbers {
  /// An integer with thin spaces between groups of three digits, from five digits on.
  static func grouped(_ n: Int) -> String {
    let digits = String(abs(n))
    guard digits.count > 4 else { return n < 0 ? "−\(digits)" : digits }
    var result = ""
    for (i, c) in digits.enumerated() {
      if i > 0, (digits.count - i) % 3 == 0 { result += "\u{2009}" }
      result.append(c)
    }
    return n < 0 ? "−" + result : result
  }
}
