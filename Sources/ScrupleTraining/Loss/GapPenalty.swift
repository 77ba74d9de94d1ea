import ScrupleNetwork

/// λ times the mean over class pairs of the closed-form bound on how far a logit difference of the int8
/// program can be from the grid twin's, for every input.
///
/// The two differ by the rounding of hidden activations, at most half a step `s_l/2` each. Let `c(a, l)` bound
/// the change of the functional `a` of layer `l`'s outputs. A clipped ReLU passes on `d/2 ± |d|/2` of a change
/// `d`, so
///
///     c(a, l) = ‖a‖₁·s_l/2 + ½·c(a·W_l, l − 1) + ½·Σ_j |a_j|·c(W_l[j], l − 1),    c(a, 0) = 0.
///
/// For one hidden layer that is `Σ_j |V_ij − V_kj|·s/2`. The value and the gradient by the weights come out of
/// one recursion, because the weight of every inner bound depends on its coefficients only.
struct GapPenalty: GapBound {
  private let layout: ParameterLayout
  /// Half a step of each hidden layer's activations.
  private let halfSteps: [Float]

  /// `nil` if a hidden activation is not a clipped ReLU.
  init?(_ layout: ParameterLayout) {
    self.layout = layout
    var halfSteps: [Float] = []
    for entry in layout.entries.dropLast() {
      guard case .clippedReLU(let limit) = entry.activation else { return nil }
      halfSteps.append(limit / 255 / 2)
    }
    guard !halfSteps.isEmpty else { return nil }
    self.halfSteps = halfSteps
  }

  /// The mean of the bounds over all pairs of classes, and the largest.
  ///
  /// - Parameter gradient: λ times the mean's gradient is added to it, if given.
  func evaluate(_ parameters: FloatBuffer, lambda: Float, addingTo gradient: FloatBuffer?) -> (
    mean: Double, largest: Double
  ) {
    let last = layout.entries[layout.entries.count - 1]
    let (classes, width) = (last.outputs, last.inputs)
    let v = parameters.pointer + last.weight
    var pairs: [(Int, Int)] = []
    for i in 0..<classes { for k in i + 1..<max(classes, i + 1) { pairs.append((i, k)) } }
    var differences = [Float](repeating: 0, count: pairs.count * width)
    for (row, (i, k)) in pairs.enumerated() {
      for j in 0..<width { differences[row * width + j] = v[i * width + j] - v[k * width + j] }
    }
    let weights = [Float](repeating: lambda / Float(pairs.count), count: pairs.count)
    let (values, slope) = bound(differences, layer: halfSteps.count, weights: weights, parameters, gradient)
    if let gradient {
      let g = gradient.pointer + last.weight
      for (row, (i, k)) in pairs.enumerated() {
        for j in 0..<width {
          g[i * width + j] += slope[row * width + j]
          g[k * width + j] -= slope[row * width + j]
        }
      }
    }
    return (values.reduce(0) { $0 + Double($1) } / Double(pairs.count), Double(values.max() ?? 0))
  }

  /// `c(a, layer)` for each row `a`, and the gradient of `Σ weights · c` by the rows; the gradient by the
  /// weights of the layers below is added to `gradient`.
  private func bound(
    _ rows: [Float], layer: Int, weights: [Float], _ parameters: FloatBuffer, _ gradient: FloatBuffer?
  ) -> (values: [Float], slope: [Float]) {
    let count = weights.count
    let width = layout.entries[layer - 1].outputs
    let half = halfSteps[layer - 1]
    var values = [Float](repeating: 0, count: count)
    var slope = [Float](repeating: 0, count: count * width)
    for r in 0..<count {
      for j in r * width..<(r + 1) * width {
        values[r] += abs(rows[j]) * half
        slope[j] = weights[r] * half * sign(rows[j])
      }
    }
    guard layer > 1 else { return (values, slope) }

    let below = layout.entries[layer - 1]
    let w = UnsafePointer(parameters.pointer + below.weight)
    // ½·c(a·W, l − 1)
    var products = [Float](repeating: 0, count: count * below.inputs)
    matmul(rows, w, into: &products, rows: count, columns: below.inputs, inner: width)
    let through = bound(products, layer: layer - 1, weights: weights.map { $0 / 2 }, parameters, gradient)
    var back = [Float](repeating: 0, count: count * width)
    matmul(
      through.slope, w, into: &back, rows: count, columns: width, inner: below.inputs, transposeRight: true)
    // ½·Σ_j |a_j|·c(W[j], l − 1)
    var inner = [Float](repeating: 0, count: width)
    for r in 0..<count { for j in 0..<width { inner[j] += weights[r] / 2 * abs(rows[r * width + j]) } }
    let each = bound(
      Array(UnsafeBufferPointer(start: w, count: width * below.inputs)), layer: layer - 1, weights: inner,
      parameters, gradient)
    for r in 0..<count {
      values[r] += through.values[r] / 2
      for j in 0..<width {
        let a = rows[r * width + j]
        values[r] += abs(a) * each.values[j] / 2
        slope[r * width + j] += back[r * width + j] + weights[r] / 2 * sign(a) * each.values[j]
      }
    }
    if let gradient {
      let g = gradient.pointer + below.weight
      matmul(
        rows, through.slope, into: g, rows: width, columns: below.inputs, inner: count, transposeLeft: true,
        beta: 1)
      for i in each.slope.indices { g[i] += each.slope[i] }
    }
    return (values, slope)
  }

  private func sign(_ x: Float) -> Float { x > 0 ? 1 : (x < 0 ? -1 : 0) }
}
