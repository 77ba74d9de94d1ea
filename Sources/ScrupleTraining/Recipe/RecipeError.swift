/// Why a recipe is refused. Every case but the first names the line.
public enum RecipeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be read.
  case unreadable(file: String, reason: String)
  /// The text is not YAML.
  case syntax(file: String, line: Int, reason: String)
  /// No such key exists here.
  case unknownKey(file: String, line: Int, key: String, known: [String])
  /// A key that has no default is not given.
  case missingKey(file: String, line: Int, key: String, expected: String)
  /// A value has the wrong type or is out of range.
  case wrongValue(file: String, line: Int, key: String, expected: String, found: String)
  /// Values that are each legal do not go together.
  case conflict(file: String, line: Int, key: String, reason: String)

  /// `FILE:LINE: key: what is wrong`
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .syntax(let file, let line, let reason): "\(file):\(line): not YAML: \(reason)"
    case .unknownKey(let file, let line, let key, let known):
      "\(file):\(line): unknown key \"\(key)\"; known here: \(known.joined(separator: ", "))"
    case .missingKey(let file, let line, let key, let expected):
      "\(file):\(line): the key \"\(key)\" is missing: \(expected)"
    case .wrongValue(let file, let line, let key, let expected, let found):
      "\(file):\(line): \(key): expected \(expected), found \(found)"
    case .conflict(let file, let line, let key, let reason): "\(file):\(line): \(key): \(reason)"
    }
  }
}
