import Foundation

/// A normal distribution for each class of samples in the plane: a model of the data instead of a border between classes.
///
/// It can say that a point is like nothing it has seen, which a softmax cannot.
public struct ClassGaussians: Sendable {
  /// One class's distribution.
  private struct Normal: Sendable {
    let mean: (Double, Double)
    /// The inverse covariance.
    let precision: (xx: Double, xy: Double, yy: Double)
  }

  private let classes: [Normal]

  /// Fits means and covariances by maximum likelihood.
  ///
  /// - Parameters:
  ///   - samples: x and y by turns.
  ///   - labels: 0 ..< classCount, of each class three samples at least that are not on a line.
  public init(samples: [Double], labels: [Int], classCount: Int) {
    precondition(samples.count == 2 * labels.count, "two values and a label for each sample")
    classes = (0..<classCount).map { k in
      let own = labels.indices.filter { labels[$0] == k }
      let count = Double(max(own.count, 1))
      let x = own.reduce(0) { $0 + samples[2 * $1] } / count
      let y = own.reduce(0) { $0 + samples[2 * $1 + 1] } / count
      var (xx, xy, yy) = (0.0, 0.0, 0.0)
      for i in own {
        let (dx, dy) = (samples[2 * i] - x, samples[2 * i + 1] - y)
        xx += dx * dx / count
        xy += dx * dy / count
        yy += dy * dy / count
      }
      let determinant = max(xx * yy - xy * xy, 1e-12)
      return Normal(mean: (x, y), precision: (yy / determinant, -xy / determinant, xx / determinant))
    }
  }

  /// How typical a point is of the class that it is most typical of: the share of that class that lies farther out, which
  /// is exp(−d²/2) at Mahalanobis distance d in the plane.
  public func typicality(_ x: Double, _ y: Double) -> Double {
    classes.map { normal in
      let (dx, dy) = (x - normal.mean.0, y - normal.mean.1)
      let square =
        normal.precision.xx * dx * dx + 2 * normal.precision.xy * dx * dy + normal.precision.yy * dy * dy
      return exp(-square / 2)
    }.max() ?? 0
  }
}
