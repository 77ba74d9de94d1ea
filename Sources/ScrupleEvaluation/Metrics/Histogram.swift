/// Counts of values in bins of equal width.
public struct Histogram: Sendable, Equatable {
  /// What the bins cover.
  public let range: ClosedRange<Double>
  /// One count per bin.
  public let counts: [Int]
  /// The number of values.
  public var total: Int { counts.reduce(0, +) }

  /// Values outside `range` count in the first or last bin; a value on an edge counts above it, except
  /// that the last bin includes its upper end.
  public init(_ values: [Double], range: ClosedRange<Double>, bins: Int) throws(EvaluationError) {
    guard bins >= 1 else { throw .invalidBins(bins) }
    var counts = [Int](repeating: 0, count: bins)
    let scale = Double(bins) / max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
    for (sample, value) in values.enumerated() {
      guard !value.isNaN else { throw .notANumber(column: "the value", sample: sample) }
      let position = (value - range.lowerBound) * scale
      counts[position < 0 ? 0 : position >= Double(bins) ? bins - 1 : Int(position)] += 1
    }
    self.range = range
    self.counts = counts
  }

  /// Each bin's share of all values.
  public var shares: [Double] { counts.map { Double($0) / Double(max(total, 1)) } }
}
