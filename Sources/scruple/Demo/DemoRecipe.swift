import Foundation
import ScrupleTraining

/// The recipes of `models/`.
enum DemoRecipe {
  /// Reads `models/NAME/recipe.yaml`, looked for in `$SCRUPLE_MODELS`, in `models/` here, and in `models/` of the
  /// folders above this program.
  static func read(_ name: String) throws -> Recipe {
    var folders = [ProcessInfo.processInfo.environment["SCRUPLE_MODELS"], "models"].compactMap(\.self)
    var above = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    while above.path != "/" {
      folders.append(above.appendingPathComponent("models").path)
      above.deleteLastPathComponent()
    }
    for folder in folders {
      let file = "\(folder)/\(name)/recipe.yaml"
      if FileManager.default.fileExists(atPath: file) {
        return try Recipe(contentsOf: URL(fileURLWithPath: file))
      }
    }
    throw Failure(
      .missingInput,
      "no models/\(name)/recipe.yaml: run from the Scruple checkout, or set SCRUPLE_MODELS to its models folder"
    )
  }
}
