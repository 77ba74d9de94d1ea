import Foundation
import ScrupleNetwork

/// What `training.json` holds: how a model came to be.
public struct TrainingRecord: Codable, Equatable, Sendable {
  /// One epoch's figures.
  public struct Epoch: Codable, Equatable, Sendable {
    /// From 1.
    public var epoch: Int
    /// The mean cross-entropy on the training data, while training on it.
    public var loss: Double
    /// The accuracy on the training data, while training on it.
    public var trainAccuracy: Double
    /// The mean cross-entropy on the validation data.
    public var validationLoss: Double?
    /// The accuracy on the validation data.
    public var validationAccuracy: Double?
    /// The mean cross-entropy on the test data.
    public var testLoss: Double?
    /// The accuracy on the test data.
    public var testAccuracy: Double?
    /// The mean of `max log softmax` on the noise (after the attack, for ACET).
    public var noiseLoss: Double?
    /// The mean confidence on the noise (after the attack, for ACET).
    public var noiseConfidence: Double?
    /// The mean confidence on outliers, unless they have a class.
    public var outlierConfidence: Double?
    /// The mean of the interval bounds on the confidence in the interval loss's boxes.
    public var intervalConfidence: Double?
    /// The largest certified gap of all class pairs, on the grid.
    public var gap: Double?
    /// The learning rate at the epoch's end.
    public var rate: Double
    /// Whether the weights in use lay on the int8 grid.
    public var onGrid: Bool
    /// Seconds of training, without the test.
    public var seconds: Double
  }

  /// The model's name.
  public var name: String
  /// The command that trained it.
  public var command: [String]
  /// The recipe's seed.
  public var seed: UInt64
  /// SHA-256 of the recipe's text, in hexadecimal.
  public var recipe: String
  /// SHA-256 of the written model file, in hexadecimal.
  public var model: String
  /// Scruple, Swift, the matrix library, the CPU. The weights' bits can depend on the last two.
  public var versions: [String: String]
  /// Parts of a batch whose gradients are added; decides the weights' bits, together with the versions.
  public var shards: Int
  /// Threads that worked; does not change the result.
  public var threads: Int
  /// The number of training samples.
  public var trainSamples: Int
  /// The number of samples kept apart to validate on.
  public var validationSamples: Int?
  /// The epoch whose network was written, where the best one was kept.
  public var keptEpoch: Int?
  /// The number of test samples.
  public var testSamples: Int
  /// One entry an epoch. (For L-BFGS: one for the whole.)
  public var epochs: [Epoch]
  /// The written network's accuracy on the training data.
  public var trainAccuracy: Double
  /// The written network's accuracy on the test data.
  public var testAccuracy: Double?
  /// The written network's largest certified gap of all class pairs, if it is a grid twin.
  public var gap: Double?

  /// Writes the record as JSON, replacing an old file whole or not at all.
  public func write(to file: URL) throws(TrainingError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try replaceFile(at: file, with: try encoder.encode(self) + Data("\n".utf8))
    } catch {
      throw .unwritable(file: file.relativePath, reason: reason(of: error))
    }
  }

  /// Versions of what the weights' bits depend on.
  static func versions(tool: String) -> [String: String] {
    #if swift(>=6.3)
      let swift = "6.3 or later"
    #else
      let swift = "before 6.3"
    #endif
    let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let model = information?.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    return [
      "scruple": tool, "swift": swift, "matrixLibrary": matmulLibrary, "cpu": model ?? "unknown",
      "system": ProcessInfo.processInfo.operatingSystemVersionString,
    ]
  }
}
