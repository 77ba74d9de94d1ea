import ScrupleData

/// Whatever answers for a data set: a float network, the host runtime, a simulated device.
public protocol Classifier {
  /// What tables and progress lines call it.
  var name: String { get }
  /// One row per sample of `data`, in its order, with the labels of `data` where they fit the classes.
  func predictions(for data: Dataset) throws -> Predictions
}
