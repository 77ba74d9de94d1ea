import ScrupleNetwork

/// A part of a dataset.
public enum DatasetPart: String, Sendable, CaseIterable {
  case train, validation, test, all
}

extension Dataset {
  /// One part of a set that has no parts of its own: of each class a fifth (rounded, at least one sample if
  /// the class has two) is for testing, the rest for training; both keep the file's order.
  ///
  /// The same seed always gives the same parts. Without labels the whole set counts as one class.
  ///
  /// - Precondition: `part` isn't `validation`, which only sets that come with one have.
  public func split(_ part: DatasetPart, seed: UInt64 = 0) -> Dataset {
    precondition(part != .validation, "\(name) has no validation part")
    guard part != .all else { return self }
    var generator = SeededGenerator(seed: seed)
    var members: [Int: [Int]] = [:]
    for index in 0..<count { members[labels?[index] ?? 0, default: []].append(index) }
    var isTest = [Bool](repeating: false, count: count)
    for label in members.keys.sorted() {
      var indices = members[label] ?? []
      generator.shuffle(&indices)
      let share = max((indices.count + 2) / 5, indices.count > 1 ? 1 : 0)
      for index in indices.prefix(share) { isTest[index] = true }
    }
    return selecting((0..<count).filter { isTest[$0] == (part == .test) })
  }
}
