/// Many points as one small picture, instead of thousands of shapes.
enum PointCloud {
  /// Soft dots on a transparent ground that covers the whole area of a plot; the more points, the denser.
  ///
  /// - Parameters:
  ///   - groups: points in data coordinates, by group; the first group lies on top.
  ///   - paints: one per group.
  static func raster(_ groups: [[Point]], _ plot: Plot, paints: [Paint]) -> Raster {
    // 1½ pixels per unit of a panel's usual width.
    let width = 580
    let height = Int(580 * plot.areaHeight / 350)
    let covers = groups.map { coverage($0, plot, width, height) }
    return Raster(width: width, height: height, isSmooth: true) { x, y in
      var red = 0.0
      var green = 0.0
      var blue = 0.0
      var clear = 1.0
      for (cover, paint) in zip(covers, paints) {
        let share = Double(cover[y * width + x]) * 0.9 * clear
        let c = paint.light
        red += share * Double(c.red)
        green += share * Double(c.green)
        blue += share * Double(c.blue)
        clear *= 1 - Double(cover[y * width + x]) * 0.9
      }
      let opacity = 1 - clear
      guard opacity > 1.0 / 64 else { return (paints[0].light, 0) }
      // Few steps compress better and look the same.
      func step(_ v: Double) -> Double { (v / opacity / 255 * 24).rounded() / 24 }
      return (Color(step(red), step(green), step(blue)), (opacity * 16).rounded() / 16)
    }
  }

  /// How much of each pixel is covered, 0 … 1.
  private static func coverage(_ points: [Point], _ plot: Plot, _ width: Int, _ height: Int) -> [Float] {
    var clear = [Float](repeating: 1, count: width * height)
    let r = 1.7
    for p in points {
      let cx = plot.x.fraction(p.x) * Double(width)
      let cy = (1 - plot.y.fraction(p.y)) * Double(height)
      guard cx > -r, cx < Double(width) + r, cy > -r, cy < Double(height) + r else { continue }
      for y in max(0, Int(cy - r - 1))...min(height - 1, Int(cy + r + 1)) {
        for x in max(0, Int(cx - r - 1))...min(width - 1, Int(cx + r + 1)) {
          let d = (Point(Double(x) + 0.5, Double(y) + 0.5) - Point(cx, cy)).length
          let inside = max(0, min(1, r + 0.5 - d))
          clear[y * width + x] *= 1 - 0.4 * Float(inside)
        }
      }
    }
    return clear.map { 1 - $0 }
  }
}

extension Plot {
  /// Dots of several groups with their names in the legend; the first group on top. Many become one picture.
  ///
  /// - Parameter firstSeries: the colour of the first group.
  mutating func addDots(_ groups: [(name: String, points: [Point])], firstSeries: Int = 0) {
    let paints = groups.indices.map { Paint.series(firstSeries + $0) }
    if groups.reduce(0, { $0 + $1.points.count }) > 1500 {
      let cloud = PointCloud.raster(
        groups.map(\.points), self, paints: paints)
      add(
        .raster(
          cloud, Point(x.range.lowerBound, y.range.upperBound), Point(x.range.upperBound, y.range.lowerBound))
      )
    } else {
      for i in groups.indices.reversed() {
        let paint = paints[i].opacity(0.6)
        add(.markers(groups[i].points, Marker(sign: .circle, radius: 2.2, paint: paint, outline: nil)))
      }
    }
    for (i, group) in groups.enumerated() {
      add(.markers([], Marker(sign: .circle, radius: 4, paint: paints[i], outline: nil)), group.name)
    }
  }
}
