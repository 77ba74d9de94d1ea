import Foundation

/// Where datasets that aren't committed are looked for.
enum DataFolder {
  /// Debian's folder for Fashion-MNIST.
  static let debianFashion = "/usr/share/datasets/fashion-mnist"

  /// The folders that `tools/fetch-…` fill, in the order of search: `$SCRUPLE_DATA`; `data` in the working
  /// directory; `data` in a folder above the executable.
  static var candidates: [String] {
    var folders: [String] = []
    if let named = ProcessInfo.processInfo.environment["SCRUPLE_DATA"], !named.isEmpty {
      folders.append(named)
    }
    folders.append("data")
    if let executable = Bundle.main.executableURL {
      var folder = executable.resolvingSymlinksInPath().deletingLastPathComponent()
      for _ in 0..<5 where folder.path != "/" {
        folder.deleteLastPathComponent()
        folders.append(folder.appendingPathComponent("data").path)
      }
    }
    return folders
  }

  /// The path of a file in the first data folder that has it; nil if none has.
  static func find(_ relative: String) -> String? {
    candidates.map { $0 + "/" + relative }.first { FileBytes.kind($0) == .file }
  }
}
