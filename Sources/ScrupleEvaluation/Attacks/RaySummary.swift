/// Far rays in figures: medians over all rays, in float, and beside them on the device's finitely many inputs.
public struct RaySummary: Sendable, Equatable, Codable {
  /// The model's name.
  public var model: String
  /// How many rays were walked.
  public var rayCount: Int
  /// Confidences whose first crossing was looked for.
  public var levels: [Double]
  /// Rays whose last linear piece was computed and held against the float model, and those that agreed.
  public var checked: Int, confirmed: Int
  /// The float model on the rays, which have no end; nil without a float model.
  public var float: FloatSide?
  /// The program on the rays, which end where every byte is saturated; nil without a program.
  public var int8: DeviceSide?

  /// How soon confidences are reached, and the highest of all.
  public struct Reach: Sendable, Equatable, Codable {
    /// For each level the median of the first α that reaches it; nil where half of the rays never do.
    public var medianCrossings: [Double?]
    /// For each level the share of rays that reach it at all.
    public var shares: [Double]
    /// The highest confidence on a ray: the median over all rays.
    public var medianHighest: Double
    /// The highest confidence on any ray.
    public var highest: Double

    /// - Parameters:
    ///   - crossings: for each ray, one for each level.
    ///   - highest: for each ray.
    init?(crossings: [[Double?]], highest: [Double], levels: Int) {
      guard let top = highest.max() else { return nil }
      let rays = Double(highest.count)
      medianCrossings = (0..<levels).map { level in middle(crossings.map { $0[level] }) }
      shares = (0..<levels).map { level in Double(crossings.count { $0[level] != nil }) / rays }
      medianHighest = middle(highest) ?? top
      self.highest = top
    }
  }

  /// A float model on its rays.
  public struct FloatSide: Sendable, Equatable, Codable {
    /// Confidences, up to the largest α that was walked.
    public var reach: Reach
    /// The median of the confidences that rays tend to; nil for networks whose last pieces aren't computed.
    public var limit: Double?
    /// The median number of linear pieces that a ray passes; nil where they aren't counted.
    public var pieces: Double?
  }

  /// A program on its rays.
  public struct DeviceSide: Sendable, Equatable, Codable {
    /// Confidences, of the inputs that were tried.
    public var reach: Reach
    /// The median of the α beyond which no byte changes any more.
    public var saturates: Double
    /// The different inputs on all rays, and how many of them were tried.
    public var inputs: Int, tried: Int
  }

  /// The figures of a survey.
  public init(_ survey: RaySurvey) {
    model = survey.model
    rayCount = survey.rays.count
    levels = survey.levels
    (checked, confirmed) = (survey.checked, survey.confirmed)
    if let profile = survey.profile {
      float = Reach(
        crossings: survey.rays.map(\.crossings), highest: profile.confidences.map { $0.max() ?? 0 },
        levels: levels.count
      ).map {
        FloatSide(
          reach: $0, limit: survey.median { $0.end?.confidence },
          pieces: survey.median { $0.pieces.map(Double.init) })
      }
    }
    let devices = survey.rays.compactMap(\.device)
    int8 = Reach(
      crossings: devices.map(\.crossings), highest: devices.map(\.highest), levels: levels.count
    ).map {
      DeviceSide(
        reach: $0, saturates: middle(devices.map(\.saturates)) ?? 0,
        inputs: devices.reduce(0) { $0 + $1.inputs }, tried: devices.reduce(0) { $0 + $1.tried })
    }
  }
}

/// The median; what is missing counts as infinite, and an infinite median is nil.
private func middle(_ values: [Double?]) -> Double? {
  let sorted = values.map { $0 ?? .infinity }.sorted()
  guard let median = sorted.isEmpty ? nil : sorted[sorted.count / 2], median.isFinite else { return nil }
  return median
}
