import ScrupleData

extension Recipe {
  /// Reads `interval: {lambda, warmup, epsilon, ramp, noise: {kinds, rows}, boxes}`.
  static func interval(_ top: RecipeSection, isTabular: Bool) throws(RecipeError) -> Interval? {
    let known = ["lambda", "warmup", "epsilon", "ramp", "noise", "boxes"]
    guard let section = try top.section("interval", known: known) else { return nil }
    let noise = try section.section("noise", known: ["kinds", "rows"])
    let boxes = try boxes(section)
    // Boxes alone need no noise; with nothing said there are balls around uniform noise.
    let kinds: [NoiseKind] =
      try noise?.words("kinds", default: [.uniform]) ?? (boxes.isEmpty ? [.uniform] : [])
    for kind in kinds where isTabular ? kind.isForImagesOnly : kind == .far {
      throw (noise ?? section).conflict(
        "kinds", "\(kind.rawValue) noise is only for \(isTabular ? "images" : "tables")")
    }
    if kinds.isEmpty, section.has("epsilon") {
      throw section.conflict("epsilon", "without noise there are no balls; boxes have their own ends")
    }
    return Interval(
      lambda: try section.number("lambda", from: 0, to: 1e3, default: 1),
      warmup: try section.integer("warmup", in: 0...1_000_000, default: 0),
      epsilon: try section.number("epsilon", from: 0, to: 1e3, default: 0.01),
      ramp: try section.integer("ramp", in: 0...1_000_000, default: 0), kinds: kinds,
      rows: try noise?.integer("rows", in: 1...65_536, default: 16) ?? 16, boxes: boxes)
  }

  /// `boxes: [[96, 160]]`: ranges that every byte of an input may be anywhere in.
  private static func boxes(_ section: RecipeSection) throws(RecipeError) -> [ClosedRange<UInt8>] {
    let expected = "a list of [low, high] with bytes 0 ≤ low ≤ high ≤ 255"
    guard let nodes = try section.list("boxes", expected: expected) else { return [] }
    var boxes: [ClosedRange<UInt8>] = []
    for node in nodes {
      guard case .sequence(let ends) = node, ends.count == 2,
        let low = ends[0].int.flatMap(UInt8.init(exactly:)),
        let high = ends[1].int.flatMap(UInt8.init(exactly:)),
        low <= high
      else {
        throw .wrongValue(
          file: section.file, line: RecipeSection.line(of: node), key: section.name("boxes"),
          expected: expected, found: RecipeSection.text(of: node))
      }
      boxes.append(low...high)
    }
    return boxes
  }
}
