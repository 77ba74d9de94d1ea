import Foundation

extension Plot {
  private static let titleSize = 14.0
  private static let labelSize = 12.0
  private static let tickSize = 11.0
  private static let margin = 8.0
  private static let cap = StrokeFont.capHeight

  /// Panels whose axes begin at the same height.
  static func scenes(_ plots: [Plot]) -> [Scene] {
    let head = plots.map(\.headHeight).max() ?? 0
    return plots.map { $0.scene(headHeight: head) }
  }

  /// Lays the panel out and draws it.
  func scene() -> Scene { scene(headHeight: headHeight) }

  private var inner: Double { width - 2 * Self.margin }

  private var titleLines: [String] {
    TextLayout.lines(title, size: Self.titleSize, bold: true, width: inner)
  }

  private var legend: Legend {
    Legend(
      entries: layers.compactMap { layer in
        layer.label.map {
          Legend.Entry(
            label: TextLayout.fitted($0, size: Legend.size, width: inner - 30),
            shape: layer.swatch ?? layer.shape)
        }
      })
  }

  /// What title and legend need.
  private var headHeight: Double {
    let legend = legend
    let rows = legend.entries.isEmpty ? 0 : legend.height(width: inner) + 3
    return Self.margin + Double(titleLines.count) * 19 + rows + 9
  }

  private func scene(headHeight top: Double) -> Scene {
    let titles = titleLines
    let legend = legend
    let xTicks = x.ticks
    let yTicks = y.ticks
    let yWidth = yTicks.map { StrokeFont.width(of: $0.label, size: Self.tickSize) }.max() ?? 0
    let left = Self.margin + (y.label.isEmpty ? 0 : 20) + yWidth + 8
    let lastWidth = xTicks.last.map { StrokeFont.width(of: $0.label, size: Self.tickSize) / 2 } ?? 0
    let right = Self.margin + (colorBar.map(Self.width) ?? 0) + max(lastWidth, 6)
    let area = Rect(left, top, max(40, width - left - right), areaHeight)
    let height = area.bottom + 24 + (x.label.isEmpty ? 0 : 19) + 4
    var scene = Scene(width: width, height: height, title: title)

    for (i, line) in titles.enumerated() {
      let baseline = Self.margin + Double(i) * 19 + 14
      scene.text(line, at: Point(Self.margin, baseline), size: Self.titleSize, bold: true)
    }
    legend.draw(
      in: &scene, at: Point(Self.margin, Self.margin + Double(titles.count) * 19 + 3), width: inner)
    if hasGrid { drawGrid(in: &scene, area) }
    scene.clipped(to: area) { inner in
      for layer in layers { draw(layer.shape, in: &inner, area) }
    }
    scene.stroke(.rectangle(area), .frame, width: 1)
    drawTicks(in: &scene, area)
    drawLabels(in: &scene, area)
    if let colorBar { draw(colorBar, in: &scene, area) }
    return scene
  }

  /// Where a data point lies in the picture.
  func place(_ p: Point, _ area: Rect) -> Point {
    // Far outside the area is as good as just outside, and keeps coordinates finite.
    let fx = max(-20, min(20, x.fraction(p.x)))
    let fy = max(-20, min(20, y.fraction(p.y)))
    return Point(area.x + fx * area.width, area.bottom - fy * area.height)
  }

  private func drawGrid(in scene: inout Scene, _ area: Rect) {
    for tick in x.ticks where !tick.label.isEmpty {
      let px = area.x + x.fraction(tick.value) * area.width
      scene.stroke(.line(Point(px, area.y), Point(px, area.bottom)), .grid, width: 1, cap: .butt)
    }
    for tick in y.ticks where !tick.label.isEmpty {
      let py = area.bottom - y.fraction(tick.value) * area.height
      scene.stroke(.line(Point(area.x, py), Point(area.right, py)), .grid, width: 1, cap: .butt)
    }
  }

  private func drawTicks(in scene: inout Scene, _ area: Rect) {
    var free = -Double.infinity
    for tick in x.ticks {
      let px = area.x + x.fraction(tick.value) * area.width
      let length = tick.label.isEmpty ? 2.5 : 4.5
      scene.stroke(
        .line(Point(px, area.bottom), Point(px, area.bottom + length)), .frame, width: 1, cap: .butt)
      let half = StrokeFont.width(of: tick.label, size: Self.tickSize) / 2
      guard !tick.label.isEmpty, px - half > free else { continue }
      scene.text(
        tick.label, at: Point(px, area.bottom + 8 + Self.tickSize * Self.cap), size: Self.tickSize, .muted,
        align: .middle)
      free = px + half + 4
    }
    free = .infinity
    for tick in y.ticks {
      let py = area.bottom - y.fraction(tick.value) * area.height
      let length = tick.label.isEmpty ? 2.5 : 4.5
      scene.stroke(.line(Point(area.x - length, py), Point(area.x, py)), .frame, width: 1, cap: .butt)
      guard !tick.label.isEmpty, py + 7 < free else { continue }
      scene.text(
        tick.label, at: Point(area.x - 8, py + Self.tickSize * Self.cap / 2), size: Self.tickSize, .muted,
        align: .end)
      free = py - 6
    }
  }

  private func drawLabels(in scene: inout Scene, _ area: Rect) {
    if !x.label.isEmpty {
      let text = TextLayout.fitted(x.label, size: Self.labelSize, width: width - 2 * Self.margin)
      let half = StrokeFont.width(of: text, size: Self.labelSize) / 2
      let middle = max(Self.margin + half, min(width - Self.margin - half, area.center.x))
      scene.text(
        text, at: Point(middle, area.bottom + 37), size: Self.labelSize, align: .middle)
    }
    if !y.label.isEmpty {
      let text = TextLayout.fitted(y.label, size: Self.labelSize, width: area.height + 20)
      scene.text(
        text, at: Point(Self.margin + Self.labelSize * Self.cap, area.center.y), size: Self.labelSize,
        align: .middle, rotated: true)
    }
  }

  /// What a colour scale takes beside the area: a gap, the bar, its ticks, its label.
  private static func width(of bar: ColorBar) -> Double {
    let ticks = bar.axis.ticks.map { StrokeFont.width(of: $0.label, size: tickSize) }.max() ?? 0
    return 14 + 12 + 6 + ticks + 8 + tickSize
  }

  private func draw(_ bar: ColorBar, in scene: inout Scene, _ area: Rect) {
    let box = Rect(area.right + 14, area.y, 12, area.height)
    let axis = bar.axis
    let raster = Raster(width: 1, height: 128, isSmooth: true) { _, y in
      (bar.color(axis.value(1 - (Double(y) + 0.5) / 128)), 1)
    }
    scene.image(raster, in: box)
    scene.stroke(.rectangle(box), .frame, width: 1)
    var free = Double.infinity
    for tick in axis.ticks {
      let py = box.bottom - axis.fraction(tick.value) * box.height
      guard py + 7 < free else { continue }
      free = py - 6
      scene.stroke(.line(Point(box.right, py), Point(box.right + 3, py)), .frame, width: 1, cap: .butt)
      scene.text(
        tick.label, at: Point(box.right + 6, py + Self.tickSize * Self.cap / 2), size: Self.tickSize, .muted)
    }
    scene.text(
      bar.label, at: Point(area.right + Self.width(of: bar), area.center.y), size: Self.tickSize, .muted,
      align: .middle, rotated: true)
  }
}
