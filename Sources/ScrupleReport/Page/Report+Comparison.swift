import ScrupleEvaluation

extension Report {
  /// The page of `scruple compare`: summary, checks, tables and pictures of one comparison.
  ///
  /// - Parameters:
  ///   - comparison: the figures.
  ///   - sets: the tables they were measured on, the in-distribution set first.
  ///   - facts: command, seed, versions, checksums.
  ///   - live: a section to play with; it comes first.
  ///   - extra: sections of the caller's own, such as the maps of a problem in the plane; after the tables.
  public init(
    title: String, comparison: Comparison, sets: [ComparedSet],
    facts: [(name: String, value: String)] = [], live: Section? = nil, extra: [Section] = []
  ) throws(ReportError) {
    var sections = live.map { [$0] } ?? []
    sections.append(
      Section(title: "On \(comparison.data)", blocks: [.table(comparison.dataTable)]))
    if !comparison.ood.isEmpty {
      var blocks: [Block] = [.table(comparison.oodTable), .table(comparison.scoreTable)]
      if let table = comparison.thresholdTable { blocks.append(.table(table)) }
      sections.append(Section(title: "Out of distribution", blocks: blocks))
    }
    sections += extra
    sections.append(
      Section(title: "Pictures", blocks: try Figures.comparison(sets).map { .figure($0) }))
    sections.append(Section(title: "How to read this", blocks: Self.glossary))
    self.init(
      title: title, summary: comparison.sentences, facts: facts, checks: comparison.checks,
      sections: sections)
  }

  private static let glossary: [Block] = [
    .details(
      title: "What the words mean",
      paragraphs: [
        "Confidence: the largest softmax probability. Float: the model in real arithmetic. int8: the program as the device runs it, bit for bit. Both are asked about the same inputs: the 256 steps per value that the device reads.",
        "Drift: how far a confidence moves from float to int8. Largest |Δp|: the same for any class's probability.",
        "MMC: mean maximal confidence. AUROC: how often an in-distribution sample gets a higher score than an OOD sample; a tie counts one half (in the column “ties lost”: nothing). FPR@95: the share of OOD samples above the threshold that keeps 95 % of the in-distribution samples.",
        "ECE: mean distance between confidence and accuracy over 15 bins of equal mass. NLL: mean −log of the true class's probability, in nats, at least 2⁻³² each. Brier: mean squared error of the probabilities. AURC: area under the risk–coverage curve.",
        "Bracket: an interval that the device returns with each confidence. With a certified gap c the float model's probability lies in it for every input; a violation would refute the certificate.",
      ])
  ]
}

extension Figures {
  /// The pictures of a comparison: scatter, histograms, what thresholds carry over, reliability.
  ///
  /// - Parameter sets: the in-distribution set first.
  public static func comparison(_ sets: [ComparedSet]) throws(ReportError) -> [Figure] {
    guard let data = sets.first else { return [] }
    let groups = sets.map { set in
      ScatterGroup(
        name: set.name, int8: set.int8.confidences,
        float: set.int8.decisions.enumerated().map {
          set.float.probability(of: $0.element, sample: $0.offset)
        })
    }
    func panel(
      _ title: String, _ side: KeyPath<ComparedSet, Predictions>
    ) -> (title: String, data: ConfidenceGroup, ood: [ConfidenceGroup]) {
      let all = sets.map { ConfidenceGroup(name: $0.name, confidences: $0[keyPath: side].confidences) }
      return (title, all[0], Array(all.dropFirst()))
    }
    var figures = [
      try confidenceScatter(groups, gap: data.int8.device?.gap),
      try confidenceHistograms([panel("Float", \.float), panel("int8", \.int8)]),
    ]
    // A gap above 5 promises hardly anything about a probability.
    if let gap = data.int8.device?.gap, gap < 5 {
      figures.append(try thresholdTransfer([TransferCurve(name: "every input", gap: gap)], samples: groups))
    }
    if let float = data.float.correct, let int8 = data.int8.correct {
      figures.append(
        try reliability([
          ("float", data.float.confidences, float), ("int8", data.int8.confidences, int8),
        ]))
    }
    return figures
  }
}
