import Foundation

/// Multinomial logistic regression on radial basis functions around the training samples: what a kernel method makes of
/// data that a linear model draws half-planes through.
///
/// `f_k(x) = b_k + Σ_i a_ki·exp(−γ‖x − x_i‖²)`. It minimizes `C·Σ cross-entropy + ½·Σ_k a_kᵀ·K·a_k`, the intercepts free;
/// far from all samples every kernel vanishes, and only the intercepts speak.
public struct KernelLogisticRegression: Sendable {
  /// Samples × ``width``, row-major, in their own units.
  public let samples: [Double]
  /// Values of a sample.
  public let width: Int
  /// The kernel's γ.
  public let gamma: Double
  /// Number of classes.
  public let classCount: Int
  /// Classes × (weights, then the intercept).
  private let parameters: [Double]

  /// Fits.
  ///
  /// - Parameters:
  ///   - samples: row-major, `labels.count` × width.
  ///   - labels: 0 ..< classCount.
  ///   - gamma: scikit-learn's "scale" if nil: 1 / (width · variance of all values).
  ///   - inversePenalty: C.
  public init(
    samples: [Double], labels: [Int], classCount: Int, gamma: Double? = nil, inversePenalty: Double = 1
  ) {
    precondition(!labels.isEmpty && samples.count % labels.count == 0, "a label for each sample")
    self.samples = samples
    width = samples.count / labels.count
    self.classCount = classCount
    let mean = samples.reduce(0, +) / Double(samples.count)
    let variance = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(samples.count)
    self.gamma = gamma ?? 1 / (Double(width) * max(variance, 1e-12))
    let count = labels.count
    let kernel = Self.kernel(samples, of: samples, width: width, gamma: self.gamma)
    let stride = count + 1
    let search = LBFGS(tolerance: 1e-6, iterations: 2000)
    parameters =
      search.minimize(
        { parameters in
          var gradient = [Double](repeating: 0, count: parameters.count)
          // K·a of every class: kernel rows are samples.
          let products = (0..<classCount).map { k in
            (0..<count).map { i in
              (0..<count).reduce(0.0) { $0 + kernel[i * count + $1] * parameters[k * stride + $1] }
            }
          }
          var value = 0.0
          var errors = [[Double]](repeating: [Double](repeating: 0, count: count), count: classCount)
          for i in 0..<count {
            let logits = (0..<classCount).map { products[$0][i] + parameters[$0 * stride + count] }
            let largest = logits.max() ?? 0
            let sum = logits.reduce(0) { $0 + exp($1 - largest) }
            value += inversePenalty * (log(sum) + largest - logits[labels[i]])
            for k in 0..<classCount {
              errors[k][i] = inversePenalty * (exp(logits[k] - largest) / sum - (k == labels[i] ? 1 : 0))
            }
          }
          for k in 0..<classCount {
            for i in 0..<count { value += parameters[k * stride + i] * products[k][i] / 2 }
            gradient[k * stride + count] = errors[k].reduce(0, +)
            // K·(errors + a)
            for i in 0..<count {
              let sum = (0..<count).reduce(0.0) { $0 + kernel[i * count + $1] * errors[k][$1] }
              gradient[k * stride + i] = sum + products[k][i]
            }
          }
          return (value, gradient)
        }, from: [Double](repeating: 0, count: classCount * stride)
      ).x
  }

  /// The probabilities of inputs in the samples' units, row-major.
  public func probabilities(_ inputs: [Double]) -> [Double] {
    let count = samples.count / width
    let kernel = Self.kernel(inputs, of: samples, width: width, gamma: gamma)
    return (0..<inputs.count / width).flatMap { row in
      let logits = (0..<classCount).map { k in
        (0..<count).reduce(parameters[k * (count + 1) + count]) {
          $0 + kernel[row * count + $1] * parameters[k * (count + 1) + $1]
        }
      }
      let largest = logits.max() ?? 0
      let sum = logits.reduce(0) { $0 + exp($1 - largest) }
      return logits.map { exp($0 - largest) / sum }
    }
  }

  /// `exp(−γ‖a − b‖²)` for every row of `a` and `b`.
  private static func kernel(_ a: [Double], of b: [Double], width: Int, gamma: Double) -> [Double] {
    let columns = b.count / width
    return (0..<a.count / width * columns).map { index in
      let (i, j) = index.quotientAndRemainder(dividingBy: columns)
      let square = (0..<width).reduce(0.0) {
        let difference = a[i * width + $1] - b[j * width + $1]
        return $0 + difference * difference
      }
      return exp(-gamma * square)
    }
  }
}
