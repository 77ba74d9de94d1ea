import Foundation

/// Losses that are sums over the rows of a batch: value and gradient by the logits.
enum RowLoss {
  /// Cross-entropy, `log Σ e^{z_l} − z_y`.
  ///
  /// - Parameters:
  ///   - logits: row-major `count × classes`.
  ///   - weight: of each row in the loss.
  ///   - gradient: overwritten with `weight · (p − onehot(y))`.
  /// - Returns: the rows' losses, added, without the weight; and how many rows have their largest logit at
  ///   their class.
  static func crossEntropy(
    _ logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, count: Int, classes: Int, weight: Float,
    gradient: UnsafeMutablePointer<Float>
  ) -> (loss: Double, correct: Int) {
    var loss = 0.0
    var correct = 0
    for row in 0..<count {
      let z = logits + row * classes
      let g = gradient + row * classes
      let label = Int(labels[row])
      let (largest, sum) = exponentials(z, classes, into: g)
      loss += Double(log(sum) + z[largest] - z[label])
      correct += largest == label ? 1 : 0
      let scale = weight / sum
      // 1 − p_y as the sum of the others: it does not vanish before they do.
      var others: Float = 0
      for k in 0..<classes where k != label {
        g[k] *= scale
        others += g[k]
      }
      g[label] = -others
    }
    return (loss, correct)
  }

  /// Adds what smoothing a part `s` of every label over all classes adds to cross-entropy (Szegedy et al. 2016):
  /// `s·(z_y − mean z)` for each row.
  ///
  /// - Parameter gradient: of ``crossEntropy``; changed by `weight·s·(onehot(y) − 1/classes)`.
  /// - Returns: what the rows' losses grow by, added, without the weight.
  static func smooth(
    _ logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, count: Int, classes: Int, weight: Float,
    smoothing: Float, gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    var loss = 0.0
    let share = weight * smoothing / Float(classes)
    for row in 0..<count {
      let (z, g, label) = (logits + row * classes, gradient + row * classes, Int(labels[row]))
      var sum: Float = 0
      for k in 0..<classes {
        sum += z[k]
        g[k] -= share
      }
      g[label] += weight * smoothing
      loss += Double(smoothing * (z[label] - sum / Float(classes)))
    }
    return loss
  }

  /// The confidence on noise, `max_l log softmax_l` (Hein, Andriushchenko and Bitterwolf 2019).
  ///
  /// - Parameters:
  ///   - weight: of each row in the loss.
  ///   - gradient: overwritten with `weight · (onehot(argmax) − p)`.
  ///   - values: each row's loss, without the weight, if wanted.
  /// - Returns: the rows' losses, added, and their confidences, added.
  @discardableResult
  static func confidence(
    _ logits: UnsafePointer<Float>, count: Int, classes: Int, weight: Float,
    gradient: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>? = nil
  ) -> (loss: Double, confidence: Double) {
    var loss = 0.0
    var confidence = 0.0
    for row in 0..<count {
      let z = logits + row * classes
      let g = gradient + row * classes
      let (largest, sum) = exponentials(z, classes, into: g)
      let value = -log(sum)
      loss += Double(value)
      confidence += Double(1 / sum)
      values?[row] = value
      let scale = -weight / sum
      var others: Float = 0
      for k in 0..<classes where k != largest {
        g[k] *= scale
        others += g[k]
      }
      g[largest] = -others
    }
    return (loss, confidence)
  }

  /// Writes `e^{z_k − max z}`; returns where the largest is and the sum.
  @inline(__always)
  private static func exponentials(
    _ z: UnsafePointer<Float>, _ classes: Int, into e: UnsafeMutablePointer<Float>
  ) -> (largest: Int, sum: Float) {
    var largest = 0
    for k in 1..<classes where z[k] > z[largest] { largest = k }
    var sum: Float = 0
    for k in 0..<classes {
      e[k] = exp(z[k] - z[largest])
      sum += e[k]
    }
    return (largest, sum)
  }
}
