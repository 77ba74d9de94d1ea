import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport

/// The page of `scruple fool`.
struct FoolReport {
  let fooling: Fooling
  let tables: FoolTables
  let input: InputDescription

  func page(seed: UInt64, leftOut: [String: String]) throws -> Report {
    var sections = [
      Report.Section(
        title: "Success rates",
        blocks: [.table(tables.rates), .table(tables.confidences)]
          + (leftOut.isEmpty
            ? []
            : [
              .text(
                "Left out: "
                  + leftOut.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(
                    separator: ", ") + ".")
            ]))
    ]
    let galleries = try galleries()
    if !galleries.isEmpty { sections.append(Report.Section(title: "Finds", blocks: galleries)) }
    if !tables.surveys.isEmpty { sections.append(try .farAway(tables.surveys)) }
    sections.append(
      Report.Section(
        title: "The attacks",
        blocks: [
          .details(
            title: "What each of them does",
            paragraphs: AttackKind.allCases.map { "\($0.rawValue): \($0.summary)." })
        ]))
    return Report(
      title: "Fooling " + tables.models.map(\.name).joined(separator: ", "), kicker: "scruple fool",
      summary: [
        "\(fooling.count) starts for each attack, at most \(fooling.budget) questions for each start. Where there should be doubt, "
          + "a find has a confidence of at least \(fooling.confidence); data counts as fooled when it is classified wrongly."
      ],
      facts: [
        ("command", commandLine), ("scruple", toolVersion), ("seed", "\(seed)"), ("data", fooling.data.name),
      ],
      checks: checks, sections: sections)
  }

  /// The theorem holds on every ray.
  var checks: [Check] {
    let checked = tables.surveys.reduce(0) { $0 + $1.checked }
    guard checked > 0 else { return [] }
    let confirmed = tables.surveys.reduce(0) { $0 + $1.confirmed }
    return [Check("rays that do not end as predicted", Double(checked - confirmed), .atMost, 0)]
  }

  /// `Coat` for `fashion-mnist 17 (Coat)`, and other starts as they are.
  private func origin(_ find: FoolFind) -> String {
    guard let open = find.start.lastIndex(of: "("), find.start.hasSuffix(")") else { return find.start }
    return String(find.start[find.start.index(after: open)...].dropLast())
  }

  /// The first finds of every attack on every model: one gallery for each model.
  private func galleries() throws -> [Report.Block] {
    guard case .image(let height, let width, _) = input.kind else { return [] }
    var blocks: [Report.Block] = []
    for model in tables.models {
      for side in ModelSide.allCases {
        var items: [GalleryItem] = []
        for outcome in tables.outcomes where outcome.model == model.name && outcome.side == side {
          for find in outcome.finds.filter(\.isFound).prefix(2) {
            let answers = [("float", find.float), ("int8", find.int8)].compactMap { name, answer in
              answer.map { "\(name): \(fixed($0.confidence, 3)) \($0.label)" }
            }
            items.append(
              GalleryItem(
                height: height, width: width, pixels: find.input,
                lines: [outcome.title, "from " + origin(find)] + answers))
          }
        }
        guard !items.isEmpty else { continue }
        blocks.append(
          .figure(
            try Figures.gallery(
              items, name: "finds-\(model.name)-\(side.rawValue)", title: "\(model.name), \(side.rawValue)",
              caption:
                "Up to two finds of each attack on the \(side.rawValue) form of \(model.name), and what both forms say."
            )))
      }
    }
    return blocks
  }
}
