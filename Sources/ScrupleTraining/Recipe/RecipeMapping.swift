import Yams

/// One mapping of a YAML file, read key by key; what is left unread in the end is an unknown key.
struct RecipeMapping {
  let file: String
  /// Where the mapping stands, such as `optimizer.`; empty at the top.
  private let path: String
  private let line: Int
  private let values: [(key: String, node: Node)]
  private var known: [String] = []

  /// The whole file's mapping.
  init(text: String, file: String) throws(RecipeError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw .malformed(file: file, line: Self.line(of: error), reason: Self.reason(of: error))
    } catch {
      throw .malformed(file: file, line: 1, reason: "\(error)")
    }
    guard let root else { throw .malformed(file: file, line: 1, reason: "the file is empty") }
    try self.init(node: root, file: file, path: "", key: "the recipe")
  }

  private init(node: Node, file: String, path: String, key: String) throws(RecipeError) {
    let line = node.mark?.line ?? 1
    guard case .mapping(let mapping) = node else {
      throw .badValue(
        file: file, line: line, key: key, expected: "a mapping of keys to values", found: Self.words(node))
    }
    self.file = file
    self.path = path
    self.line = line
    var values: [(key: String, node: Node)] = []
    for (keyNode, value) in mapping {
      guard let name = keyNode.string else {
        throw .badValue(
          file: file, line: keyNode.mark?.line ?? line, key: key, expected: "a mapping whose keys are words",
          found: Self.words(keyNode))
      }
      values.append((name, value))
    }
    self.values = values
  }

  /// Throws for the first key that nobody asked for.
  func finish() throws(RecipeError) {
    for (key, node) in values where !known.contains(key) {
      throw .unknownKey(file: file, line: node.mark?.line ?? line, key: path + key, known: known)
    }
  }

  /// Whether the key is there.
  mutating func has(_ key: String) -> Bool { node(key) != nil }

  mutating func int(_ key: String, in range: ClosedRange<Int>, default value: Int? = nil) throws(RecipeError) -> Int {
    guard let node = node(key) else { return try fallback(key, value) }
    guard let number = node.int, range.contains(number) else {
      throw bad(key, node, "a whole number in \(range.lowerBound)…\(range.upperBound)")
    }
    return number
  }

  mutating func double(
    _ key: String, in range: ClosedRange<Double>, default value: Double? = nil
  ) throws(RecipeError) -> Double {
    guard let node = node(key) else { return try fallback(key, value) }
    guard let number = node.float, number.isFinite, range.contains(number) else {
      throw bad(key, node, "a number in \(range.lowerBound)…\(range.upperBound)")
    }
    return number
  }

  mutating func bool(_ key: String, default value: Bool? = nil) throws(RecipeError) -> Bool {
    guard let node = node(key) else { return try fallback(key, value) }
    guard let flag = node.bool else { throw bad(key, node, "true or false") }
    return flag
  }

  mutating func string(_ key: String, default value: String? = nil) throws(RecipeError) -> String {
    guard let node = node(key) else { return try fallback(key, value) }
    guard let text = node.string, !text.isEmpty else { throw bad(key, node, "text") }
    return text
  }

  /// One of a type's names.
  mutating func choice<T: RawRepresentable & CaseIterable>(
    _ key: String, of type: T.Type, default value: T? = nil
  ) throws(RecipeError) -> T where T.RawValue == String {
    guard let node = node(key) else { return try fallback(key, value) }
    guard let text = node.string, let choice = T(rawValue: text) else {
      throw bad(key, node, "one of " + T.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  /// A list of whole numbers.
  mutating func ints(_ key: String, in range: ClosedRange<Int>, default value: [Int]) throws(RecipeError) -> [Int] {
    guard let node = node(key) else { return value }
    guard let list = node.sequence else { throw bad(key, node, "a list such as [100, 50]") }
    var result: [Int] = []
    for element in list {
      guard let number = element.int, range.contains(number) else {
        throw bad(key, element, "a list of whole numbers in \(range.lowerBound)…\(range.upperBound)")
      }
      result.append(number)
    }
    return result
  }

  /// A list of words.
  mutating func strings(_ key: String, default value: [String]) throws(RecipeError) -> [String] {
    guard let node = node(key) else { return value }
    guard let list = node.sequence else { throw bad(key, node, "a list such as [uniform, permuted]") }
    var result: [String] = []
    for element in list {
      guard let text = element.string else { throw bad(key, element, "a list of words") }
      result.append(text)
    }
    return result
  }

  /// The mapping under a key, if it is there.
  mutating func mapping(_ key: String) throws(RecipeError) -> RecipeMapping? {
    guard let node = node(key) else { return nil }
    return try RecipeMapping(node: node, file: file, path: path + key + ".", key: path + key)
  }

  /// The list of mappings under a key, if it is there.
  mutating func mappings(_ key: String) throws(RecipeError) -> [RecipeMapping]? {
    guard let node = node(key) else { return nil }
    guard let list = node.sequence else { throw bad(key, node, "a list") }
    var result: [RecipeMapping] = []
    for element in list {
      result.append(try RecipeMapping(node: element, file: file, path: path + key + ".", key: path + key))
    }
    return result
  }

  /// An error about the value of `key`, for a rule that the reader itself does not know.
  func invalid(_ key: String, expected: String) -> RecipeError {
    guard let node = values.first(where: { $0.key == key })?.node else {
      return .missingKey(file: file, line: line, key: path + key)
    }
    return bad(key, node, expected)
  }

  private mutating func node(_ key: String) -> Node? {
    known.append(key)
    return values.first { $0.key == key }?.node
  }

  private func fallback<T>(_ key: String, _ value: T?) throws(RecipeError) -> T {
    guard let value else { throw .missingKey(file: file, line: line, key: path + key) }
    return value
  }

  private func bad(_ key: String, _ node: Node, _ expected: String) -> RecipeError {
    .badValue(
      file: file, line: node.mark?.line ?? line, key: path + key, expected: expected, found: Self.words(node))
  }

  private static func words(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): "'\(scalar.string)'"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  private static func line(of error: YamlError) -> Int {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    default: 1
    }
  }

  private static func reason(of error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
    case .duplicatedKeysInMapping(let duplicates, _):
      "a key stands twice: \(duplicates.map { "\($0)" }.joined(separator: ", "))"
    default: "\(error)"
    }
  }
}
