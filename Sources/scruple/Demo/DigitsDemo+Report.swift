import ScrupleData
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport

extension DigitsDemo {
  /// The page: the plane of the two hidden numbers, and images made by going backwards.
  func report(
    _ fooled: [Fooled], _ model: DemoModel, _ device: OnDevice, table: Table, test: Dataset, checks: [Check]
  ) throws -> Report {
    var maps: [Report.Block] = []
    var galleries: [Report.Block] = []
    for network in fooled {
      maps.append(.figure(try map(network, test)))
      galleries.append(
        .figure(
          try gallery(
            network.backwards, name: "backwards-\(network.title)", title: "Backwards through \(network.title)"
          )))
    }
    galleries.append(
      .figure(
        try gallery(device.backwards, name: "backwards-int8", title: "Backwards through ReLU, judged by int8")
      ))
    return Report(
      title: "Digits, backwards", kicker: "scruple demo digits",
      summary: [
        "A network that tells four digits apart through two numbers can be asked where in that plane it is surest, and gone "
          + "through backwards to an image that leads there. The image looks like what one began with: noise, or nothing.",
        "The int8 program of the ReLU network is fooled by the same images: quantization doesn't cure overconfidence.",
      ],
      facts: [("command", "scruple demo digits"), ("scruple", toolVersion)]
        + fooled.map { ($0.title, "seed \($0.record.seed), model \($0.record.model.prefix(16))…") },
      checks: checks,
      sections: [
        Report.Section(title: "Accuracy, and images made up", blocks: [.table(table)]),
        Report.Section(title: "The plane of the two hidden numbers", blocks: maps),
        Report.Section(title: "Images made by inversion", blocks: galleries),
      ])
  }

  /// Decisions over the hidden plane, with test digits and one made-up image of each class.
  private func map(_ fooled: Fooled, _ test: Dataset) throws -> Figure {
    guard let plane = HiddenPlane(fooled.network), let labels = test.labels else {
      throw Failure(.badData, "\(fooled.title): the hidden layer is no plane")
    }
    let count = min(test.count, 500)
    let digits = plane.points(of: try test.quantized(0..<count, for: fooled.network.input))
    var notes: [PlaneNote] = []
    for find in fooled.backwards.finds
    where find.isFound && !notes.contains(where: { $0.text.hasPrefix(find.goal) }) {
      guard let point = plane.points(of: find.input).first else { continue }
      notes.append(
        PlaneNote(x: point.x, y: point.y, text: "\(find.goal): \(fixed(find.float?.confidence ?? 0, 3))"))
    }
    func range(_ values: [Double]) -> ClosedRange<Double> {
      let (low, high) = (values.min() ?? 0, values.max() ?? 1)
      let margin = max(0.25 * (high - low), 0.1)
      return low - margin...high + margin
    }
    let grid = PlaneGrid(
      x: range(digits.map(\.x) + notes.map(\.x)), y: range(digits.map(\.y) + notes.map(\.y)))
    return try Figures.decisionMap(
      [
        PlanePanel(title: fooled.title, probabilities: plane.probabilities(at: grid.inputs), notes: notes)
      ], grid: grid, classNames: fooled.network.labels, axes: ("first hidden number", "second hidden number"),
      points: PlanePoints(x: digits.map(\.x), y: digits.map(\.y), labels: Array(labels.prefix(count))),
      name: "hidden-\(fooled.title)", title: "What two numbers say: \(fooled.title)",
      caption:
        "Every image is a point here. Signs are test digits; crosses with a text are images that were made by going backwards."
    )
  }

  /// Two images of each class from noise, and one from nothing.
  private func gallery(_ outcome: FoolOutcome, name: String, title: String) throws -> Figure {
    var items: [GalleryItem] = []
    for start in ["noise", "blank"] {
      for goal in ["0", "1", "2", "3"] {
        // From an empty image there is but one way.
        let finds = outcome.finds.filter { $0.start.hasPrefix(start) && $0.goal == goal }
        for find in finds.prefix(start == "blank" ? 1 : 2) {
          let answers = [("float", find.float), ("int8", find.int8)].compactMap { name, answer in
            answer.map { "\(name): \($0.label), \(fixed($0.confidence, 4))" }
          }
          items.append(
            GalleryItem(
              height: 28, width: 28, pixels: find.input, lines: ["\(goal), from \(start)"] + answers))
        }
      }
    }
    return try Figures.gallery(
      items, name: name, title: title,
      caption: "The class that was aimed at, what the image was before, and what the network says.")
  }
}
