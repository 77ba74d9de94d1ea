/// Resizing of 8-bit pictures, one axis after the other, each output pixel a weighted mean of input pixels.
///
/// The weights are a triangle centred on the output pixel: as wide as an input pixel when enlarging
/// (bilinear interpolation), as wide as an output pixel when shrinking (so that every input pixel counts).
/// The edges are cut and the weights rescaled to sum to 1. Values in between are kept as Float; the result is
/// rounded once.
struct Resizer {
  private let channels: Int
  private let rows, columns: Axis
  private let inputWidth: Int

  /// Sizes are (height, width), all positive.
  init(from input: (Int, Int), to output: (Int, Int), channels: Int) {
    precondition(min(input.0, input.1, output.0, output.1, channels) > 0)
    self.channels = channels
    rows = Axis(from: input.0, to: output.0)
    columns = Axis(from: input.1, to: output.1)
    inputWidth = input.1
  }

  /// - Parameter pixels: height × width × channels of the input size.
  func resize(_ pixels: ArraySlice<UInt8>) -> [UInt8] {
    let start = pixels.startIndex
    let inputHeight = pixels.count / (inputWidth * channels)
    let outputWidth = columns.taps.count
    var narrowed = [Float](repeating: 0, count: inputHeight * outputWidth * channels)
    for y in 0..<inputHeight {
      for (x, taps) in columns.taps.enumerated() {
        for c in 0..<channels {
          var sum: Float = 0
          for (k, weight) in taps.weights.enumerated() {
            sum += weight * Float(pixels[start + (y * inputWidth + taps.first + k) * channels + c])
          }
          narrowed[(y * outputWidth + x) * channels + c] = sum
        }
      }
    }
    let stride = outputWidth * channels
    var result = [UInt8](repeating: 0, count: rows.taps.count * stride)
    for (y, taps) in rows.taps.enumerated() {
      for i in 0..<stride {
        var sum: Float = 0
        for (k, weight) in taps.weights.enumerated() {
          sum += weight * narrowed[(taps.first + k) * stride + i]
        }
        result[y * stride + i] = UInt8(min(max((sum + 0.5).rounded(.down), 0), 255))
      }
    }
    return result
  }

  /// The weights along one axis.
  private struct Axis {
    /// For each output position, the first input position and the weights from there on.
    let taps: [(first: Int, weights: [Float])]

    init(from input: Int, to output: Int) {
      let ratio = Double(input) / Double(output)
      let reach = max(ratio, 1)
      taps = (0..<output).map { position in
        let centre = (Double(position) + 0.5) * ratio
        let first = max(Int((centre - reach).rounded(.down)), 0)
        let last = min(Int((centre + reach).rounded(.up)), input) - 1
        let weights = (first...last).map { max(1 - abs((Double($0) + 0.5 - centre) / reach), 0) }
        let sum = weights.reduce(0, +)
        return (first, weights.map { Float($0 / sum) })
      }
    }
  }
}
