import Foundation
import ScrupleEvaluation

extension Report {
  /// The whole page.
  public func html() throws(ReportError) -> String {
    var out = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(escaped(title))</title>
      <style>
      \(Assets.sheet)
      </style>
      </head>
      <body>
      <a class="skip" href="#content">To the content</a>
      <button id="theme" type="button" hidden="hidden"></button>
      <main id="content">
      <header>
      <p class="kicker">\(escaped(kicker))</p>
      <h1>\(escaped(title))</h1>

      """
    out += badge
    for paragraph in summary { out += "<p class=\"lead\">\(escaped(paragraph))</p>\n" }
    if !facts.isEmpty {
      out += "<dl class=\"facts\">\n"
      for fact in facts {
        out += "<div><dt>\(escaped(fact.name))</dt><dd>\(escaped(fact.value))</dd></div>\n"
      }
      out += "</dl>\n"
    }
    out += "\(contents)</header>\n"
    if !checks.isEmpty {
      out += "<section id=\"checks\">\n<h2>Checks</h2>\n\(Self.html(Self.table(of: checks)))</section>\n"
    }
    var (pictures, parts) = (0, 0)
    for (number, section) in sections.enumerated() {
      out += "<section id=\"section-\(number + 1)\">\n<h2>\(escaped(section.title))</h2>\n"
      for block in section.blocks {
        switch block {
        case .text(let text): out += "<p>\(escaped(text))</p>\n"
        case .code(let text): out += "<pre><code>\(escaped(text))</code></pre>\n"
        case .table(let table): out += Self.html(table)
        case .figure(let figure):
          pictures += 1
          out += try Self.html(figure, number: pictures, under: section.title)
        case .live(let part):
          parts += 1
          out += try Self.html(part, number: parts)
        case .details(let title, let paragraphs):
          let body = paragraphs.map { "<p>\(escaped($0))</p>\n" }.joined()
          out += "<details><summary>\(escaped(title))</summary>\n\(body)</details>\n"
        }
      }
      out += "</section>\n"
    }
    out += "</main>\n"
    if parts > 0 { out += "<script type=\"text/plain\" id=\"runtime\">\(Assets.runtime)</script>\n" }
    out += "<script type=\"module\">//<![CDATA[\n\(Assets.script)\n//]]></script>\n</body>\n</html>\n"
    return out
  }

  /// Links to the sections, where there are several.
  private var contents: String {
    var links = checks.isEmpty ? [] : [("checks", "Checks")]
    links += sections.enumerated().map { ("section-\($0.offset + 1)", $0.element.title) }
    guard links.count > 2 else { return "" }
    let items = links.map { "<a href=\"#\($0.0)\">\(escaped($0.1))</a>" }
    return "<nav aria-label=\"Sections\">\(items.joined(separator: "\n"))</nav>\n"
  }

  private static func html(_ part: LivePart, number: Int) throws(ReportError) -> String {
    """
    <div class="live" data-live="live-\(number)"><p class="note">This part comes to life with JavaScript and \
    WebAssembly.</p></div>
    <script type="application/json" id="live-\(number)">\(try part.json())</script>

    """
  }

  private var badge: String {
    guard !checks.isEmpty else { return "" }
    let broken = checks.count { !$0.holds }
    let many = checks.count == 1 ? "The check" : "All \(checks.count) checks"
    return broken == 0
      ? "<p class=\"badge good\">✓ \(many) \(checks.count == 1 ? "holds" : "hold")</p>\n"
      : "<p class=\"badge bad\">✗ \(broken) of \(checks.count) checks \(broken == 1 ? "does" : "do") not hold</p>\n"
  }

  static func table(of checks: [Check]) -> Table {
    Table(
      name: "checks",
      columns: [
        Table.Column("check", isNumeric: false), Table.Column("value"), Table.Column("bound"),
        Table.Column("holds", isNumeric: false),
      ],
      rows: checks.map { check in
        let isBroken = abs(check.value) == .greatestFiniteMagnitude
        return [
          Table.Cell(check.name),
          Table.Cell(
            isBroken ? "not a number" : Numbers.brief(check.value, digits: 4),
            value: isBroken ? nil : check.value),
          Table.Cell("\(check.relation.symbol) \(Numbers.brief(check.bound, digits: 4))"),
          check.holds ? Table.Cell("✓ yes", .good) : Table.Cell("✗ no", .bad),
        ]
      })
  }

  private static func html(
    _ figure: Figure, number: Int, under heading: String
  ) throws(ReportError) -> String {
    var out = figure.title == heading ? "" : "<h3>\(escaped(figure.title))</h3>\n"
    out += "<figure>\n<div class=\"panels\">\n"
    for (i, panel) in figure.panels.enumerated() {
      var writer = SVGWriter(mode: .inline, prefix: "f\(number)p\(i)")
      out += "<div class=\"panel\">" + (try writer.write(panel)) + "</div>\n"
    }
    return out + "</div>\n<figcaption>\(escaped(figure.caption))</figcaption>\n</figure>\n"
  }

  static func html(_ table: Table) -> String {
    var out = table.caption.isEmpty ? "" : "<p class=\"caption\">\(escaped(table.caption))</p>\n"
    out += "<div class=\"table\" tabindex=\"0\"><table class=\"sorts\">\n"
    out += "<thead>\n"
    if table.columns.contains(where: { !$0.group.isEmpty }) {
      out += "<tr class=\"groups\">"
      var i = 0
      while i < table.columns.count {
        let group = table.columns[i].group
        let end = table.columns[i...].firstIndex { $0.group != group } ?? table.columns.count
        // Ungrouped columns stand alone.
        let span = group.isEmpty ? 1 : end - i
        out +=
          group.isEmpty ? "<td></td>" : "<th colspan=\"\(span)\" scope=\"colgroup\">\(escaped(group))</th>"
        i += span
      }
      out += "</tr>\n"
    }
    out += "<tr>"
    for column in table.columns {
      let kind = column.isNumeric ? " class=\"n\"" : ""
      out += "<th scope=\"col\"\(kind)><button type=\"button\">\(escaped(column.title))</button></th>"
    }
    out += "</tr>\n</thead>\n<tbody>\n"
    for row in table.rows {
      out += "<tr>"
      for (i, cell) in row.enumerated() {
        var classes: [String] = []
        if i < table.columns.count, table.columns[i].isNumeric { classes.append("n") }
        if cell.style != .plain { classes.append("\(cell.style)") }
        let kind = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        out +=
          i == 0
          ? "<th scope=\"row\"\(kind)>\(escaped(cell.text))</th>" : "<td\(kind)>\(escaped(cell.text))</td>"
      }
      out += "</tr>\n"
    }
    return out + "</tbody>\n</table></div>\n"
  }
}
