import Foundation

/// Certificate C as a file holds it: bounds over many boxes, each with its own.
public struct BoxesCertificate: Equatable, Sendable, Codable {
  /// Which boxes.
  public var region: InputRegion
  /// Whether the reference may read any real input that the device rounds to the box's bytes.
  public var includesInputRounding: Bool
  /// Seconds that each box was searched for; nil without a search.
  public var searchSeconds: Double?
  /// The boxes, in order.
  public var boxes: [BoxDifference]
  /// What follows from them.
  public var summary: Summary

  /// The bounds of all boxes together.
  public struct Summary: Equatable, Sendable, Codable {
    /// The middle and the largest of many values.
    public struct Spread: Equatable, Sendable, Codable {
      /// The value in the middle of the sorted ones; of an even number, the larger of the two.
      public var median: Double
      /// The largest.
      public var largest: Double

      init(_ values: [Double]) {
        let sorted = values.sorted()
        median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        largest = sorted.last ?? 0
      }
    }

    /// How many boxes have a bound of at most `atMost`, and above the bin's before.
    public struct Bin: Equatable, Sendable, Codable {
      /// The bin's upper end.
      public var atMost: Double
      /// Boxes in it.
      public var boxes: Int
    }

    /// Of `probabilityBound`.
    public var probability: Spread
    /// Of `confidenceBound`.
    public var confidence: Spread
    /// Of `gap`.
    public var gap: Spread
    /// Of `classBounds`, class by class.
    public var classes: [Spread]
    /// Of `probabilityBound`.
    public var histogram: [Bin]
    /// Of the attacks' changes of a probability; nil without attacks.
    public var found: Spread?
    /// Of `probabilityBound ÷ found`, where something was found; nil without attacks.
    public var tightness: Spread?
  }
}

extension BoxesCertificate {
  init(
    region: InputRegion, includesInputRounding: Bool, searchSeconds: Double?, boxes: [BoxDifference]
  ) {
    self.region = region
    self.includesInputRounding = includesInputRounding
    self.searchSeconds = searchSeconds
    self.boxes = boxes
    summary = Summary(boxes)
  }
}

extension BoxesCertificate.Summary {
  /// Upper ends of the histogram's bins.
  static let binEnds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]

  init(_ boxes: [BoxDifference]) {
    let bounds = boxes.map(\.probabilityBound)
    probability = Spread(bounds)
    confidence = Spread(boxes.map(\.confidenceBound))
    gap = Spread(boxes.map(\.gap))
    classes = (0..<(boxes.first?.classBounds.count ?? 0)).map { k in
      Spread(boxes.compactMap { k < $0.classBounds.count ? $0.classBounds[k] : nil })
    }
    var below = -Double.infinity
    histogram = Self.binEnds.map { end in
      defer { below = end }
      // A bound is never useless enough to be above 1 by more than the head's error.
      let isLast = end == Self.binEnds[Self.binEnds.count - 1]
      return Bin(atMost: end, boxes: bounds.count { $0 > below && ($0 <= end || isLast) })
    }
    let found = boxes.compactMap(\.found)
    self.found = found.isEmpty ? nil : Spread(found.map(\.change))
    let ratios = boxes.compactMap { box in
      box.found.flatMap { $0.change > 0 ? box.probabilityBound / $0.change : nil }
    }
    tightness = ratios.isEmpty ? nil : Spread(ratios)
  }
}
