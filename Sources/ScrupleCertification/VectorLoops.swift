/// The inner loops of the zonotopes. Counts are multiples of ``DoubleMatrix/lanes``.
///
/// Terms are added in an order that suits vector registers; ``Slack`` holds for every order.
enum VectorLoops {
  typealias Pointer = UnsafeMutablePointer<Double>
  private typealias Vector = SIMD8<Double>

  @inline(__always)
  private static func load(_ p: Pointer, _ index: Int) -> Vector {
    UnsafeRawPointer(p + index).load(as: Vector.self)
  }

  @inline(__always)
  private static func store(_ v: Vector, _ p: Pointer, _ index: Int) {
    UnsafeMutableRawPointer(p + index).storeBytes(of: v, as: Vector.self)
  }

  @inline(__always)
  private static func magnitude(_ v: Vector) -> Vector { pointwiseMax(v, -v) }

  /// `Σ aᵢ·bᵢ`
  static func dot(_ a: Pointer, _ b: Pointer, count: Int) -> Double {
    var sum = Vector.zero
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) { sum += load(a, index) * load(b, index) }
    return sum.sum()
  }

  /// `Σ |aᵢ|·bᵢ`
  static func absoluteDot(_ a: Pointer, _ b: Pointer, count: Int) -> Double {
    var sum = Vector.zero
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
      sum += magnitude(load(a, index)) * load(b, index)
    }
    return sum.sum()
  }

  /// `Σ |aᵢ − bᵢ|·xᵢ` and `Σ (aᵢ − bᵢ)·yᵢ`
  static func differenceDots(
    _ a: Pointer, _ b: Pointer, radius x: Pointer, center y: Pointer, count: Int
  ) -> (radius: Double, center: Double) {
    var radius = Vector.zero
    var center = Vector.zero
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
      let difference = load(a, index) - load(b, index)
      radius += magnitude(difference) * load(x, index)
      center += difference * load(y, index)
    }
    return (radius.sum(), center.sum())
  }

  /// `Σ |aᵢ|`
  static func absoluteSum(_ a: Pointer, count: Int) -> Double {
    var sum = Vector.zero
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) { sum += magnitude(load(a, index)) }
    return sum.sum()
  }

  /// `Σ |aᵢ|`, `Σ |bᵢ|` and `Σ |aᵢ + bᵢ|`
  static func absoluteSums(_ a: Pointer, _ b: Pointer, count: Int) -> (Double, Double, Double) {
    var sums = (Vector.zero, Vector.zero, Vector.zero)
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
      let (a, b) = (load(a, index), load(b, index))
      sums.0 += magnitude(a)
      sums.1 += magnitude(b)
      sums.2 += magnitude(a + b)
    }
    return (sums.0.sum(), sums.1.sum(), sums.2.sum())
  }

  /// `Σ |aᵢ − bᵢ|`
  static func absoluteDifferenceSum(_ a: Pointer, _ b: Pointer, count: Int) -> Double {
    var sum = Vector.zero
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
      sum += magnitude(load(a, index) - load(b, index))
    }
    return sum.sum()
  }

  /// `Σ |aᵢ − bᵢ|` and `Σ |cᵢ − dᵢ|`
  static func absoluteDifferenceSums(
    _ a: Pointer, _ b: Pointer, _ c: Pointer, _ d: Pointer, count: Int
  ) -> (Double, Double) {
    (absoluteDifferenceSum(a, b, count: count), absoluteDifferenceSum(c, d, count: count))
  }

  /// `aᵢ ← s·aᵢ`
  static func scale(_ a: Pointer, by s: Double, count: Int) {
    if s == 1 { return }
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) { store(load(a, index) * s, a, index) }
  }

  /// `aᵢ ← s·aᵢ + t·bᵢ`
  static func combine(_ a: Pointer, times s: Double, plus b: Pointer, times t: Double, count: Int) {
    if t == 0 { return scale(a, by: s, count: count) }
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
      store(load(a, index) * s + load(b, index) * t, a, index)
    }
  }

  /// `aᵢ ← bᵢ·cᵢ`
  static func multiply(_ a: Pointer, _ b: Pointer, _ c: Pointer, count: Int) {
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
      store(load(b, index) * load(c, index), a, index)
    }
  }

  /// `aᵢ ← bᵢ·cᵢ + dᵢ·eᵢ`
  static func multiplyAdd(_ a: Pointer, _ b: Pointer, _ c: Pointer, _ d: Pointer, _ e: Pointer, count: Int) {
    for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
      store(load(b, index) * load(c, index) + load(d, index) * load(e, index), a, index)
    }
  }

  /// `C ← W·G` on the first `count` columns, or `C ← C + W·G`, with the rows of `G` that `active` names; the others
  /// count as zero.
  static func product(
    _ weights: DoubleMatrix, _ forms: DoubleMatrix, active: [Int], count: Int, into result: DoubleMatrix,
    adding: Bool
  ) {
    active.withUnsafeBufferPointer { active in
      var row = 0
      while row + 1 < weights.rows {
        let (w0, w1, c0, c1) = (weights[row], weights[row + 1], result[row], result[row + 1])
        for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
          var sum0 = adding ? load(c0, index) : .zero
          var sum1 = adding ? load(c1, index) : .zero
          for j in active {
            let g = load(forms[j], index)
            sum0 += g * w0[j]
            sum1 += g * w1[j]
          }
          store(sum0, c0, index)
          store(sum1, c1, index)
        }
        row += 2
      }
      if row < weights.rows {
        let (w0, c0) = (weights[row], result[row])
        for index in stride(from: 0, to: count, by: DoubleMatrix.lanes) {
          var sum0 = adding ? load(c0, index) : .zero
          for j in active { sum0 += load(forms[j], index) * w0[j] }
          store(sum0, c0, index)
        }
      }
    }
  }
}
