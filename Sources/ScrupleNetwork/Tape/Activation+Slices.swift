import CVectorLoops
import Foundation

extension Activation {
  /// The range that the activation clips to; `nil` if that is not what it does.
  var clip: loops_clip? {
    switch self {
    case .identity: .unlimited
    case .relu: loops_clip(low: 0, high: .infinity)
    case .clippedReLU(let limit): loops_clip(low: 0, high: limit)
    case .clippedIdentity(let limit): loops_clip(low: -limit, high: limit)
    case .tanh: nil
    }
  }

  /// `y = f(y)` in place.
  func apply(to y: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { y[i] = self(y[i]) }
  }

  /// `y = f(y + bias)` in place, for a row-major matrix.
  func apply(bias: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    for row in 0..<rows {
      let y = y + row * columns
      switch self {
      case .identity: for i in 0..<columns { y[i] += bias[i] }
      case .relu: for i in 0..<columns { y[i] = max(y[i] + bias[i], 0) }
      case .clippedReLU(let limit): for i in 0..<columns { y[i] = min(max(y[i] + bias[i], 0), limit) }
      case .clippedIdentity(let limit):
        for i in 0..<columns { y[i] = min(max(y[i] + bias[i], -limit), limit) }
      case .tanh: for i in 0..<columns { y[i] = Foundation.tanh(y[i] + bias[i]) }
      }
    }
  }

  /// `slope *= f'(x)`, told from the outputs `y = f(x)`.
  func multiplyDerivative(
    atOutput y: UnsafePointer<Float>, into slope: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch self {
    case .identity: return
    case .relu, .clippedReLU, .clippedIdentity: loops_mask(slope, y, count, clip ?? .unlimited)
    case .tanh: for i in 0..<count { slope[i] *= 1 - y[i] * y[i] }
    }
  }
}
