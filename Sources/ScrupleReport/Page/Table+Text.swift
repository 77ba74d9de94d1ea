import Foundation

extension Table {
  /// The columns' names, a group before its title: `AUROC int8`.
  public var header: [String] {
    columns.map { $0.group.isEmpty ? $0.title : "\($0.group) \($0.title)" }
  }

  /// The table as Markdown, numbers to the right.
  public var markdown: String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ")
        + " |"
    }
    let rule = columns.map { $0.isNumeric ? "---:" : "---" }
    return ([line(header), line(rule)] + rows.map { line($0.map(\.text)) }).joined(separator: "\n") + "\n"
  }

  /// The table as CSV with a header (RFC 4180), numbers in full.
  public var csv: String {
    let lines = [header] + rows.map { row in row.map { $0.value.map(Self.plain) ?? $0.text } }
    return lines.map { Self.line(ofCSV: $0) + "\n" }.joined()
  }

  /// Fields with commas between them, quoted where they have to be.
  public static func line(ofCSV fields: [String]) -> String { fields.map(quoted).joined(separator: ",") }

  /// A number as scripts read it: the shortest text that means the same Double.
  private static func plain(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n\r".contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}

extension Table: Encodable {
  private enum Key: CodingKey { case name, caption, columns, rows }

  /// Name, caption, columns' names, and rows of numbers and words.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(caption, forKey: .caption)
    try container.encode(header, forKey: .columns)
    try container.encode(rows, forKey: .rows)
  }
}

extension Table.Cell: Encodable {
  /// The number, or else the text; an empty cell is null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value, value.isFinite {
      try container.encode(value)
    } else if text.isEmpty {
      try container.encodeNil()
    } else {
      try container.encode(text)
    }
  }
}

extension Report {
  /// The checks and all tables of all sections, each with a name of its own.
  public var tables: [Table] {
    var used: [String: Int] = [:]
    let all = sections.flatMap(\.blocks).compactMap { block in
      if case .table(let table) = block { table } else { nil }
    }
    return ((checks.isEmpty ? [] : [Self.table(of: checks)]) + all).map { table in
      var table = table
      let count = (used[table.name] ?? 0) + 1
      used[table.name] = count
      if count > 1 { table.name += "-\(count)" }
      return table
    }
  }

  /// Title, summary, facts and tables as one Markdown text.
  public var markdown: String {
    var out = "# \(title)\n\n"
    for paragraph in summary { out += paragraph + "\n\n" }
    for fact in facts { out += "- \(fact.name): \(fact.value)\n" }
    if !facts.isEmpty { out += "\n" }
    if !checks.isEmpty { out += "## Checks\n\n\(Self.table(of: checks).markdown)\n" }
    for section in sections {
      let tables = section.blocks.compactMap { block in
        if case .table(let table) = block { table } else { nil }
      }
      if tables.isEmpty { continue }
      out += "## \(section.title)\n\n"
      for table in tables {
        if !table.caption.isEmpty { out += table.caption + "\n\n" }
        out += table.markdown + "\n"
      }
    }
    return out
  }

  /// All tables as JSON: a list of names, captions, columns and rows.
  func tablesAsJSON() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(tables) + Data("\n".utf8)
  }
}
