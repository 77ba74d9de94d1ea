import ScrupleNetwork

/// The inputs that a certificate about boxes speaks of, as its file says it.
public enum InputRegion: Equatable, Sendable {
  /// Everything within `radius` byte steps, in every byte, of one of the samples.
  case balls(around: SampleList, radius: Int)
  /// Everything with every byte in one range.
  case box(ClosedRange<UInt8>)
  /// Everything farther than a distance from all of the points.
  case far(FarRegion, from: SampleList)

  /// A list of inputs by its name, with what tells whether it is the same list.
  public struct SampleList: Equatable, Sendable {
    /// What the list is called: a dataset's specification.
    public var name: String
    /// How many inputs it has.
    public var count: Int
    /// SHA-256 of all inputs' bytes, one input after the other.
    public var checksum: String

    init(name: String, count: Int, checksum: String) {
      (self.name, self.count, self.checksum) = (name, count, checksum)
    }

    /// Describes a list.
    public init(name: String, inputs: [[UInt8]]) {
      self.name = name
      count = inputs.count
      checksum = Checksum.text(Checksum.sha256(inputs.flatMap(\.self)))
    }
  }

  /// The number of boxes that are bounded one by one.
  public var boxes: Int {
    if case .balls(let samples, _) = self { samples.count } else { 1 }
  }

  /// The set in words, of models with `inputs` bytes.
  ///
  /// - Parameter includesRounding: every real input that rounds to such bytes belongs to the set, too.
  func words(inputs: Int, includesRounding: Bool) -> String {
    let suffix = includesRounding ? "; and every real input that is rounded to one of these" : ""
    switch self {
    case .balls(let samples, let radius):
      return
        "\(samples.count) samples of \(samples.name), each of the \(inputs) bytes moved by up to \(radius)"
        + suffix
    case .box(let range):
      return "every input with all \(inputs) bytes in \(range.lowerBound)...\(range.upperBound)" + suffix
    case .far(let region, let samples):
      let metric = region.metric == .maximum ? "in at least one byte" : "in Euclidean distance"
      return "every input that is more than \(region.distance) byte steps, \(metric), away from each of"
        + " \(samples.count) samples of \(samples.name)"
    }
  }
}

extension InputRegion: Codable {
  private enum Key: String, CodingKey {
    case kind, data, samples, checksum, radius, low, high, distance, metric, points
  }

  private enum Kind: String, Codable { case balls, box, far }

  /// Reads a region.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func samples() throws -> SampleList {
      SampleList(
        name: try container.decode(String.self, forKey: .data),
        count: try container.decode(Int.self, forKey: .samples),
        checksum: try container.decode(String.self, forKey: .checksum))
    }
    switch try container.decode(Kind.self, forKey: .kind) {
    case .balls:
      self = .balls(around: try samples(), radius: try container.decode(Int.self, forKey: .radius))
    case .box:
      let low = try container.decode(UInt8.self, forKey: .low)
      let high = try container.decode(UInt8.self, forKey: .high)
      guard low <= high else {
        throw DecodingError.dataCorruptedError(
          forKey: .low, in: container, debugDescription: "\(low)...\(high) is not a range")
      }
      self = .box(low...high)
    case .far:
      let points = try container.decode([InputBytes].self, forKey: .points).map(\.bytes)
      let list = try samples()
      guard list == SampleList(name: list.name, inputs: points) else {
        throw DecodingError.dataCorruptedError(
          forKey: .points, in: container, debugDescription: "the points are not those of the checksum")
      }
      self = .far(
        try FarRegion(
          fartherThan: try container.decode(Double.self, forKey: .distance), from: points,
          metric: try container.decode(FarRegion.Metric.self, forKey: .metric)), from: list)
    }
  }

  /// Writes a region.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    func encode(_ samples: SampleList) throws {
      try container.encode(samples.name, forKey: .data)
      try container.encode(samples.count, forKey: .samples)
      try container.encode(samples.checksum, forKey: .checksum)
    }
    switch self {
    case .balls(let samples, let radius):
      try container.encode(Kind.balls, forKey: .kind)
      try encode(samples)
      try container.encode(radius, forKey: .radius)
    case .box(let range):
      try container.encode(Kind.box, forKey: .kind)
      try container.encode(range.lowerBound, forKey: .low)
      try container.encode(range.upperBound, forKey: .high)
    case .far(let region, let samples):
      try container.encode(Kind.far, forKey: .kind)
      try encode(samples)
      try container.encode(region.distance, forKey: .distance)
      try container.encode(region.metric, forKey: .metric)
      try container.encode(region.data.map(InputBytes.init), forKey: .points)
    }
  }
}
