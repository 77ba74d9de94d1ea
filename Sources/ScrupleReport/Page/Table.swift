/// A table of text.
public struct Table: Sendable, Equatable {
  /// What the table is about; above it.
  public var caption: String
  /// Columns, left to right.
  public var columns: [Column]
  /// Rows of cells, one cell per column.
  public var rows: [[Cell]]

  /// Wraps its parts.
  public init(caption: String = "", columns: [Column], rows: [[Cell]]) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }

  /// A column's head.
  public struct Column: Sendable, Equatable {
    /// The name in the head.
    public var title: String
    /// A heading over neighbouring columns with the same group.
    public var group: String
    /// Numbers are set to the right.
    public var isNumeric: Bool

    /// Wraps its parts.
    public init(_ title: String, group: String = "", isNumeric: Bool = true) {
      self.title = title
      self.group = group
      self.isNumeric = isNumeric
    }
  }

  /// Text, and how it is shown.
  public struct Cell: Sendable, Equatable, ExpressibleByStringLiteral {
    /// What a cell says besides its text.
    public enum Style: Sendable, Equatable { case plain, good, bad, muted }

    /// The text.
    public var text: String
    /// How it is shown.
    public var style: Style

    /// Wraps its parts.
    public init(_ text: String, _ style: Style = .plain) {
      self.text = text
      self.style = style
    }

    /// Plain text.
    public init(stringLiteral value: String) { self.init(value) }
  }
}
