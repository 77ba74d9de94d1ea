import Foundation

/// A statement about a figure that either holds or does not.
public struct Check: Sendable, Equatable, Codable {
  public enum Relation: String, Sendable, Codable {
    case atMost
    case atLeast

    /// ≤ or ≥.
    public var symbol: String { self == .atMost ? "≤" : "≥" }
  }

  public var name: String
  public var relation: Relation
  public var bound: Double
  public var value: Double
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
