import CVectorLoops
import ScrupleData
import ScrupleNetwork

/// Labelled samples in the form in which batches are drawn from them.
final class TrainingSet: Sendable {
  /// The number of samples.
  let count: Int
  /// Values of a sample.
  let width: Int
  let labels: [Int32]
  private let samples: Samples

  private enum Samples: Sendable {
    /// 8-bit images: a quarter of the memory, normalized when they are drawn.
    case bytes([UInt8])
    /// Normalized values.
    case values([Float])
  }

  /// - Parameter labelNames: the classes, in the order of the logits.
  init(_ dataset: Dataset, input: InputDescription, labelNames: [String]) throws(DataError) {
    let data = try dataset.matching(input).relabelled(as: labelNames)
    count = data.count
    width = input.count
    labels = (data.labels ?? []).map(Int32.init)
    switch data.samples {
    case .bytes(let bytes): samples = .bytes(bytes)
    case .values: samples = .values(try data.normalized(0..<data.count, for: input))
    }
  }

  /// Samples without classes.
  init(unlabelled dataset: Dataset, input: InputDescription) throws(DataError) {
    let data = try dataset.matching(input, resize: true)
    count = data.count
    width = input.count
    labels = []
    switch data.samples {
    case .bytes(let bytes): samples = .bytes(bytes)
    case .values: samples = .values(try data.normalized(0..<data.count, for: input))
    }
  }

  /// Draws the samples `order[range]` with their labels.
  func draw(
    _ order: UnsafeBufferPointer<Int>, _ range: Range<Int>, into rows: UnsafeMutablePointer<Float>,
    labels destination: UnsafeMutablePointer<Int32>
  ) {
    for (row, index) in range.enumerated() {
      destination[row] = labels[order[index]]
      draw(order[index], into: rows + row * width)
    }
  }

  /// Draws one sample.
  func draw(_ sample: Int, into row: UnsafeMutablePointer<Float>) {
    switch samples {
    case .bytes(let all):
      all.withUnsafeBufferPointer { all in
        guard let source = all.baseAddress else { return }
        loops_normalize(row, source + sample * width, width)
      }
    case .values(let all):
      all.withUnsafeBufferPointer { all in
        guard let source = all.baseAddress else { return }
        row.update(from: source + sample * width, count: width)
      }
    }
  }

  /// Normalized samples, row-major.
  func normalized(_ range: Range<Int>) -> [Float] {
    switch samples {
    case .bytes(let all):
      InputDescription.normalized(Array(all[range.lowerBound * width..<range.upperBound * width]))
    case .values(let all): Array(all[range.lowerBound * width..<range.upperBound * width])
    }
  }

  /// The share of samples whose largest logit is at their class.
  func accuracy(of network: Network) -> Double {
    let classes = network.classCount
    var correct = 0
    for start in stride(from: 0, to: count, by: 1024) {
      let part = start..<min(start + 1024, count)
      let logits = network.logits(normalized(part), count: part.count)
      for (row, sample) in part.enumerated() {
        let z = logits[row * classes..<(row + 1) * classes]
        let largest = z.indices.max { z[$0] < z[$1] || z[$0] == z[$1] && $0 > $1 } ?? z.startIndex
        correct += largest - z.startIndex == Int(labels[sample]) ? 1 : 0
      }
    }
    return Double(correct) / Double(max(count, 1))
  }
}
