import Dispatch
import Foundation
import ScrupleData
import ScrupleNetwork

/// What a float model says about the numbers that the device reads.
///
/// It is asked about the bytes `u/255`, not about what they were rounded from, so that float and int8 answer
/// about the same input; and in `Double`, since what is proved speaks of real arithmetic.
public struct FloatClassifier: Classifier {
  /// What tables and progress lines call it.
  public let name: String
  /// The model.
  public let network: Network

  /// Wraps both.
  public init(name: String = "float", network: Network) {
    self.name = name
    self.network = network
  }

  /// One row per sample.
  ///
  /// - Parameter data: in the form that the network's input asks for; labels number the network's classes.
  public func predictions(for data: Dataset) throws -> Predictions {
    let inputs = try data.quantized(0..<data.count, for: network.input)
    return try Predictions(
      logits: network.concurrentPreciseLogits(inputs), classCount: network.classCount, labels: data.labels)
  }
}

extension Network {
  /// ``preciseLogits(_:)`` on all cores. A sample's logits don't depend on how many there are.
  fileprivate func concurrentPreciseLogits(_ inputs: [UInt8]) -> [Double] {
    let count = inputs.count / input.count
    // Enough samples at a time to share what is prepared for a batch, few enough to keep every core busy.
    let batch = 64
    let batches = (count + batch - 1) / batch
    return [Double](unsafeUninitializedCapacity: count * classCount) { buffer, initialized in
      // Every batch writes its own samples only.
      nonisolated(unsafe) let base = buffer.baseAddress
      DispatchQueue.concurrentPerform(iterations: batches) { index in
        let start = index * batch
        let end = min(start + batch, count)
        let logits = preciseLogits(Array(inputs[start * input.count..<end * input.count]))
        logits.withUnsafeBufferPointer { logits in
          guard let source = logits.baseAddress else { return }
          base?.advanced(by: start * classCount).initialize(from: source, count: logits.count)
        }
      }
      initialized = count * classCount
    }
  }
}

extension Predictions {
  /// The softmax of logits in nats, `count × classCount`, row-major, with their energies.
  public init(logits: [Double], classCount: Int, labels: [Int]? = nil) throws(EvaluationError) {
    guard classCount >= 2 else { throw .tooFewClasses(classCount) }
    var probabilities = logits
    var energies: [Double] = []
    energies.reserveCapacity(logits.count / classCount)
    for start in stride(from: 0, through: logits.count - classCount, by: classCount) {
      let row = start..<start + classCount
      let largest = logits[row].max() ?? 0
      var sum = 0.0
      for i in row {
        probabilities[i] = exp(logits[i] - largest)
        sum += probabilities[i]
      }
      for i in row { probabilities[i] /= sum }
      energies.append(largest + log(sum))
    }
    try self.init(
      probabilities: probabilities, classCount: classCount, labels: labels, energies: energies)
  }
}
