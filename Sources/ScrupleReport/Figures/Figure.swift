/// One or more panels with a caption. On a page the panels stand beside each other where there is room.
public struct Figure: Sendable {
  /// The name of its files, without extension.
  public let name: String
  /// The heading above the panels.
  public let title: String
  /// The panels, in reading order.
  public let panels: [Scene]
  /// What there is to see, in a sentence or two.
  public var caption: String

  /// - Parameter name: letters, digits and hyphens; anything else becomes a hyphen.
  public init(name: String, title: String, panels: [Scene], caption: String) {
    self.title = title
    self.name = String(
      name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    self.panels = panels
    self.caption = caption
  }

  /// All panels as one picture, two beside each other.
  public var scene: Scene { Scene.grid(panels, columns: 2) }
}

/// The pictures of a report. All take plain arrays.
public enum Figures {}

func require(_ condition: Bool, _ name: String, _ reason: @autoclosure () -> String) throws(ReportError) {
  if !condition { throw .invalidFigure(name: name, reason: reason()) }
}
