/// Splits the bytes of a CSV file (RFC 4180) into rows of fields.
///
/// Fields are separated by commas, or by semicolons or tabs when the first line has those and no comma. Quoted
/// fields may hold separators, line ends and doubled quotation marks. Lines end with LF or CR LF; empty lines are
/// skipped, and so is a byte order mark.
struct CSVRows {
  /// One field: its bytes without quotation marks and outer blanks, and its column from 1.
  struct Row {
    /// The line on which the row begins, from 1.
    let line: Int
    let fields: [Field]
  }

  enum Field {
    case plain(Range<Int>)
    case quoted(String)
  }

  private let bytes: [UInt8]
  private let file: String
  private let separator: UInt8
  private var position: Int
  private var line = 1

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let first = bytes[position...].prefix { $0 != Self.newline }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    separator = candidates.first { first.contains($0) } ?? candidates[0]
  }

  private static let newline = UInt8(ascii: "\n")
  private static let quote = UInt8(ascii: "\"")

  /// The next row that isn't empty; nil at the end.
  mutating func next() throws(DataError) -> Row? {
    while position < bytes.count {
      let start = line
      let fields = try row()
      if fields.count == 1, case .plain(let range) = fields[0], range.isEmpty { continue }
      return Row(line: start, fields: fields)
    }
    return nil
  }

  /// A field as text.
  func text(_ field: Field) -> String {
    switch field {
    case .plain(let range): String(decoding: bytes[range], as: UTF8.self)
    case .quoted(let text): text
    }
  }

  /// A field as a number; nil if it isn't one.
  func number(_ field: Field) -> Double? {
    switch field {
    case .plain(let range): DecimalNumber.parse(bytes[range]) ?? Double(text(field))
    case .quoted(let text): Double(text)
    }
  }

  private mutating func row() throws(DataError) -> [Field] {
    var fields: [Field] = []
    while true {
      let field = try field(column: fields.count + 1)
      fields.append(field)
      guard position < bytes.count else { return fields }
      let byte = bytes[position]
      position += 1
      if byte == Self.newline {
        line += 1
        return fields
      }
    }
  }

  /// Reads up to the separator or line end, and leaves it.
  private mutating func field(column: Int) throws(DataError) -> Field {
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    if position < bytes.count, bytes[position] == Self.quote { return try quotedField(column: column) }
    let start = position
    while position < bytes.count, bytes[position] != separator, bytes[position] != Self.newline {
      if bytes[position] == Self.quote { throw .strayQuote(file: file, line: line, column: column) }
      position += 1
    }
    var end = position
    while end > start, bytes[end - 1] == UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\r") {
      end -= 1
    }
    return .plain(start..<end)
  }

  private mutating func quotedField(column: Int) throws(DataError) -> Field {
    let startLine = line
    var content: [UInt8] = []
    position += 1
    while true {
      guard position < bytes.count else { throw .strayQuote(file: file, line: startLine, column: column) }
      let byte = bytes[position]
      position += 1
      if byte == Self.quote {
        guard position < bytes.count, bytes[position] == Self.quote else { break }
        position += 1
      }
      if byte == Self.newline { line += 1 }
      content.append(byte)
    }
    while position < bytes.count,
      bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\r")
    {
      position += 1
    }
    guard position == bytes.count || bytes[position] == separator || bytes[position] == Self.newline else {
      throw .strayQuote(file: file, line: line, column: column)
    }
    return .quoted(String(decoding: content, as: UTF8.self))
  }
}

/// Plain decimal numbers, read exactly and fast.
enum DecimalNumber {
  /// The nearest Double of digits with a sign and a decimal point; nil for whatever else (an exponent, more
  /// than 15 digits, text): then the general reader decides.
  ///
  /// Up to 15 digits and powers of ten up to 10²² are exact as Doubles, so one division rounds correctly
  /// (Clinger, 1990).
  static func parse(_ bytes: ArraySlice<UInt8>) -> Double? {
    var digits = 0
    var value = 0
    var scale = 1.0
    var seenPoint = false
    var rest = bytes
    let negative = rest.first == UInt8(ascii: "-")
    if negative { rest = rest.dropFirst() }
    for byte in rest {
      if byte == UInt8(ascii: "."), !seenPoint {
        seenPoint = true
      } else if byte &- 48 < 10 {
        value = value &* 10 &+ Int(byte &- 48)
        digits += 1
        if seenPoint { scale *= 10 }
      } else {
        return nil
      }
      if digits > 15 { return nil }
    }
    guard digits > 0 else { return nil }
    let magnitude = Double(value) / scale
    return negative ? -magnitude : magnitude
  }
}
