/// What a certificate file holds about one box: how confident the program can be there.
public struct BoxCap: Equatable, Sendable, Codable {
  /// The box's number in its region.
  public var index: Int
  /// The middle of a ball; nil where the region itself is the box.
  public var input: InputBytes?
  /// The device's largest probability is nowhere above this.
  public var cap: Double
  /// Parts that the box was split into; 1 without a search.
  public var parts: Int
  /// The most confident input that an attack found.
  public var found: Found?

  /// One input, and what it does.
  public struct Found: Equatable, Sendable, Codable {
    /// The program's largest probability, by exact softmax.
    public var confidence: Double
    /// The input.
    public var input: InputBytes
  }
}
