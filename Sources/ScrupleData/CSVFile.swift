import ScrupleNetwork

/// Which column of a table tells the class.
public enum LabelColumn: Equatable, Sendable {
  /// A column named `label`, `class`, `target` or `species`, else the last one; none if the table has just the
  /// features that are asked for.
  case automatic
  /// The column with this name.
  case named(String)
  /// None: all columns are features.
  case none
}

/// Tables in CSV: numbers, and a column with the class if there is one.
///
/// The first row is a header when none of its fields is a number. Numbers are read as Double and rounded to
/// Float. Classes that are whole numbers keep their order; names are put in alphabetical order.
enum CSVFile {
  private static let labelNames = ["label", "class", "target", "species"]

  /// - Parameters:
  ///   - file: the name for errors.
  ///   - features: the features that will be asked for, if that is known: how many columns aren't labels.
  static func decode(
    _ bytes: [UInt8], file: String, name: String, labels: LabelColumn = .automatic, features: [String]? = nil
  ) throws(DataError) -> Dataset {
    var rows = CSVRows(bytes, file: file)
    guard let first = try rows.next() else { throw .empty(file: file) }
    let isHeader = first.fields.allSatisfy { rows.number($0) == nil && !isNonFinite(rows.text($0)) }
    let header = isHeader ? first.fields.map(rows.text) : []
    let columns = first.fields.count
    let labelColumn = try column(labels, header, columns, features, file)
    guard columns > (labelColumn == nil ? 0 : 1) else {
      throw .wrongColumnCount(file: file, line: first.line, expected: 2, found: columns)
    }

    var values: [Float] = []
    var classes: [(text: String, line: Int)] = []
    var row: CSVRows.Row? = isHeader ? try rows.next() : first
    while let current = row {
      guard current.fields.count == columns else {
        throw .wrongColumnCount(
          file: file, line: current.line, expected: columns, found: current.fields.count)
      }
      for (index, field) in current.fields.enumerated() {
        let title = index < header.count ? header[index] : ""
        if index == labelColumn {
          let text = rows.text(field)
          guard !text.isEmpty else {
            throw .missingValue(file: file, line: current.line, column: index + 1, name: title)
          }
          classes.append((text, current.line))
        } else {
          values.append(try value(field, rows, file, current.line, index + 1, title))
        }
      }
      row = try rows.next()
    }
    let featureCount = columns - (labelColumn == nil ? 0 : 1)
    guard !values.isEmpty else { throw .empty(file: file) }
    var numbers: [Int]?
    var names: [String] = []
    if let labelColumn { (numbers, names) = try number(classes, file: file, column: labelColumn + 1) }
    return Dataset(
      name: name, source: file, samples: .values(values), shape: Shape([featureCount]),
      featureNames: header.enumerated().filter { $0.offset != labelColumn }.map(\.element), labels: numbers,
      labelNames: names)
  }

  private static func value(
    _ field: CSVRows.Field, _ rows: CSVRows, _ file: String, _ line: Int, _ column: Int, _ name: String
  ) throws(DataError) -> Float {
    if let number = rows.number(field), Float(number).isFinite { return Float(number) }
    let text = rows.text(field)
    if text.isEmpty { throw .missingValue(file: file, line: line, column: column, name: name) }
    guard rows.number(field) == nil, !isNonFinite(text) else {
      throw .notFinite(file: file, line: line, column: column, name: name, found: text)
    }
    throw .notANumber(file: file, line: line, column: column, name: name, found: text)
  }

  private static func isNonFinite(_ text: String) -> Bool {
    guard let number = Double(text) else { return false }
    return !number.isFinite
  }

  /// The label's column, from 0.
  private static func column(
    _ labels: LabelColumn, _ header: [String], _ columns: Int, _ features: [String]?, _ file: String
  ) throws(DataError) -> Int? {
    switch labels {
    case .none: return nil
    case .named(let name):
      let plain = Dataset.plainName(name)
      guard let found = header.firstIndex(where: { Dataset.plainName($0) == plain }) else {
        throw .unknownColumn(file: file, name: name, columns: header)
      }
      return found
    case .automatic:
      if let named = header.firstIndex(where: { labelNames.contains(Dataset.plainName($0)) }) { return named }
      if let features {
        if features.count == columns { return nil }
        let plain = features.map(Dataset.plainName)
        if let last = header.last, plain.contains(Dataset.plainName(last)) { return nil }
      }
      return columns > 1 ? columns - 1 : nil
    }
  }

  /// Class numbers and names of the texts in the label column.
  private static func number(
    _ classes: [(text: String, line: Int)], file: String, column: Int
  ) throws(DataError) -> ([Int]?, [String]) {
    let texts = Set(classes.map(\.text))
    let names: [String]
    var key: (String) -> String = { $0 }
    if texts.allSatisfy({ Double($0) != nil }) {
      if let bad = classes.first(where: { wholeNumber($0.text) == nil }) {
        throw .fractionalLabel(file: file, line: bad.line, column: column, found: bad.text)
      }
      names = Set(texts.compactMap(wholeNumber)).sorted().map(String.init)
      key = { text in wholeNumber(text).map(String.init) ?? text }
    } else {
      names = texts.sorted()
    }
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
    return (classes.map { numbers[key($0.text)] ?? 0 }, names)
  }

  private static func wholeNumber(_ text: String) -> Int? { Double(text).flatMap(Int.init(exactly:)) }
}
