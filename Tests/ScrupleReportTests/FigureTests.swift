import Foundation
import ScrupleEvaluation
import Testing

@testable import ScrupleReport

extension Scene {
  /// The boxes of all texts, moved and rotated as they are drawn.
  func textBoxes() -> [(text: String, box: Rect)] {
    func walk(_ items: [Item], _ offset: Point) -> [(String, Rect)] {
      items.flatMap { item -> [(String, Rect)] in
        switch item {
        case .text(let t):
          let (w, up, down) = (t.width, t.size * StrokeFont.capHeight, t.size * StrokeFont.descent)
          let back = t.align == .start ? 0 : t.align == .middle ? w / 2 : w
          let at = t.at + offset
          let box =
            t.rotated
            ? Rect(at.x - up, at.y + back - w, up + down, w) : Rect(at.x - back, at.y - up, w, up + down)
          return [(t.string, box)]
        case .clip(_, let inner): return walk(inner, offset)
        case .shift(let by, let inner): return walk(inner, offset + by)
        default: return []
        }
      }
    }
    return walk(items, Point(0, 0))
  }
}

@Suite struct FigureTests {
  static func awkward() throws -> [Figure] {
    let long = "a very long name of a data set that nobody would give it:test"
    let sets = (0..<9).map { i in
      ScatterGroup(name: "\(long) \(i)", int8: [0.1, 0.5], float: [0.1, 0.5 + Double(i) * 1e-7])
    }
    return try Samples.figures(heavy: false) + [
      Figures.confidenceScatter(sets, gap: 3),
      Figures.trainingCurves([
        CurvePanel(
          title: "A title so long that it has to be broken into several lines to fit at all",
          yLabel: long + long, curves: []),
        CurvePanel(
          title: "tiny", yLabel: "loss", curves: [Curve(name: long, x: [1e9, 2e9], y: [1e-9, 3e-9])]),
        CurvePanel(title: "flat", yLabel: "loss", curves: [Curve(name: "x", y: [0.5, 0.5, .nan])]),
        CurvePanel(
          title: "log", yLabel: "", curves: [Curve(name: "x", y: [1e-12, 1e12])], isLogarithmic: true),
      ]),
    ]
  }

  @Test func `no text is clipped and none overlaps another`() throws {
    for figure in try Self.awkward() {
      for panel in figure.panels + [figure.scene] {
        let boxes = panel.textBoxes()
        #expect(!boxes.isEmpty)
        let page = Rect(0, 0, panel.width, panel.height)
        for (i, a) in boxes.enumerated() {
          #expect(a.box.x >= 0 && a.box.right <= page.right, "\(figure.name): \(a.text)")
          #expect(a.box.y >= 0 && a.box.bottom <= page.bottom, "\(figure.name): \(a.text)")
          for b in boxes[(i + 1)...] {
            let common = a.box.intersection(b.box)
            #expect(common.width <= 0 || common.height <= 0, "\(figure.name): \(a.text) over \(b.text)")
          }
        }
      }
    }
  }

  @Test func `panels of a figure begin at the same height`() throws {
    for figure in try Self.awkward() {
      let tops = figure.panels.map { panel -> Double in
        for case .clip(let rect, _) in panel.items { return rect.y }
        return -1
      }
      #expect(Set(tops).count == 1, "\(figure.name)")
    }
  }

  @Test func `a point lies at its data coordinates`() {
    var plot = Plot(
      title: "t", x: Axis(label: "x", range: 0...10), y: Axis(label: "y", range: -1...1))
    plot.add(.line([Point(0, -1), Point(10, 1)], LineStyle(paint: .ink)))
    let area = Rect(50, 20, 200, 100)
    #expect(plot.place(Point(0, -1), area) == Point(50, 120))
    #expect(plot.place(Point(10, 1), area) == Point(250, 20))
    #expect(plot.place(Point(5, 0), area) == Point(150, 70))
  }

  @Test func `a plane grid lists the middles of its cells from the top left`() {
    let grid = PlaneGrid(x: 0...4, y: 0...2, width: 4, height: 2)
    #expect(Array(grid.inputs.prefix(4)) == [0.5, 1.5, 1.5, 1.5])
    #expect(Array(grid.inputs.suffix(2)) == [3.5, 0.5])
  }

  @Test func `arrays that don't fit are refused with both numbers`() {
    let grid = PlaneGrid(x: 0...1, y: 0...1, width: 2, height: 2)
    let error = #expect(throws: ReportError.self) {
      try Figures.decisionMap(
        [PlanePanel(title: "Float", probabilities: [1, 0])], grid: grid, classNames: ["a", "b"],
        axes: ("x", "y"))
    }
    #expect("\(error!)".contains("2 probabilities") && "\(error!)".contains("8"))
    #expect(throws: ReportError.self) {
      try Figures.confidenceScatter([ScatterGroup(name: "x", int8: [1], float: [])])
    }
    #expect(throws: ReportError.self) { try Figures.rays([]) }
    #expect(throws: ReportError.self) {
      try Figures.reliability([("x", [0.5], [])])
    }
  }

  @Test func `pictures of ten thousand points stay small`() throws {
    for figure in try Samples.figures(heavy: true) {
      #expect(try figure.scene.svg().utf8.count < 300_000, "\(figure.name)")
    }
  }

  @Test func `the same data gives the same bytes`() throws {
    let a = try Samples.figures(heavy: false)
    let b = try Samples.figures(heavy: false)
    for (x, y) in zip(a, b) {
      #expect(try x.scene.svg() == y.scene.svg())
      #expect(try x.scene.png(scale: 1) == y.scene.png(scale: 1))
    }
  }
}
