import ScrupleData
import ScrupleNetwork

/// Why training cannot start or go on.
public enum TrainingError: Error, Sendable, CustomStringConvertible {
  /// A dataset cannot be had or does not fit; `place` is the recipe's line that names it.
  case data(DataError, place: String)
  /// The network cannot be made or written.
  case network(NetworkError)
  /// The recipe and its data do not go together.
  case setup(reason: String)
  /// The loss is not a number any more.
  case diverged(epoch: Int, batch: Int)
  /// A checkpoint cannot be used.
  case checkpoint(file: String, reason: String)
  /// A file cannot be written.
  case unwritable(file: String, reason: String)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .data(let error, let place): "\(place): \(Self.words(error))"
    case .network(let error): "\(error)"
    case .setup(let reason): reason
    case .diverged(let epoch, let batch):
      "the loss is not finite in epoch \(epoch), batch \(batch): lower optimizer.rate, or raise schedule.warmup"
    case .checkpoint(let file, let reason): "\(file): cannot be resumed from: \(reason)"
    case .unwritable(let file, let reason): "\(file): cannot be written: \(reason)"
    }
  }

  /// A recipe has no option to resize images.
  private static func words(_ error: DataError) -> String {
    guard case .wrongShape(let file, let expected, let found, let remedy) = error,
      remedy.contains("--resize")
    else { return error.description }
    return DataError.wrongShape(
      file: file, expected: expected, found: found, remedy: "a recipe resizes outliers only"
    ).description
  }
}
