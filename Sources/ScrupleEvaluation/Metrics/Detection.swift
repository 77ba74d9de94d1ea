/// How well a score tells in-distribution samples from OOD ones. Larger scores mean *in*.
///
/// Ties matter: an int8 softmax in steps of 1/256 puts thousands of samples on one score. `auroc` counts a
/// tie as one half; `conservativeAUROC` counts it as lost.
public struct Detection: Sendable, Equatable {
  /// One point per distinct score, largest first; `above` counts scores greater than or equal to `threshold`.
  public struct Point: Sendable, Equatable {
    /// The score.
    public var threshold: Double
    /// In-distribution samples with at least that score.
    public var inAbove: Int
    /// OOD samples with at least that score.
    public var outAbove: Int
  }

  /// The ROC curve in counts.
  public let points: [Point]
  /// Number of in-distribution samples.
  public let inCount: Int
  /// Number of OOD samples.
  public let outCount: Int

  /// Ranks all samples.
  ///
  /// - Parameters:
  ///   - inScores: scores of in-distribution samples, at least one.
  ///   - outScores: scores of OOD samples, at least one.
  public init(in inScores: [Double], out outScores: [Double]) throws(EvaluationError) {
    guard !inScores.isEmpty else { throw .noSamples(set: "the in-distribution set") }
    guard !outScores.isEmpty else { throw .noSamples(set: "the OOD set") }
    for (sample, score) in inScores.enumerated() where score.isNaN {
      throw .notANumber(column: "the in-distribution score", sample: sample)
    }
    for (sample, score) in outScores.enumerated() where score.isNaN {
      throw .notANumber(column: "the OOD score", sample: sample)
    }
    let hits = inScores.map { _ in true } + outScores.map { _ in false }
    var inAbove = 0
    var outAbove = 0
    points = rankedByDescendingScore(inScores + outScores, hits).map { group in
      inAbove += group.hits
      outAbove += group.count - group.hits
      return Point(threshold: group.score, inAbove: inAbove, outAbove: outAbove)
    }
    inCount = inScores.count
    outCount = outScores.count
  }

  /// P(in > out) + ½ P(in = out) over all pairs: the area under the ROC curve (Hanley & McNeil 1982).
  public var auroc: Double { pairs(tie: 0.5) }

  /// P(in > out) over all pairs: ties are lost.
  public var conservativeAUROC: Double { pairs(tie: 0) }

  private func pairs(tie: Double) -> Double {
    var won = 0.0
    var before = Point(threshold: .infinity, inAbove: 0, outAbove: 0)
    for point in points {
      let outs = Double(point.outAbove - before.outAbove)
      won += outs * (Double(before.inAbove) + tie * Double(point.inAbove - before.inAbove))
      before = point
    }
    return won / (Double(inCount) * Double(outCount))
  }

  /// The largest score that at least the share `rate` of the in-distribution samples reach.
  public func threshold(keeping rate: Double) -> Double { point(keeping: rate).threshold }

  /// FPR@`rate`: the share of OOD samples at or above `threshold(keeping: rate)`.
  public func falsePositiveRate(keeping rate: Double = 0.95) -> Double {
    Double(point(keeping: rate).outAbove) / Double(outCount)
  }

  private func point(keeping rate: Double) -> Point {
    points.first { Double($0.inAbove) >= rate * Double(inCount) } ?? points[points.count - 1]
  }

  /// Average precision with *in* as the positive class: Σ (R_i − R_{i−1})·P_i over distinct scores.
  public var auprIn: Double {
    var sum = 0.0
    var before = 0
    for point in points {
      let precision = Double(point.inAbove) / Double(point.inAbove + point.outAbove)
      sum += Double(point.inAbove - before) * precision
      before = point.inAbove
    }
    return sum / Double(inCount)
  }

  /// Average precision with *out* as the positive class, small scores first.
  public var auprOut: Double {
    var sum = 0.0
    var outsBelow = 0
    for index in points.indices.reversed() {
      let previous = index == 0 ? nil : points[index - 1]
      let outs = outCount - (previous?.outAbove ?? 0)
      let ins = inCount - (previous?.inAbove ?? 0)
      sum += Double(outs - outsBelow) * Double(outs) / Double(outs + ins)
      outsBelow = outs
    }
    return sum / Double(outCount)
  }

  /// Out divided by all: what a detector that guesses reaches as `auprOut`.
  public var outShare: Double { Double(outCount) / Double(inCount + outCount) }
}
