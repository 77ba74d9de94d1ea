import Foundation

/// What a gap promises about the float twin.
public struct TransferCurve: Sendable, Equatable {
  /// What the legend calls it.
  public var name: String
  /// No difference of two logits moves by more, in nats.
  public var gap: Double
  /// No probability moves by more; where that is known more closely than by the gap.
  public var probabilityBound: Double?

  /// Wraps its parts.
  public init(name: String, gap: Double, probabilityBound: Double? = nil) {
    self.name = name
    self.gap = gap
    self.probabilityBound = probabilityBound
  }

  /// The float twin's probability of the device's class, at least, where the device's confidence is at least `threshold`.
  public func guaranteed(by threshold: Double) -> Double {
    let byGap = threshold / (threshold + (1 - threshold) * exp(gap))
    return max(byGap, threshold - (probabilityBound ?? 1), 0)
  }
}

extension Figures {
  /// A threshold on the device's confidence, and what it guarantees about the float twin's: proved from the gap, for every
  /// input; and, beside it, the smallest float probability among samples that pass the threshold.
  public static func thresholdTransfer(
    _ curves: [TransferCurve], samples: [ScatterGroup] = [], name: String = "threshold-transfer",
    title: String = "What a threshold carries over"
  ) throws(ReportError) -> Figure {
    for curve in curves {
      try require(curve.gap >= 0 && curve.gap.isFinite, name, "\(curve.name) has a gap of \(curve.gap)")
    }
    for group in samples {
      try require(
        group.int8.count == group.float.count, name,
        "\(group.name) has \(group.int8.count) int8 and \(group.float.count) float values")
    }
    let empirical = samples.map { ($0.name, smallestAbove($0)) }
    let nines = 1 - 1e-4
    let low = 0.5
    let grid = (0...200).map { low + (1 - low) * Double($0) / 200 }
    let fine = (0...300).map { 1 - 0.5 * pow(10, -Double($0) / 300 * log10(0.5 / 1e-4)) }

    var loss = Plot(
      title: "What is lost on the way", x: Axis(label: "threshold on the device", range: low...1.005),
      y: Axis(label: "threshold minus float confidence", range: 0...1), areaHeight: 280)
    var values = Plot(
      title: "What float is left with, by nines",
      x: Axis(label: "threshold on the device", range: low...nines, scale: .nines),
      y: Axis(label: "float confidence, at least", range: 0.3...nines, scale: .nines), areaHeight: 280)
    values.add(
      .line([Point(low, low), Point(nines, nines)], LineStyle(paint: .frame, width: 1.2, dash: [4, 3])),
      "no loss")
    var highest = 1e-6
    var lowest = low
    for (index, curve) in curves.enumerated() {
      let style = LineStyle(paint: .series(index), width: 2.2)
      let lost = grid.map { Point($0, $0 - curve.guaranteed(by: $0)) }
      loss.add(.line(lost, style), "proved: \(curve.name)")
      let kept = fine.map { Point($0, curve.guaranteed(by: $0)) }
      values.add(.line(kept, style), "proved: \(curve.name)")
      highest = max(highest, lost.map(\.y).max() ?? 0)
      lowest = min(lowest, kept.map(\.y).min() ?? low)
    }
    for (index, (name, points)) in empirical.enumerated() {
      // As many sets as curves belong to them, one by one.
      let paint = Paint.series(samples.count == curves.count ? index : curves.count + index)
      let style = LineStyle(paint: paint, width: 1.4, dash: [5, 2])
      let lost = points.filter { $0.x >= low }.map { Point($0.x, max($0.x - $0.y, 0)) }
      loss.add(.line(lost, style), "seen: \(name)")
      let kept = points.filter { $0.x >= low && $0.x < 1 }
      values.add(.line(kept.map { Point($0.x, min($0.y, nines)) }, style), "seen: \(name)")
      highest = max(highest, lost.map(\.y).max() ?? 0)
    }
    loss.y.range = 0...highest * 1.12
    values.y.range = max(0, min(lowest, low) - 0.02)...nines
    return Figure(
      name: name, title: title, panels: Plot.scenes([loss, values]),
      caption: caption(curves, hasSamples: !samples.isEmpty))
  }

  /// Steps: for every confidence on the device that occurs, the smallest float probability among the samples that are at
  /// least as confident.
  private static func smallestAbove(_ group: ScatterGroup) -> [Point] {
    let order = group.int8.indices.sorted { group.int8[$0] > group.int8[$1] }
    var smallest = Double.infinity
    var points: [Point] = []
    for index in order {
      smallest = min(smallest, group.float[index])
      if let last = points.last, last.y > smallest { points.append(Point(last.x, smallest)) }
      points.append(Point(group.int8[index], smallest))
    }
    return points.reversed()
  }

  private static func caption(_ curves: [TransferCurve], hasSamples: Bool) -> String {
    let texts = curves.map { curve in
      let rows = [0.9, 0.99].map { "\($0) → \(Numbers.brief(curve.guaranteed(by: $0), digits: 4))" }
      return "\(curve.name) (c = \(Numbers.brief(curve.gap))): \(rows.joined(separator: ", "))"
    }
    return
      "If the device is at least so sure, the float twin is at least as sure as the solid line says, for every input. "
      + texts.joined(separator: "; ") + "."
      + (hasSamples ? " Dashed: the least sure float answer among the samples above the threshold." : "")
  }
}
