import ScrupleEvaluation

extension Table {
  /// Far rays: a row for the float form of each model, and one for its int8 program.
  public init(_ surveys: [RaySummary]) {
    self.init(
      name: "rays",
      caption:
        "Far rays x + α·d, through data (α = 1) and in random directions: the median of the first α with a "
        + "confidence, and where rays end",
      columns: [
        Column("model", isNumeric: false), Column("form", isNumeric: false), Column("α to 95 %"),
        Column("to 99 %"), Column("to 99.9 %"), Column("ever 99.9 %"), Column("median", group: "highest"),
        Column("of all", group: "highest"), Column("limit"), Column("pieces"), Column("end as predicted"),
        Column("saturates at α"), Column("inputs tried"),
      ],
      rows: surveys.flatMap { survey in
        [
          survey.float.map { Self.row(survey, "float", $0.reach, Self.ends(survey, $0)) },
          survey.int8.map { Self.row(survey, "int8", $0.reach, Self.ends($0)) },
        ].compactMap(\.self)
      })
  }

  private static func row(
    _ survey: RaySummary, _ form: String, _ reach: RaySummary.Reach, _ ends: [Cell]
  ) -> [Cell] {
    let share = reach.shares.last ?? 0
    return [Cell(survey.model), Cell(form)]
      + reach.medianCrossings.map { $0.map(Cell.brief) ?? Cell("never", .muted) }
      + [
        Cell(Numbers.percent(share, decimals: 0), value: share), Cell.four(reach.medianHighest),
        Cell.four(reach.highest),
      ]
      + ends
  }

  /// What only the float form has.
  private static func ends(_ survey: RaySummary, _ float: RaySummary.FloatSide) -> [Cell] {
    [
      float.limit.map(Cell.four) ?? none, float.pieces.map { Cell.count(Int($0)) } ?? none,
      survey.checked > 0 ? Cell("\(survey.confirmed)/\(survey.checked)") : none, none, none,
    ]
  }

  /// What only the program has.
  private static func ends(_ int8: RaySummary.DeviceSide) -> [Cell] {
    let all = int8.tried == int8.inputs ? "all " : ""
    return [
      none, none, none, .brief(int8.saturates),
      Cell(all + Numbers.grouped(int8.tried), value: Double(int8.tried)),
    ]
  }

  private static let none = Cell("", .muted)
}

extension Report.Section {
  /// What models say far away: the table of their rays, and float confidence along them.
  public static func farAway(_ surveys: [RaySurvey]) throws(ReportError) -> Report.Section {
    let profiles = surveys.compactMap { survey in survey.profile.map { (survey.model, $0) } }
    return Report.Section(
      title: "Far away",
      blocks: [
        .table(Table(surveys.map(RaySummary.init))),
        .text(
          "Along a ray a network of dense layers with piecewise linear activations is linear in the end. The class "
            + "with the largest slope in that last piece must win, and becomes certain if no other has its slope; with "
            + "clipped activations all slopes end at 0, and the confidence at a limit. Of networks of dense layers both "
            + "are computed, and compared with the network far out. On the device every byte saturates in the end: the "
            + "ray is a finite list of inputs, and all are tried."
        ),
      ] + (profiles.isEmpty ? [] : [.figure(try Figures.rays(profiles))]))
  }
}
