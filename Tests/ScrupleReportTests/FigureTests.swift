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
      Figures.bounds([
        BoundGroup(name: long, radius: 0, bounds: [1e-8], observed: [0]),
        BoundGroup(name: long, radius: 255, bounds: [1, 1], observed: [1, 0.5]),
      ]),
      Figures.bounds([BoundGroup(name: "one", radius: 4, bounds: [0.01, 0.01], observed: [0, 0])]),
      Figures.thresholdTransfer(
        [TransferCurve(name: long, gap: 0), TransferCurve(name: long, gap: 9)], samples: sets),
      Figures.differenceMap(
        [
          DifferencePanel(
            title: long, changes: [0, 0, 0, 0], maximum: .init(x: 1, y: 1, value: 1e-9)),
          DifferencePanel(title: "one", changes: [1e-9, 0, 2e3, 1]),
        ], grid: PlaneGrid(x: 0...1, y: 0...1, width: 2, height: 2), axes: (long, long)),
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
    #expect(throws: ReportError.self) { try Figures.bounds([]) }
    #expect(throws: ReportError.self) {
      try Figures.bounds([BoundGroup(name: "x", radius: 1, bounds: [1], observed: [])])
    }
    #expect(throws: ReportError.self) {
      try Figures.differenceMap(
        [DifferencePanel(title: "x", changes: [0, 0, 0, -1])], grid: grid, axes: ("x", "y"))
    }
    #expect(throws: ReportError.self) {
      try Figures.thresholdTransfer([TransferCurve(name: "x", gap: .infinity)])
    }
    #expect(throws: ReportError.self) {
      try Figures.reliability([("x", [0.5], [])])
    }
  }

  @Test func `a grid of bytes has the device's values in the middles of its cells`() {
    let grid = PlaneGrid.ofBytes(x: -10...15.5, y: 0...2.55)
    #expect(PlaneGrid.allBytes.count == 2 << 16)
    for (index, input) in [(0, 0), (255, 255), (256 * 255, 65_280), (256 * 100 + 7, 25_607)] {
      let (x, y) = (PlaneGrid.allBytes[2 * input], PlaneGrid.allBytes[2 * input + 1])
      #expect(abs(Double(grid.inputs[2 * index]) - (-10 + Double(x) * 0.1)) < 1e-5)
      #expect(abs(Double(grid.inputs[2 * index + 1]) - Double(y) * 0.01) < 1e-6)
    }
  }

  @Test func `an axis finds the value at the share that it places it at`() {
    for scale in [Axis.Scale.linear, .logarithmic, .nines, .squareRoot] {
      let axis = Axis(label: "", range: 0.125...0.875, scale: scale)
      for value in [0.125, 0.3, 0.5, 0.875] { #expect(abs(axis.value(axis.fraction(value)) - value) < 1e-12) }
    }
  }

  @Test(arguments: [0.0, 0.1, 1, 5])
  func `a threshold carries over to what the worst float twin within the gap still has`(gap: Double) {
    let curve = TransferCurve(name: "c", gap: gap)
    for confidence in [0.5, 0.8, 0.99, 1] {
      // Two classes: the device's logit difference minus the gap.
      let worst = confidence == 1 ? 1 : 1 / (1 + exp(-(log(confidence / (1 - confidence)) - gap)))
      #expect(abs(curve.guaranteed(by: confidence) - worst) < 1e-14)
      let closer = TransferCurve(name: "c", gap: gap, probabilityBound: 0.01)
      #expect(closer.guaranteed(by: confidence) == max(curve.guaranteed(by: confidence), confidence - 0.01))
    }
  }

  @Test func `findings above their bounds are counted in the caption`() throws {
    let groups = [BoundGroup(name: "x", radius: 1, bounds: [0.1, 0.2, 0.3], observed: [0.05, 0.25, 0.1])]
    #expect(try Figures.bounds(groups).caption.contains("Found above its bound: 1."))
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
