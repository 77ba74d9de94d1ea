import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleNetwork

/// What an int8 program says, on the host or on a simulated device.
public struct DeviceClassifier: Classifier {
  private let engine: Engine
  private let input: InputDescription
  private let device: (any Device)?
  private let threads: Int
  private let speaksOfTwin: Bool
  private let progress: (@Sendable (Int) -> Void)?

  /// A program and where it runs.
  ///
  /// - Parameters:
  ///   - engine: the program.
  ///   - input: what it reads, from its metadata.
  ///   - device: where it runs; on the host when nil.
  ///   - speaksOfTwin: whether the file's gap and brackets speak of the float model that they are held against;
  ///     otherwise the gap is left out.
  ///   - threads: on the host, how many at a time.
  ///   - progress: told by devices how many samples are answered so far, from any thread.
  public init(
    engine: Engine, input: InputDescription, device: (any Device)? = nil, speaksOfTwin: Bool = true,
    threads: Int = 2, progress: (@Sendable (Int) -> Void)? = nil
  ) {
    self.engine = engine
    self.input = input
    self.device = device
    self.speaksOfTwin = speaksOfTwin
    self.threads = threads
    self.progress = progress
  }

  /// What tables and progress lines call it.
  public var name: String { device.map { "int8 on \($0.board.name)" } ?? "int8" }

  /// One row per sample.
  ///
  /// - Parameter data: in the form that the program's input asks for; labels number its classes.
  public func predictions(for data: Dataset) throws -> Predictions {
    let inputs = try data.quantized(0..<data.count, for: input)
    let answers =
      try device.map { try $0.run(engine, inputs, progress: progress).predictions }
      ?? engine.run(inputs, threads: threads)
    return try Predictions(answers, engine: engine, speaksOfTwin: speaksOfTwin, labels: data.labels)
  }
}

extension Predictions {
  /// The answers of a device as a table.
  ///
  /// - Parameters:
  ///   - engine: the program that gave them: it knows the gap and how energies are scaled.
  ///   - speaksOfTwin: see ``DeviceClassifier/init(engine:input:device:speaksOfTwin:threads:progress:)``.
  public init(
    _ answers: ScrupleDevice.Predictions, engine: Engine, speaksOfTwin: Bool = true, labels: [Int]? = nil
  ) throws(EvaluationError) {
    let verdicts = answers.verdicts
    let energies = engine.withModel { model in
      verdicts.map { Double(model.energy(of: $0)) * 0x1p-16 * log(2) }
    }
    let hasGap = speaksOfTwin && engine.gapFactor != 0
    try self.init(
      fixedPoint: answers.probabilities, classCount: answers.classCount,
      device: DeviceColumns(
        decisions: verdicts.map(\.classIndex), lower: verdicts.map(\.lower), upper: verdicts.map(\.upper),
        accepted: verdicts.map(\.accepted), gap: hasGap ? log(Double(engine.gapFactor) * 0x1p-24) : nil),
      labels: labels, energies: energies)
  }
}
