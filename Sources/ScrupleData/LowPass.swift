import Foundation

/// A Gaussian low-pass for images, one axis after the other, the edges mirrored (…b a | a b c … y z | z y…).
///
/// The kernel is cut at 4σ and sums to 1. The sums are formed in one fixed order with separate roundings, so
/// that the same image gives the same bits on every machine.
struct LowPass {
  private let height, width, channels: Int
  private var rows, columns: Axis

  init(height: Int, width: Int, channels: Int, sigma: Float) {
    self.height = height
    self.width = width
    self.channels = channels
    rows = Axis(size: height, sigma: sigma)
    columns = height == width ? rows : Axis(size: width, sigma: sigma)
  }

  /// Takes another width of the Gaussian, in pixels.
  mutating func setSigma(_ sigma: Float) {
    rows = Axis(size: height, sigma: sigma)
    columns = height == width ? rows : Axis(size: width, sigma: sigma)
  }

  /// Filters one image in place.
  func apply(_ image: UnsafeMutableBufferPointer<Float>) {
    precondition(image.count == height * width * channels)
    guard let pixels = image.baseAddress else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: image.count) { buffer in
      guard let between = buffer.baseAddress else { return }
      filter(rows, from: pixels, to: between, stride: width * channels)
      for y in 0..<height {
        transpose(between + y * width * channels, to: pixels + y * channels)
      }
      filter(columns, from: pixels, to: between, stride: height * channels)
      for x in 0..<width {
        transposeBack(between + x * height * channels, to: pixels + x * channels)
      }
    }
  }

  /// Each output row is a weighted sum of input rows of `stride` values; output and input don't overlap.
  private func filter(
    _ axis: Axis, from input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    // Four sums side by side on 128-bit registers hide the latency of the additions.
    typealias Lane = SIMD16<Float>
    let width = Lane.scalarCount
    axis.weights.withUnsafeBufferPointer { weights in
      for (y, band) in axis.bands.enumerated() {
        let taps = weights.baseAddress.unsafelyUnwrapped + y * axis.size
        let result = output + y * stride
        var x = 0
        while x < stride, stride >= width {
          // The last lane starts earlier instead of being shorter.
          let start = min(x, stride - width)
          var sum = Lane.zero
          for j in band {
            sum += UnsafeRawPointer(input + j * stride + start).loadUnaligned(as: Lane.self) * taps[j]
          }
          UnsafeMutableRawPointer(result + start).storeBytes(of: sum, as: Lane.self)
          x += width
        }
        for x in x..<max(stride, x) {
          var sum: Float = 0
          for j in band { sum += input[j * stride + x] * taps[j] }
          result[x] = sum
        }
      }
    }
  }

  /// One row to one column of the transposed image.
  private func transpose(_ row: UnsafePointer<Float>, to column: UnsafeMutablePointer<Float>) {
    for x in 0..<width {
      for c in 0..<channels { column[x * height * channels + c] = row[x * channels + c] }
    }
  }

  private func transposeBack(_ column: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>) {
    for y in 0..<height {
      for c in 0..<channels { row[y * width * channels + c] = column[y * channels + c] }
    }
  }

  /// The filter along one axis as a matrix: what each output position takes from each input position.
  private struct Axis {
    let size: Int
    /// size × size, row-major.
    var weights: [Float]
    /// For each output position, where its weights aren't zero.
    var bands: [Range<Int>]

    init(size: Int, sigma: Float) {
      let reach = Int(4 * sigma + 0.5)
      let kernel = (-reach...reach).map { exp(-0.5 * pow(Double($0) / Double(sigma), 2)) }
      let sum = kernel.reduce(0, +)
      var matrix = [Double](repeating: 0, count: size * size)
      for output in 0..<size {
        for (k, weight) in kernel.enumerated() {
          matrix[output * size + Self.mirrored(output + k - reach, size)] += weight / sum
        }
      }
      self.size = size
      weights = matrix.map(Float.init)
      bands = (0..<size).map { max($0 - reach, 0)..<min($0 + reach + 1, size) }
    }

    private static func mirrored(_ position: Int, _ size: Int) -> Int {
      let folded = ((position % (2 * size)) + 2 * size) % (2 * size)
      return folded < size ? folded : 2 * size - 1 - folded
    }
  }
}
