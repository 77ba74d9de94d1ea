import ScrupleNetwork

/// Samples of one shape, with their classes if they are known.
public struct Dataset: Sendable, Equatable {
  /// The samples one after the other, in the order of the file.
  public enum Samples: Sendable, Equatable {
    /// 8-bit images: samples × height × width × channels.
    case bytes([UInt8])
    /// Rows of a table in their own units: samples × features.
    case values([Float])
  }

  /// What the set is called in tables and errors.
  public var name: String
  /// Where it came from: files, or how it was made.
  public var source: String
  /// All samples.
  public private(set) var samples: Samples
  /// One sample's shape: `[height, width, channels]` or `[features]`.
  public let shape: Shape
  /// The features' names; empty when there are none, and for images.
  public let featureNames: [String]
  /// The class of each sample, in 0 ..< `labelNames.count`; nil when they are unknown.
  public private(set) var labels: [Int]?
  /// The classes' names.
  public private(set) var labelNames: [String]

  /// Wraps samples.
  ///
  /// - Precondition: whole samples of `shape`, as many labels as samples, every label with a name.
  public init(
    name: String, source: String = "", samples: Samples, shape: Shape, featureNames: [String] = [],
    labels: [Int]? = nil, labelNames: [String] = []
  ) {
    self.name = name
    self.source = source
    self.samples = samples
    self.shape = shape
    self.featureNames = featureNames
    self.labels = labels
    self.labelNames = labelNames
    precondition(shape.count > 0 && samples.count % shape.count == 0, "not a whole number of samples")
    precondition(featureNames.isEmpty || featureNames.count == shape.count, "a name for each feature")
    if let labels {
      precondition(labels.count == count, "a label for each sample")
      precondition(labels.allSatisfy { $0 >= 0 && $0 < labelNames.count }, "a name for each label")
    }
  }

  /// The number of samples.
  public var count: Int { samples.count / shape.count }

  /// True for 8-bit images.
  public var isImage: Bool { if case .bytes = samples { true } else { false } }

  /// The first samples, at most `limit`.
  public func prefix(_ limit: Int) -> Dataset {
    limit >= count ? self : selecting(Array(0..<max(limit, 0)))
  }

  /// The samples with the given numbers, in that order.
  public func selecting(_ indices: [Int]) -> Dataset {
    var result = self
    switch samples {
    case .bytes(let all): result.samples = .bytes(gather(all, indices))
    case .values(let all): result.samples = .values(gather(all, indices))
    }
    result.labels = labels.map { all in indices.map { all[$0] } }
    return result
  }

  /// This set's samples, then those of another of the same shape and classes.
  ///
  /// - Precondition: equal shape, feature names and classes; both labelled or neither.
  public func appending(_ other: Dataset) -> Dataset {
    precondition(shape == other.shape && featureNames == other.featureNames && labelNames == other.labelNames)
    precondition((labels == nil) == (other.labels == nil))
    var result = self
    switch (samples, other.samples) {
    case (.bytes(let a), .bytes(let b)): result.samples = .bytes(a + b)
    case (.values(let a), .values(let b)): result.samples = .values(a + b)
    default: preconditionFailure("images and rows of a table don't go together")
    }
    if let a = labels, let b = other.labels { result.labels = a + b }
    return result
  }

  private func gather<T>(_ all: [T], _ indices: [Int]) -> [T] {
    let size = shape.count
    var result: [T] = []
    result.reserveCapacity(indices.count * size)
    for index in indices { result += all[(index * size)..<((index + 1) * size)] }
    return result
  }

  /// The same samples with their classes numbered as in `known`, matched by name.
  ///
  /// - Throws: `unknownLabel` for a class that occurs and isn't in `known`, `unlabelled` without labels.
  public func relabelled(as known: [String]) throws(DataError) -> Dataset {
    guard let labels else { throw .unlabelled(dataset: name, need: "matching the model's classes") }
    if known == labelNames { return self }
    var numbers: [Int?] = []
    for label in labelNames { numbers.append(known.firstIndex(of: label)) }
    var renumbered: [Int] = []
    renumbered.reserveCapacity(labels.count)
    for label in labels {
      guard let number = numbers[label] else {
        throw .unknownLabel(dataset: name, label: labelNames[label], known: known)
      }
      renumbered.append(number)
    }
    var result = self
    result.labels = renumbered
    result.labelNames = known
    return result
  }
}

extension Dataset.Samples {
  /// The number of values of all samples together.
  public var count: Int {
    switch self {
    case .bytes(let all): all.count
    case .values(let all): all.count
    }
  }
}
