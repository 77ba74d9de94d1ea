import Foundation
import ScrupleTraining

/// The recipes of `models/`, and those that a demo brings along.
enum DemoRecipe {
  /// Reads a recipe's text, and leaves it in `directory/NAME/recipe.yaml` beside what will be trained from it.
  static func write(_ text: String, name: String, in directory: String) throws -> Recipe {
    let folder = "\(directory)/\(name)"
    let recipe = try Recipe(yaml: text, file: "\(folder)/recipe.yaml")
    try prepareFolder(folder)
    try replaceFile("\(folder)/recipe.yaml", with: Array(text.utf8))
    return recipe
  }

  /// Reads `models/NAME/recipe.yaml`.
  static func read(_ name: String) throws -> Recipe {
    try Recipe(contentsOf: URL(fileURLWithPath: try file("recipe.yaml", of: name)))
  }

  /// The path of a file in `models/NAME`, looked for in `$SCRUPLE_MODELS`, in `models/` here, and in `models/` of the
  /// folders above this program.
  static func file(_ file: String, of name: String) throws -> String {
    var folders = [ProcessInfo.processInfo.environment["SCRUPLE_MODELS"], "models"].compactMap(\.self)
    var above = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    while above.path != "/" {
      folders.append(above.appendingPathComponent("models").path)
      above.deleteLastPathComponent()
    }
    for folder in folders {
      let path = "\(folder)/\(name)/\(file)"
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    throw Failure(
      .missingInput,
      "no models/\(name)/\(file): run from the Scruple checkout, or set SCRUPLE_MODELS to its models folder"
    )
  }
}
