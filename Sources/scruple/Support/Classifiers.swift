import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleQuantization

/// What a float model says about the numbers that the device reads.
///
/// It is asked about the bytes `u/255`, not about what they were rounded from, so that the two sides answer about
/// the same input; and in `Double`, since what is proved speaks of real arithmetic.
struct FloatClassifier: Classifier {
  let name: String
  let network: Network

  func predictions(for data: Dataset) throws -> ScrupleEvaluation.Predictions {
    let logits = network.preciseLogits(try data.quantized(0..<data.count, for: network.input))
    let classes = network.classCount
    let energies = (0..<data.count).map { row -> Double in
      let values = logits[row * classes..<(row + 1) * classes]
      let largest = values.max() ?? 0
      return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
    }
    return try ScrupleEvaluation.Predictions(
      probabilities: softmax(logits, classes: classes), classCount: classes, labels: data.labels,
      energies: energies)
  }
}

/// What an int8 program says, on the host or on a simulated device.
struct ProgramClassifier: Classifier {
  let file: ProgramFile
  /// The device to run on; nil for the host's engine.
  var device: (any Device)?
  /// Whether the file's bracket speaks of the float model on the other side.
  var speaksOfTwin = true
  var threads = 2
  var progress: (@Sendable (Int) -> Void)?

  var name: String { device.map { "int8 on \($0.board.name)" } ?? "int8" }

  func predictions(for data: Dataset) throws -> ScrupleEvaluation.Predictions {
    let inputs = try data.quantized(0..<data.count, for: file.program.metadata.input)
    let answers =
      try device.map { try $0.run(file.engine, inputs, progress: progress).predictions }
      ?? file.engine.run(inputs, threads: threads)
    return try ScrupleEvaluation.Predictions(
      fixedPoint: answers.probabilities, classCount: answers.classCount,
      device: DeviceColumns(
        decisions: answers.verdicts.map(\.classIndex), lower: answers.verdicts.map(\.lower),
        upper: answers.verdicts.map(\.upper), accepted: answers.verdicts.map(\.accepted),
        gap: speaksOfTwin ? file.program.metadata.gap : nil),
      labels: data.labels)
  }
}
