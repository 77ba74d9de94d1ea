import Yams

/// A mapping of a recipe while it is read: hands out typed values by key, and knows the line of each for errors.
struct RecipeSection {
  let file: String
  /// The keys on the way here: `loss.noise`; empty at the top.
  let path: String
  let line: Int
  private let values: [String: Node]
  private let keyLines: [String: Int]

  /// The mapping at `node`, all of whose keys must be among `known`.
  init(_ node: Node, file: String, path: String, known: [String]) throws(RecipeError) {
    self.file = file
    self.path = path
    line = Self.line(of: node)
    guard case .mapping(let mapping) = node else {
      throw .wrongValue(
        file: file, line: line, key: path.isEmpty ? "the recipe" : path,
        expected: "a mapping with \(known.joined(separator: ", "))", found: Self.text(of: node))
    }
    var values: [String: Node] = [:]
    var lines: [String: Int] = [:]
    for (key, value) in mapping {
      let name = key.string ?? Self.text(of: key)
      guard known.contains(name) else {
        throw .unknownKey(
          file: file, line: Self.line(of: key), key: path.isEmpty ? name : "\(path).\(name)", known: known)
      }
      values[name] = value
      lines[name] = Self.line(of: key)
    }
    self.values = values
    keyLines = lines
  }

  /// Whether the key is given. An explicit null counts as absent.
  func has(_ key: String) -> Bool { node(key) != nil }

  /// The text of a plain value; `nil` for lists, mappings and nothing.
  func plain(_ key: String) -> String? {
    guard let node = node(key), case .scalar(let scalar) = node else { return nil }
    return scalar.string
  }

  func line(of key: String) -> Int { keyLines[key] ?? line }

  func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func conflict(_ key: String, _ reason: String) -> RecipeError {
    .conflict(file: file, line: line(of: key), key: name(key), reason: reason)
  }

  func wrong(_ key: String, expected: String) -> RecipeError {
    .wrongValue(
      file: file, line: values[key].map(Self.line) ?? line, key: name(key), expected: expected,
      found: values[key].map(Self.text) ?? "nothing")
  }

  func section(_ key: String, known: [String]) throws(RecipeError) -> RecipeSection? {
    guard let node = node(key) else { return nil }
    return try RecipeSection(node, file: file, path: name(key), known: known)
  }

  func string(_ key: String, default fallback: String? = nil, expected: String) throws(RecipeError) -> String
  {
    guard let node = node(key) else { return try missing(key, fallback, expected) }
    guard case .scalar = node, let text = node.string, !text.isEmpty else {
      throw wrong(key, expected: expected)
    }
    return text
  }

  func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) throws(RecipeError)
    -> Int
  {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard let node = node(key) else { return try missing(key, fallback, expected) }
    guard let number = node.int, range.contains(number) else { throw wrong(key, expected: expected) }
    return number
  }

  /// A finite number in a range whose lower end may be excluded.
  func number(
    _ key: String, from low: Double, above: Bool = false, to high: Double = .greatestFiniteMagnitude,
    default fallback: Double? = nil
  ) throws(RecipeError) -> Double {
    var expected = "a number"
    if above {
      expected += " above \(low)"
    } else if low > -.greatestFiniteMagnitude {
      expected += " of at least \(low)"
    }
    if high < .greatestFiniteMagnitude { expected += " and at most \(high)" }
    guard let node = node(key) else { return try missing(key, fallback, expected) }
    guard let number = node.float ?? node.int.map(Double.init), number.isFinite, number <= high,
      above ? number > low : number >= low
    else { throw wrong(key, expected: expected) }
    return number
  }

  /// One of a set of words.
  func word<Value: CaseIterable & RawRepresentable>(
    _ key: String, default fallback: Value? = nil
  ) throws(RecipeError) -> Value where Value.RawValue == String {
    let expected = "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))"
    guard let node = node(key) else { return try missing(key, fallback, expected) }
    guard let value = node.string.flatMap(Value.init(rawValue:)) else { throw wrong(key, expected: expected) }
    return value
  }

  /// The elements of a list.
  func list(_ key: String, expected: String) throws(RecipeError) -> [Node]? {
    guard let node = node(key) else { return nil }
    guard case .sequence(let sequence) = node else { throw wrong(key, expected: expected) }
    return Array(sequence)
  }

  func integers(_ key: String, in range: ClosedRange<Int>, expected: String) throws(RecipeError) -> [Int] {
    guard let nodes = try list(key, expected: expected) else {
      throw .missingKey(file: file, line: line, key: name(key), expected: expected)
    }
    var result: [Int] = []
    for node in nodes {
      guard let number = node.int, range.contains(number) else {
        throw .wrongValue(
          file: file, line: Self.line(of: node), key: name(key), expected: expected,
          found: Self.text(of: node))
      }
      result.append(number)
    }
    return result
  }

  func words<Value: CaseIterable & RawRepresentable>(
    _ key: String, default fallback: [Value]
  ) throws(RecipeError) -> [Value] where Value.RawValue == String {
    let expected = "a list of \(Value.allCases.map(\.rawValue).joined(separator: ", "))"
    guard let nodes = try list(key, expected: expected) else { return fallback }
    guard !nodes.isEmpty else { throw wrong(key, expected: expected) }
    var result: [Value] = []
    for node in nodes {
      guard let value = node.string.flatMap(Value.init(rawValue:)) else {
        throw .wrongValue(
          file: file, line: Self.line(of: node), key: name(key), expected: expected,
          found: Self.text(of: node))
      }
      result.append(value)
    }
    return result
  }

  private func node(_ key: String) -> Node? {
    guard let node = values[key], node.null == nil else { return nil }
    return node
  }

  private func missing<Value>(_ key: String, _ fallback: Value?, _ expected: String) throws(RecipeError)
    -> Value
  {
    guard let fallback else {
      throw .missingKey(file: file, line: line(of: key), key: name(key), expected: expected)
    }
    return fallback
  }

  static func line(of node: Node) -> Int { node.mark?.line ?? 1 }

  /// A short list of plain values as it is written.
  private static func text(of elements: Node.Sequence) -> String {
    let words = elements.compactMap { node in
      if case .scalar(let scalar) = node { scalar.string } else { nil }
    }
    let list = "[\(words.joined(separator: ", "))]"
    return words.count == elements.count && list.count <= 40 ? list : "a list"
  }

  static func text(of node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "\"\(scalar.string.prefix(40))\""
    case .mapping: "a mapping"
    case .sequence(let elements): text(of: elements)
    case .alias: "an alias"
    }
  }
}
