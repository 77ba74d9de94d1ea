import Foundation

/// What was proved and what was found about the inputs around a list of samples, one box each.
public struct BoundGroup: Sendable, Equatable {
  /// What the legend calls it, such as the model's name.
  public var name: String
  /// How far each byte may move.
  public var radius: Int
  /// One proved bound of |p_int8 − p_float| for each box.
  public var bounds: [Double]
  /// The largest change that was seen in each box; as many as bounds.
  public var observed: [Double]

  /// Wraps its parts.
  public init(name: String, radius: Int, bounds: [Double], observed: [Double]) {
    self.name = name
    self.radius = radius
    self.bounds = bounds
    self.observed = observed
  }
}

extension Figures {
  /// Proved bounds against what attacks and samples found, a dot per box: over the boxes' radius, and one against the
  /// other. What was found can't be above the bound, or the proof is wrong; how far below it stays is the bound's slack
  /// and the attack's weakness together.
  public static func bounds(
    _ groups: [BoundGroup], name: String = "bounds", title: String = "Bounds against what was found"
  ) throws(ReportError) -> Figure {
    let groups = groups.sorted { ($0.radius, $0.name) < ($1.radius, $1.name) }
    try require(groups.contains { !$0.bounds.isEmpty }, name, "there are no boxes")
    for group in groups {
      try require(
        group.bounds.count == group.observed.count, name,
        "\(group.name) has \(group.bounds.count) bounds and \(group.observed.count) observations")
    }
    let plots = [overRadius(groups), boundAgainstFound(groups)]
    let violations = groups.reduce(0) { $0 + zip($1.bounds, $1.observed).count { $0 < $1 } }
    let medians = groups.map {
      "radius \($0.radius): median bound \(Numbers.brief(median($0.bounds))), found \(Numbers.brief(median($0.observed)))"
    }
    return Figure(
      name: name, title: title, panels: Plot.scenes(plots),
      caption: "A dot is everything around one sample, each byte moved by up to the radius. "
        + medians.joined(separator: "; ") + ". Found above its bound: \(violations).")
  }

  private static func overRadius(_ groups: [BoundGroup]) -> Plot {
    let radii = Array(Set(groups.map(\.radius))).sorted()
    // Radii stand at equal distances, whatever they are.
    func place(_ radius: Int) -> Double { Double(radii.firstIndex(of: radius) ?? 0) }
    var plot = Plot(
      title: "Over the radius",
      x: Axis(label: "radius (byte steps)", range: -0.5...Double(radii.count) - 0.5),
      y: Axis(label: "change of a probability", range: range(of: groups), scale: .logarithmic),
      areaHeight: 300)
    plot.x.names = radii.map(String.init)
    var medians: [(bound: Point, found: Point)] = []
    var dots: [(bound: [Point], found: [Point])] = groups.map { group in
      let count = Double(max(group.bounds.count, 2) - 1)
      func spread(_ values: [Double], _ side: Double) -> [Point] {
        // Sorted by height and strewn evenly in an order that repeats late, so that dots don't cover each other.
        values.enumerated().map { index, value in
          let shift = (Double(index) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
          return Point(place(group.radius) + side * (0.06 + 0.3 * (count > 1 ? shift : 0.5)), value)
        }
      }
      medians.append(
        (
          Point(place(group.radius) - 0.21, median(group.bounds)),
          Point(place(group.radius) + 0.21, median(group.observed))
        ))
      return (spread(group.bounds, -1), spread(group.observed, 1))
    }
    plot.addDots([
      (name: "proved", points: dots.flatMap(\.bound)), (name: "found", points: dots.flatMap(\.found)),
    ])
    dots.removeAll()
    for (index, points) in [medians.map(\.bound), medians.map(\.found)].enumerated() {
      let bars = points.map { [Point($0.x - 0.17, $0.y), Point($0.x + 0.17, $0.y)] }
      plot.add(.lines(bars, LineStyle(paint: .ink, width: 2)), index == 0 ? "median" : nil)
    }
    return plot
  }

  private static func boundAgainstFound(_ groups: [BoundGroup]) -> Plot {
    let range = range(of: groups)
    var plot = Plot(
      title: "One against the other",
      x: Axis(label: "largest change found", range: range, scale: .logarithmic),
      y: Axis(label: "proved bound", range: range, scale: .logarithmic), areaHeight: 300)
    for (factor, dash) in [(1.0, []), (10, [4, 3])] as [(Double, [Double])] {
      let line = [
        Point(range.lowerBound, range.lowerBound * factor),
        Point(range.upperBound, range.upperBound * factor),
      ]
      plot.add(
        .line(line, LineStyle(paint: .frame, width: 1.2, dash: dash)),
        factor == 1 ? "bound = found" : "10 × found")
    }
    plot.addDots(
      groups.map { group in
        (
          "radius \(group.radius)",
          zip(group.observed, group.bounds).map { Point(max($0, range.lowerBound), $1) }
        )
      }, firstSeries: 2)
    return plot
  }

  /// A common range in powers of ten; what was hardly found anything at stands at its lower end.
  private static func range(of groups: [BoundGroup]) -> ClosedRange<Double> {
    let bounds = groups.flatMap(\.bounds).filter { $0 > 0 }
    let found = groups.flatMap(\.observed).filter { $0 > 0 }.sorted()
    let top = max(bounds.max() ?? 1, found.last ?? 0)
    let low = min(bounds.min() ?? top, found.isEmpty ? top : found[found.count / 20])
    return max(low, top * 1e-6) / 1.5...top * 1.5
  }

  private static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}
