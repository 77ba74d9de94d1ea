import Foundation
import ScrupleNetwork

/// One's own data: files and folders, told apart by what they are.
enum DataPath {
  /// Reads a file or folder; a part of what has no parts is a stratified split.
  static func read(
    _ path: String, _ part: DatasetPart?, like input: InputDescription?, _ options: Catalogue.Options
  ) throws(DataError) -> Dataset {
    switch FileBytes.kind(path) {
    case .nothing:
      guard path.contains("/") || path.contains(".") else {
        throw .unknownDataset(name: path, known: Catalogue.names)
      }
      throw .unreadable(file: path, reason: "there is no such file or folder")
    case .folder:
      return try folder(path, part, like: input, options)
    case .file:
      return try file(path, like: input, options).split(part ?? .all, seed: options.splitSeed)
    }
  }

  private static func folder(
    _ path: String, _ part: DatasetPart?, like input: InputDescription?, _ options: Catalogue.Options
  ) throws(DataError) -> Dataset {
    let parts = ["train", "test"].map { path + "/" + $0 }
    if parts.allSatisfy({ FileBytes.kind($0) == .folder }) {
      switch part ?? .test {
      case .train: return try ImageFolder.read(parts[0], like: input, options)
      case .test: return try ImageFolder.read(parts[1], like: input, options)
      case .validation: throw .unknownPart(specification: path + ":validation", part: "validation")
      case .all:
        let train = try ImageFolder.read(parts[0], like: input, options)
        let test = try ImageFolder.read(parts[1], like: input, options)
        guard train.labelNames == test.labelNames, train.shape == test.shape else {
          throw .wrongShape(
            file: path, expected: "the same labels and image size in train and test",
            found: "\(train.labelNames), \(train.shape) and \(test.labelNames), \(test.shape)", remedy: "")
        }
        return train.appending(test)
      }
    }
    return try ImageFolder.read(path, like: input, options).split(part ?? .all, seed: options.splitSeed)
  }

  private static func file(
    _ path: String, like input: InputDescription?, _ options: Catalogue.Options
  ) throws(DataError) -> Dataset {
    let plain = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    let name = String(path.split(separator: "/").last ?? "data")
    if plain.hasSuffix(".csv") || plain.hasSuffix(".tsv") {
      return try CSVFile.decode(
        Gzip.read(path), file: path, name: name, labels: options.labelColumn, features: input?.featureNames)
    }
    if plain.hasSuffix(".npy") { return try NPYSamples.read(path, name: name, like: input) }
    if plain.hasSuffix(".png") { return try ImageFolder.single(path, name: name, like: input, options) }
    if plain.hasSuffix("ubyte") || plain.hasSuffix(".idx") || plain.contains("idx3") || plain.contains("idx4")
    {
      return try IDXImages.read(images: path, labels: IDXImages.labels(for: path), name: name)
    }
    throw .unknownFormat(file: path)
  }
}

extension InputDescription {
  /// The features' names; for images, what stands for them: as many empty names.
  var featureNames: [String] {
    switch kind {
    case .image: Array(repeating: "", count: count)
    case .tabular(let features): features.map(\.name)
    }
  }
}
