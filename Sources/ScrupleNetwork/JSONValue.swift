/// A strict reader of the JSON in a safetensors header: duplicate keys, trailing text and deep nesting are
/// errors, and every error carries its byte offset. (Foundation's reader silently keeps one of two duplicates.)
enum JSONValue: Equatable {
  case object([(key: String, value: JSONValue)])
  case array([JSONValue])
  case string(String)
  /// A number without sign, fraction or exponent that fits an `Int`.
  case integer(Int)
  /// Any other number, and `true`, `false`, `null`: legal JSON that no safetensors header needs.
  case other(String)

  struct Failure: Error, Equatable {
    var offset: Int
    var reason: String
  }

  static func == (a: JSONValue, b: JSONValue) -> Bool {
    switch (a, b) {
    case (.object(let a), .object(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    case (.array(let a), .array(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.other(let a), .other(let b)): a == b
    default: false
    }
  }

  /// Reads one value that fills `bytes`, white space aside.
  init(parsing bytes: ArraySlice<UInt8>) throws(Failure) {
    var parser = JSONParser(bytes: bytes, position: bytes.startIndex)
    self = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.endIndex else {
      throw Failure(offset: parser.position, reason: "text follows the JSON object")
    }
  }
}

private struct JSONParser {
  let bytes: ArraySlice<UInt8>
  var position: Int

  var current: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  func failure(_ reason: String) -> JSONValue.Failure { .init(offset: position, reason: reason) }

  mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  mutating func expect(_ scalar: Unicode.Scalar) throws(JSONValue.Failure) {
    skipSpace()
    guard current == UInt8(ascii: scalar) else { throw failure("expected \"\(scalar)\"") }
    position += 1
  }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(JSONValue.Failure) -> JSONValue {
    guard depth < 8 else { throw failure("nested too deeply") }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case nil: throw failure("the text ends early")
    default: return try word()
    }
  }

  mutating func object(depth: Int) throws(JSONValue.Failure) -> JSONValue {
    try expect("{")
    var members: [(key: String, value: JSONValue)] = []
    var seen: Set<String> = []
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      let start = position
      let key = try string()
      guard seen.insert(key).inserted else {
        throw .init(offset: start, reason: "the key \"\(key)\" comes twice")
      }
      try expect(":")
      members.append((key, try value(depth: depth + 1)))
    } while take(",")
    try expect("}")
    return .object(members)
  }

  mutating func array(depth: Int) throws(JSONValue.Failure) -> JSONValue {
    try expect("[")
    var elements: [JSONValue] = []
    if take("]") { return .array([]) }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    try expect("]")
    return .array(elements)
  }

  mutating func string() throws(JSONValue.Failure) -> String {
    try expect("\"")
    var content: [UInt8] = []
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("a control character in a string") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: try escape())
      } else {
        content.append(byte)
      }
    }
    guard current != nil else { throw failure("a string does not end") }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw failure("a string is not UTF-8")
    }
    position += 1
    return text
  }

  mutating func escape() throws(JSONValue.Failure) -> [UInt8] {
    guard let byte = current else { throw failure("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      let unit = try hexadecimal()
      guard UTF16.isLeadSurrogate(unit) else {
        guard let scalar = Unicode.Scalar(unit) else { throw failure("half a surrogate pair") }
        return Array(String(Character(scalar)).utf8)
      }
      guard current == UInt8(ascii: "\\") else { throw failure("half a surrogate pair") }
      position += 1
      guard current == UInt8(ascii: "u") else { throw failure("half a surrogate pair") }
      position += 1
      let trail = try hexadecimal()
      guard UTF16.isTrailSurrogate(trail) else { throw failure("half a surrogate pair") }
      return Array(String(decoding: [unit, trail], as: UTF16.self).utf8)
    default: throw failure("an unknown escape in a string")
    }
  }

  mutating func hexadecimal() throws(JSONValue.Failure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected a hexadecimal digit")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  /// A number or a literal, up to the next punctuation.
  mutating func word() throws(JSONValue.Failure) -> JSONValue {
    let start = position
    let ends: Set<UInt8> = [0x20, 0x0A, 0x0D, 0x09, 0x2C, 0x5D, 0x7D]  // space, comma and closing brackets
    while let byte = current, !ends.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) {
      return .integer(number)
    }
    guard Double(text) != nil || ["true", "false", "null"].contains(text) else {
      throw .init(offset: start, reason: "unexpected \"\(text.prefix(20))\"")
    }
    return .other(text)
  }
}
