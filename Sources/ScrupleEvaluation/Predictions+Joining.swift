extension Predictions {
  /// One table of several batches, in their order. A column that one of the batches lacks is dropped.
  public static func joined(_ batches: [Predictions]) throws(EvaluationError) -> Predictions {
    guard let first = batches.first else { throw .noSamples(set: "the list of batches") }
    for batch in batches where batch.classCount != first.classCount {
      throw .differentClasses(set: "a batch", expected: first.classCount, actual: batch.classCount)
    }
    return try Predictions(
      probabilities: batches.flatMap(\.probabilities), classCount: first.classCount,
      labels: column(batches, \.labels), energies: column(batches, \.energies), device: joinedDevice(batches))
  }

  private static func column<T>(_ batches: [Predictions], _ path: KeyPath<Predictions, [T]?>) -> [T]? {
    let columns = batches.compactMap { $0[keyPath: path] }
    return columns.count == batches.count ? Array(columns.joined()) : nil
  }

  private static func joinedDevice(_ batches: [Predictions]) -> DeviceColumns? {
    let devices = batches.compactMap(\.device)
    guard devices.count == batches.count, let first = devices.first else { return nil }
    return DeviceColumns(
      decisions: devices.flatMap(\.decisions), lower: devices.flatMap(\.lower),
      upper: devices.flatMap(\.upper), accepted: devices.flatMap(\.accepted), gap: first.gap)
  }
}
