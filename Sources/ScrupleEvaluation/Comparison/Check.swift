import Foundation

/// A statement about a figure that either holds or does not.
public struct Check: Sendable, Equatable, Codable {
  /// On which side of the bound the value must lie.
  public enum Relation: String, Sendable, Codable {
    case atMost
    case atLeast

    /// ≤ or ≥.
    public var symbol: String { self == .atMost ? "≤" : "≥" }
  }

  /// What is checked.
  public var name: String
  /// On which side of the bound the value must lie.
  public var relation: Relation
  /// The bound.
  public var bound: Double
  /// What was measured.
  public var value: Double
  /// Whether the value lies on the right side.
  public var holds: Bool

  /// A value that is not a number never holds; it is kept as infinite, so that the check can be written as JSON.
  public init(_ name: String, _ value: Double, _ relation: Relation, _ bound: Double) {
    self.name = name
    self.relation = relation
    self.bound = bound
    let broken = relation == .atMost ? Double.greatestFiniteMagnitude : -Double.greatestFiniteMagnitude
    self.value = value.isFinite ? value : broken
    holds = relation == .atMost ? self.value <= bound : self.value >= bound
  }
}
