import Foundation
import ScrupleEvaluation
import ScrupleNetwork

/// A self-contained page about one run: text, tables and pictures, without links to anything outside.
public struct Report: Sendable {
  /// The page's title.
  public var title: String
  /// One line above the title, such as the command.
  public var kicker: String
  /// What came out, in a few plain sentences: one paragraph each.
  public var summary: [String]
  /// Command, seed, versions, checksums: name and value.
  public var facts: [(name: String, value: String)]
  /// The checks of the run; they decide the badge at the top. None when empty.
  public var checks: [Check]
  /// The body.
  public var sections: [Section]

  /// Wraps its parts.
  public init(
    title: String, kicker: String = "Scruple report", summary: [String] = [],
    facts: [(name: String, value: String)] = [], checks: [Check] = [], sections: [Section] = []
  ) {
    self.title = title
    self.kicker = kicker
    self.summary = summary
    self.facts = facts
    self.checks = checks
    self.sections = sections
  }

  /// A heading and what stands under it.
  public struct Section: Sendable {
    /// The heading.
    public var title: String
    /// In reading order.
    public var blocks: [Block]

    /// Wraps its parts.
    public init(title: String, blocks: [Block]) {
      self.title = title
      self.blocks = blocks
    }
  }

  /// A piece of a section.
  public enum Block: Sendable {
    /// A paragraph.
    case text(String)
    /// Something typed or printed, in a fixed-width font.
    case code(String)
    /// A table.
    case table(Table)
    /// A picture with its caption.
    case figure(Figure)
    /// Models to play with.
    case live(LivePart)
    /// Text that is folded away under a title.
    case details(title: String, paragraphs: [String])
  }

  /// All figures of all sections; of two with one name the second is called NAME-2.
  public var figures: [Figure] {
    var used: [String: Int] = [:]
    return sections.flatMap(\.blocks).compactMap { block in
      guard case .figure(let figure) = block else { return nil }
      let count = (used[figure.name] ?? 0) + 1
      used[figure.name] = count
      guard count > 1 else { return figure }
      return Figure(
        name: "\(figure.name)-\(count)", title: figure.title, panels: figure.panels, caption: figure.caption)
    }
  }
}

extension Report {
  /// Writes `report.html`, every figure as `figures/NAME.png` and `figures/NAME.svg`, and the tables as `tables.md`,
  /// `tables.json` and `tables/NAME.csv`.
  ///
  /// Each file is written under another name first and then renamed, so that an old report is never left half overwritten.
  ///
  /// - Parameter directory: made if it is not there.
  /// - Returns: the page's path.
  @discardableResult
  public func write(toDirectory directory: String) throws(ReportError) -> String {
    let root = URL(fileURLWithPath: directory, isDirectory: true)
    let pictures = root.appendingPathComponent("figures", isDirectory: true)
    let lists = root.appendingPathComponent("tables", isDirectory: true)
    let tables = tables
    let page = root.appendingPathComponent("report.html")
    let html = try html()
    do {
      for folder in [root] + (figures.isEmpty ? [] : [pictures]) + (tables.isEmpty ? [] : [lists]) {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      }
    } catch {
      throw .unwritable(path: directory, reason: reason(of: error))
    }
    for figure in figures {
      let base = pictures.appendingPathComponent(figure.name)
      try Self.save(Data(figure.scene.png()), base.appendingPathExtension("png"))
      try Self.save(Data(figure.scene.svg().utf8), base.appendingPathExtension("svg"))
    }
    if !tables.isEmpty {
      for table in tables {
        try Self.save(Data(table.csv.utf8), lists.appendingPathComponent("\(table.name).csv"))
      }
      try Self.save(Data(markdown.utf8), root.appendingPathComponent("tables.md"))
      let json: Data
      do {
        json = try tablesAsJSON()
      } catch {
        throw .unwritable(path: directory, reason: reason(of: error))
      }
      try Self.save(json, root.appendingPathComponent("tables.json"))
    }
    try Self.save(Data(html.utf8), page)
    return page.path
  }

  private static func save(_ data: Data, _ url: URL) throws(ReportError) {
    do {
      try data.write(to: url, options: .atomic)
    } catch {
      throw .unwritable(path: url.path, reason: reason(of: error))
    }
  }
}
