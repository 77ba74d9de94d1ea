/// Lines of equal height of a grid of values: marching squares with linear interpolation
/// (Lorensen & Cline 1987, in two dimensions).
enum Contours {
  /// - Parameters:
  ///   - values: height × width, row-major.
  ///   - level: the height of the lines.
  /// - Returns: lines in grid coordinates, where value (row, column) stands at x = column, y = row. A closed
  ///   line ends with its first point.
  static func lines(_ values: [Double], width: Int, height: Int, level: Double) -> [[Point]] {
    guard width > 1, height > 1, values.count == width * height else { return [] }
    var tracer = Tracer()
    for row in 0..<height - 1 {
      for column in 0..<width - 1 {
        cell(values, width, row, column, level, &tracer)
      }
    }
    return tracer.lines()
  }

  /// The values, with NaN where all neighbours up to two steps away lie within `tolerance` of the level: on such
  /// a plateau a contour would only trace noise.
  static func withoutPlateaus(
    _ values: [Double], width: Int, height: Int, level: Double, tolerance: Double
  ) -> [Double] {
    guard values.count == width * height else { return values }
    return values.indices.map { i in
      let (row, column) = (i / width, i % width)
      for y in max(0, row - 2)...min(height - 1, row + 2) {
        for x in max(0, column - 2)...min(width - 1, column + 2)
        where abs(values[y * width + x] - level) > tolerance {
          return values[i]
        }
      }
      return .nan
    }
  }

  /// Adds the segments of one cell. Edges are numbered 2·(row·width + column) for the one to the right of a
  /// node, plus 1 for the one below it.
  private static func cell(
    _ v: [Double], _ width: Int, _ row: Int, _ column: Int, _ level: Double, _ tracer: inout Tracer
  ) {
    let node = row * width + column
    let corners = [v[node], v[node + 1], v[node + width + 1], v[node + width]]
    guard corners.allSatisfy(\.isFinite) else { return }
    let above = corners.map { $0 >= level }
    func crossing(_ side: Int) -> (id: Int, p: Point) {
      func part(_ a: Double, _ b: Double) -> Double { (level - a) / (b - a) }
      let (x, y) = (Double(column), Double(row))
      switch side {
      case 0: return (2 * node, Point(x + part(corners[0], corners[1]), y))
      case 1: return (2 * (node + 1) + 1, Point(x + 1, y + part(corners[1], corners[2])))
      case 2: return (2 * (node + width), Point(x + part(corners[3], corners[2]), y + 1))
      default: return (2 * node + 1, Point(x, y + part(corners[0], corners[3])))
      }
    }
    let sides = (0..<4).filter { above[$0] != above[($0 + 1) % 4] }
    if sides.count == 2 {
      tracer.add(crossing(sides[0]), crossing(sides[1]))
    } else if sides.count == 4 {
      // A saddle: the middle decides which corners belong together.
      let middle = corners.reduce(0, +) / 4 >= level
      let pairs = middle == above[0] ? [(0, 1), (2, 3)] : [(3, 0), (1, 2)]
      for (a, b) in pairs { tracer.add(crossing(a), crossing(b)) }
    }
  }

  /// Joins segments that share an end.
  private struct Tracer {
    private var points: [Int: Point] = [:]
    private var neighbours: [Int: [Int]] = [:]
    private var order: [Int] = []

    mutating func add(_ a: (id: Int, p: Point), _ b: (id: Int, p: Point)) {
      for (end, other) in [(a, b), (b, a)] {
        if points.updateValue(end.p, forKey: end.id) == nil { order.append(end.id) }
        neighbours[end.id, default: []].append(other.id)
      }
    }

    mutating func lines() -> [[Point]] {
      var result: [[Point]] = []
      // Open lines first, from their ends; what is left are rings.
      for start in order.filter({ neighbours[$0]?.count == 1 }) + order {
        guard neighbours[start]?.isEmpty == false else { continue }
        var line = [start]
        var at = start
        while let next = neighbours[at]?.popLast() {
          if let back = neighbours[next]?.firstIndex(of: at) { neighbours[next]?.remove(at: back) }
          line.append(next)
          at = next
        }
        result.append(line.compactMap { points[$0] })
      }
      return result
    }
  }
}
