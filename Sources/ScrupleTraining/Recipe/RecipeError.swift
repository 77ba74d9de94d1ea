/// What is wrong with a recipe, with the place where it stands. Lines count from 1.
public enum RecipeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file can't be read.
  case unreadable(file: String, reason: String)
  /// The text is not YAML.
  case malformed(file: String, line: Int, reason: String)
  /// A key that recipes don't have.
  case unknownKey(file: String, line: Int, key: String, known: [String])
  /// A key that must be there is not.
  case missingKey(file: String, line: Int, key: String)
  /// A value of the wrong type, or one that makes no sense.
  case badValue(file: String, line: Int, key: String, expected: String, found: String)

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): can't be read: \(reason)"
    case .malformed(let file, let line, let reason): "\(file):\(line): not proper YAML: \(reason)"
    case .unknownKey(let file, let line, let key, let known):
      "\(file):\(line): unknown key '\(key)'; known here: \(known.sorted().joined(separator: ", "))"
    case .missingKey(let file, let line, let key): "\(file):\(line): the key '\(key)' is missing"
    case .badValue(let file, let line, let key, let expected, let found):
      "\(file):\(line): '\(key)' must be \(expected), not \(found)"
    }
  }

  /// True when the recipe isn't there at all.
  public var isMissingInput: Bool { if case .unreadable = self { true } else { false } }
}
