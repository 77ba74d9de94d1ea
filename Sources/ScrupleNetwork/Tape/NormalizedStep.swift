import CVectorLoops

/// A kernel whose results are normalized over the batch before bias and activation (Ioffe and Szegedy 2015):
///
///     y = f(γ·(x − μ)/√(σ² + ε) + β),
///
/// with `x = W·patch`, the kernel's bias as `β`, and mean `μ` and variance `σ²` of each channel over all positions of
/// the batch's samples. Samples outside ``statisticsRows`` (noise) are normalized with the others' statistics; without
/// such rows those of a block of running means are used.
package final class NormalizedStep: TapeStep {
  /// What is added to variances.
  package static let epsilon: Float = 1e-3

  /// The samples that the statistics are of; `nil` to use the running ones.
  var statisticsRows: Range<Int>?
  /// Means, then variances, of the last forward pass.
  let statistics: FloatBuffer
  private let entry: ParameterLayout.Entry
  private let kernel: any TapeStep
  private let pixels: Int
  /// Means, then variances, over many batches.
  private let running: UnsafePointer<Float>
  /// The kernel's results.
  private let raw: FloatBuffer
  private var parameters: FloatBuffer?

  /// - Parameters:
  ///   - pixels: positions of a channel in one sample.
  ///   - running: `2·outputs` floats.
  init(
    _ entry: ParameterLayout.Entry, kernel: any TapeStep, pixels: Int, capacity: Int,
    running: UnsafePointer<Float>
  ) {
    self.entry = entry
    self.kernel = kernel
    self.pixels = pixels
    self.running = running
    raw = FloatBuffer(count: capacity * pixels * entry.outputs)
    statistics = FloatBuffer(count: 2 * entry.outputs)
  }

  private var channels: Int { entry.outputs }

  func load(_ parameters: FloatBuffer) {
    self.parameters = parameters
    kernel.load(parameters)
  }

  func forward(_ sources: [UnsafePointer<Float>], into output: UnsafeMutablePointer<Float>, count: Int) {
    guard let parameters, let scale = entry.scale else { return }
    kernel.forward(sources, into: raw.pointer, count: count)
    if let rows = statisticsRows {
      measure(rows)
    } else {
      statistics.pointer.update(from: running, count: 2 * channels)
    }
    var factors = inverseDeviations
    var shifts = [Float](repeating: 0, count: channels)
    for c in 0..<channels {
      factors[c] *= parameters.pointer[scale + c]
      shifts[c] = parameters.pointer[entry.bias + c] - factors[c] * statistics.pointer[c]
    }
    loops_scale_channels(
      output, raw.pointer, factors, shifts, count * pixels, channels, entry.activation.clip ?? .unlimited)
    if entry.activation.clip == nil { entry.activation.apply(to: output, count: count * pixels * channels) }
  }

  private var inverseDeviations: [Float] {
    (0..<channels).map { 1 / (statistics.pointer[channels + $0] + Self.epsilon).squareRoot() }
  }

  /// Means and variances over some samples, each sample's sums in Float, their sums in Double; variances from the
  /// differences to the mean.
  private func measure(_ rows: Range<Int>) {
    let size = pixels * channels
    func mean(_ add: (UnsafeMutablePointer<Float>, Int) -> Void) -> [Double] {
      var totals = [Double](repeating: 0, count: channels)
      var sums = [Float](repeating: 0, count: channels)
      for row in rows {
        for c in 0..<channels { sums[c] = 0 }
        sums.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { add(base, row) } }
        for c in 0..<channels { totals[c] += Double(sums[c]) }
      }
      return totals.map { $0 / Double(max(rows.count * pixels, 1)) }
    }
    let means = mean { loops_sum_channels($0, raw.pointer + $1 * size, pixels, channels) }
    let centered = FloatBuffer(count: size)
    let (ones, shifts) = ([Float](repeating: 1, count: channels), means.map { -Float($0) })
    let variances = mean { sums, row in
      loops_scale_channels(
        centered.pointer, raw.pointer + row * size, ones, shifts, pixels, channels, .unlimited)
      loops_sum_products(sums, centered.pointer, centered.pointer, pixels, channels)
    }
    for c in 0..<channels {
      statistics.pointer[c] = Float(means[c])
      statistics.pointer[channels + c] = Float(variances[c])
    }
  }

  func backward(
    _ sources: [UnsafePointer<Float>], output: UnsafePointer<Float>, slope: UnsafeMutablePointer<Float>,
    count: Int, gradient: GradientTarget?, destinations: [SlopeTarget?]
  ) {
    guard let parameters, let scale = entry.scale else { return }
    let size = pixels * channels
    entry.activation.multiplyDerivative(atOutput: output, into: slope, count: count * size)
    // With x̂ = (x − μ)/s: the sums of the slopes and of slope·x̂ over all samples.
    var sums = [Float](repeating: 0, count: channels)
    var products = [Float](repeating: 0, count: channels)
    for row in 0..<count {
      loops_sum_channels(&sums, slope + row * size, pixels, channels)
      loops_sum_products(&products, slope + row * size, raw.pointer + row * size, pixels, channels)
    }
    let inverses = inverseDeviations
    for c in 0..<channels { products[c] = (products[c] - statistics.pointer[c] * sums[c]) * inverses[c] }
    if let gradient {
      let block = gradient.block.pointer
      for c in 0..<channels {
        block[entry.bias + c] = (gradient.adds ? block[entry.bias + c] : 0) + sums[c]
        block[scale + c] = (gradient.adds ? block[scale + c] : 0) + products[c]
      }
    }
    // ∂/∂x = γ/s·(slope − (Σ slope + x̂·Σ slope·x̂)/n), the second part only where x has part in the statistics.
    let factors = (0..<channels).map { parameters.pointer[scale + $0] * inverses[$0] }
    let measured = (statisticsRows ?? 0..<0).clamped(to: 0..<count)
    let n = Float(max(measured.count * pixels, 1))
    let byRaw = (0..<channels).map { -factors[$0] * products[$0] * inverses[$0] / n }
    let constant = (0..<channels).map { -factors[$0] * sums[$0] / n - byRaw[$0] * statistics.pointer[$0] }
    let none = [Float](repeating: 0, count: channels)
    for row in 0..<count {
      let isMeasured = measured.contains(row)
      loops_combine_channels(
        slope + row * size, raw.pointer + row * size, factors, isMeasured ? byRaw : none,
        isMeasured ? constant : none, pixels, channels)
    }
    kernel.backward(
      sources, output: raw.pointer, slope: slope, count: count, gradient: gradient,
      destinations: destinations)
  }
}
