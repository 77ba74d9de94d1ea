/// A table of text.
public struct Table: Sendable, Equatable {
  /// What files with the table are called; of two with one name in a report the second is called NAME-2.
  public var name: String
  /// What the table is about; above it.
  public var caption: String
  /// Columns, left to right.
  public var columns: [Column]
  /// Rows of cells, one cell per column.
  public var rows: [[Cell]]

  /// Wraps its parts.
  public init(name: String = "table", caption: String = "", columns: [Column], rows: [[Cell]]) {
    self.name = name
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
    /// The number that the text rounds, for tables that programs read; nil for words.
    public var value: Double?

    /// Wraps its parts.
    public init(_ text: String, _ style: Style = .plain, value: Double? = nil) {
      self.text = text
      self.style = style
      self.value = value
    }

    /// Plain text.
    public init(stringLiteral value: String) { self.init(value) }
  }
}
