import ScrupleData
import ScrupleEvaluation
import ScrupleReport

extension SheetMusicDemo {
  /// The page: the models to play with, the table, and what the plain network is surest of on each unseen kind.
  func report(_ tested: [Tested], _ pictures: Pictures, table: Table, checks: [Check]) throws -> Report {
    let (plain, best) = (tested[0], tested[tested.count - 1])
    var galleries: [Report.Block] = []
    var samples: [LivePart.Sample] = []
    for (kind, set) in zip(SheetMusicDemo.kinds, pictures.unseen) {
      let worst = try surest(plain, of: set, count: 8)
      galleries.append(.figure(try gallery(worst, kind: kind, set: set, answeredBy: [plain, best])))
      if let first = worst.first {
        samples.append(LivePart.Sample(name: kind, pixels: try pixels(first, of: set)))
      }
    }
    var part = try LivePart(
      models: [plain, best].map { LivePart.Model(title: $0.title, program: $0.file.bytes, twin: $0.twin) },
      data: pictures.test)
    part.samples = part.samples.reversed() + samples
    return Report(
      title: "Is it sheet music?", kicker: "scruple demo sheet-music",
      summary: [
        "A threshold with 99 % precision on validation pictures says little about pictures of other kinds: the plain network takes "
          + "many of them for sheet music, and is sure of it.",
        "Low confidence on noise (CEDA, ACET) does not help against pictures with structure. What helps is to train on what is almost "
          + "sheet music but not: lines or notes, not both. None of the unseen kinds is among that.",
      ],
      facts: [("command", "scruple demo sheet-music"), ("scruple", toolVersion)]
        + tested.map { ($0.title, "models/\($0.name), \($0.twin.checksumText.prefix(16))…") },
      checks: checks,
      sections: [
        Report.Section(
          title: "Play with it",
          blocks: [
            .text("Begin with a picture, and draw or turn up the noise until it is no sheet music any more."),
            .live(part),
          ]),
        Report.Section(title: "In the open world", blocks: [.table(table)]),
        Report.Section(title: "What the plain network is surest of", blocks: galleries),
      ])
  }

  /// The samples of a set that a model is surest are sheet music.
  private func surest(_ model: Tested, of set: Dataset, count: Int) throws -> [Int] {
    let answers = try model.file.classifier().predictions(for: set)
    guard let k = model.file.program.metadata.labels.firstIndex(of: SheetMusicDemo.label) else { return [] }
    let scores = (0..<set.count).map { answers.probability(of: k, sample: $0) }
    return Array(scores.indices.sorted { scores[$0] > scores[$1] }.prefix(count))
  }

  private func gallery(
    _ samples: [Int], kind: String, set: Dataset, answeredBy models: [Tested]
  ) throws -> Figure {
    let selected = set.selecting(samples)
    let answers = try models.map { try $0.file.classifier().predictions(for: selected) }
    let size = models[0].twin.input.imageShape
    return try Figures.gallery(
      try samples.enumerated().map { row, sample in
        GalleryItem(
          height: size?.height ?? 0, width: size?.width ?? 0, pixels: try pixels(sample, of: set),
          lines: zip(models, answers).map { model, answer in
            let isMusic = model.twin.labels[answer.decisions[row]] == SheetMusicDemo.label
            return "\(model.title): \(isMusic ? "music" : "not"), \(fixed(answer.confidences[row], 3))"
          })
      }, name: "unseen-\(kind)", title: "Unseen: \(kind)",
      caption:
        "The pictures of this kind that the plain int8 network is surest are sheet music, and what both say.")
  }

  private func pixels(_ sample: Int, of set: Dataset) throws -> [UInt8] {
    guard case .bytes(let bytes) = set.selecting([sample]).samples else {
      throw Failure(.badData, "\(set.name): it holds no images")
    }
    return bytes
  }
}
