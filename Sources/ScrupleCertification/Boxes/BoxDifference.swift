/// What a certificate file holds about one box: how far the program can be from the reference there.
public struct BoxDifference: Equatable, Sendable, Codable {
  /// The box's number in its region.
  public var index: Int
  /// The middle of a ball; nil where the region itself is the box.
  public var input: InputBytes?
  /// The largest change of a logit difference, in nats.
  public var gap: Double
  /// No class's probability changes by more.
  public var probabilityBound: Double
  /// The same for each class.
  public var classBounds: [Double]
  /// The largest probability does not change by more.
  public var confidenceBound: Double
  /// Where the reference's largest probability lies: low end, high end.
  public var referenceConfidence: [Double]
  /// Where the program's largest probability lies: low end, high end.
  public var programConfidence: [Double]
  /// The classes that can be either one's answer somewhere in the box.
  public var possibleClasses: [Int]
  /// Parts that the box was split into for `probabilityBound`; 1 without a search.
  public var parts: Int
  /// The worst input that an attack found.
  public var found: Found?

  /// One input, and what it does.
  public struct Found: Equatable, Sendable, Codable {
    /// The change of a class's probability, by exact softmax.
    public var change: Double
    /// The change of a logit difference there.
    public var gap: Double
    /// The input.
    public var input: InputBytes
  }

  init(_ certificate: BoxCertificate, index: Int, input: InputBytes?) {
    self.index = index
    self.input = input
    gap = certificate.gap
    probabilityBound = certificate.probabilityBound
    classBounds = certificate.classBounds
    confidenceBound = certificate.confidenceBound
    referenceConfidence = [
      certificate.referenceConfidence.lowerBound, certificate.referenceConfidence.upperBound,
    ]
    programConfidence = [certificate.programConfidence.lowerBound, certificate.programConfidence.upperBound]
    possibleClasses = certificate.possibleClasses
    parts = 1
  }

  /// Takes a search's smaller bound.
  mutating func tighten(_ search: SearchResult) {
    parts = search.boxes
    probabilityBound = min(probabilityBound, search.bound)
    confidenceBound = min(confidenceBound, probabilityBound)
    classBounds = classBounds.map { min($0, probabilityBound) }
  }
}
