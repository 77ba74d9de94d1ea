import Yams

/// Where the keys of a recipe stand, for what is only found out when its data are read.
struct RecipePlaces: Equatable, Sendable {
  let file: String
  private var lines: [String: Int] = [:]

  /// The keys of every mapping below `node`, lists excepted.
  init(file: String, _ node: Node) {
    self.file = file
    add(node, under: "")
  }

  private mutating func add(_ node: Node, under path: String) {
    guard case .mapping(let mapping) = node else { return }
    for (key, value) in mapping {
      guard let name = key.string else { continue }
      let path = path.isEmpty ? name : "\(path).\(name)"
      lines[path] = RecipeSection.line(of: key)
      add(value, under: path)
    }
  }

  /// `FILE:LINE: KEY`; a key that isn't given stands where its mapping does.
  subscript(key: String) -> String {
    var path = key[...]
    while lines[String(path)] == nil, let dot = path.lastIndex(of: ".") { path = path[..<dot] }
    return "\(file):\(lines[String(path)] ?? 1): \(key)"
  }
}
