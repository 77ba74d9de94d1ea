/// How far a training is: told after every batch, and with ``isEpochEnd`` after every epoch's test.
public struct TrainingProgress: Sendable {
  /// The present epoch, from 1.
  public var epoch: Int
  /// Epochs in all. (For L-BFGS: the most iterations; `epoch` is the iteration.)
  public var epochs: Int
  /// Batches done in this epoch.
  public var batch: Int
  /// Batches of an epoch.
  public var batches: Int
  /// The mean cross-entropy of this epoch so far.
  public var loss: Double
  /// The share of this epoch's samples so far that were classified rightly while training on them.
  public var trainAccuracy: Double
  /// The mean confidence on this epoch's noise so far, if there is noise.
  public var noiseConfidence: Double?
  /// The accuracy on the validation data after the last finished epoch.
  public var validationAccuracy: Double? = nil
  /// The accuracy on the test data after the last finished epoch.
  public var testAccuracy: Double?
  /// Rows per second in this run, noise included.
  public var samplesPerSecond: Double
  /// Estimated from the speed of this run.
  public var secondsLeft: Double
  /// Whether the weights in use lie on the int8 grid.
  public var isOnGrid: Bool
  /// Whether the epoch is complete and tested.
  public var isEpochEnd: Bool
}
