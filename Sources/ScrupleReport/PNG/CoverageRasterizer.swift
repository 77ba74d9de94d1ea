/// Anti-aliased filling: for each pixel the share of it that lies inside, by the nonzero winding rule.
///
/// Every pixel row is cut into `slices` thin rows. Within a slice the coverage in x is exact for the slice's
/// middle line, which makes straight edges exact and leaves an error of at most one slice at corners.
struct CoverageRasterizer {
  /// Thin rows per pixel.
  static let slices = 16

  private struct Edge {
    var top: Double
    var bottom: Double
    /// x at `top`, and its change per unit of y.
    var x: Double
    var slope: Double
    var winding: Int
  }

  private var edges: [Edge] = []

  /// Adds a closed outline in pixels; an open one is closed.
  mutating func add(_ points: [Point]) {
    guard points.count > 1, var a = points.last else { return }
    for b in points {
      if a.y != b.y, a.x.isFinite, a.y.isFinite, b.x.isFinite, b.y.isFinite {
        let (upper, lower, winding) = a.y < b.y ? (a, b, 1) : (b, a, -1)
        edges.append(
          Edge(
            top: upper.y, bottom: lower.y, x: upper.x, slope: (lower.x - upper.x) / (lower.y - upper.y),
            winding: winding))
      }
      a = b
    }
  }

  /// Calls `emit(y, x, coverages)` for every row of pixels that is touched; `coverages[i]` in 0 … 1 belongs to pixel `x + i`.
  ///
  /// - Parameter clip: only pixels inside are looked at; in whole pixels.
  func render(
    clip: (x: Range<Int>, y: Range<Int>), emit: (_ y: Int, _ x: Int, _ coverages: ArraySlice<Float>) -> Void
  ) {
    guard !edges.isEmpty, !clip.x.isEmpty, !clip.y.isEmpty else { return }
    let sorted = edges.sorted { $0.top < $1.top }
    let first = max(clip.y.lowerBound, Int(max(sorted[0].top, -1e6).rounded(.down)))
    let width = clip.x.count
    var next = 0
    var active: [Edge] = []
    var crossings: [(x: Double, winding: Int)] = []
    var delta = [Float](repeating: 0, count: width + 2)
    guard first < clip.y.upperBound else { return }
    for y in first..<clip.y.upperBound {
      if next == sorted.count && active.isEmpty { break }
      var touched = (low: width, high: -1)
      for slice in 0..<Self.slices {
        let middle = Double(y) + (Double(slice) + 0.5) / Double(Self.slices)
        while next < sorted.count, sorted[next].top <= middle {
          active.append(sorted[next])
          next += 1
        }
        active.removeAll { $0.bottom <= middle }
        guard !active.isEmpty else { continue }
        crossings.removeAll(keepingCapacity: true)
        for edge in active {
          crossings.append((edge.x + (middle - edge.top) * edge.slope, edge.winding))
        }
        crossings.sort { $0.x < $1.x }
        var winding = 0
        var start = 0.0
        for crossing in crossings {
          if winding == 0 { start = crossing.x }
          winding += crossing.winding
          if winding == 0 {
            add(from: start, to: crossing.x, origin: clip.x.lowerBound, width, &delta, &touched)
          }
        }
      }
      guard touched.high >= touched.low else { continue }
      var sum: Float = 0
      for i in touched.low...touched.high {
        sum += delta[i]
        delta[i] = min(1, max(0, sum))
      }
      emit(y, clip.x.lowerBound + touched.low, delta[touched.low...touched.high])
      for i in touched.low...min(touched.high + 2, width + 1) { delta[i] = 0 }
    }
  }

  /// Adds a span of one slice to the differences of the coverages.
  private func add(
    from a: Double, to b: Double, origin: Int, _ width: Int, _ delta: inout [Float],
    _ touched: inout (low: Int, high: Int)
  ) {
    let low = max(0, a - Double(origin))
    let high = min(Double(width), b - Double(origin))
    guard low < high else { return }
    let share = 1 / Float(Self.slices)
    func edge(_ x: Double, _ sign: Float) {
      let pixel = Int(x)
      let part = Float(x - Double(pixel))
      delta[pixel] += sign * share * (1 - part)
      delta[pixel + 1] += sign * share * part
    }
    edge(low, 1)
    edge(high, -1)
    touched.low = min(touched.low, Int(low))
    touched.high = max(touched.high, min(width - 1, Int(high)))
  }
}
