import Foundation
import ScrupleNetwork

/// Datasets by name or path.
///
/// A specification is a name of ``entries`` (`iris`, `fashion-mnist`, `uniform` …) or the path of a file or
/// folder, and then optionally a part: `:train`, `:validation`, `:test` or `:all`. Without a part, sets that come split
/// (MNIST's kind, folders with `train` and `test`, pictures that a tool makes) give their test part, and others all they have.
public struct Catalogue {
  /// How files are read.
  public struct Options: Sendable {
    /// The column of a CSV file that tells the class.
    public var labelColumn: LabelColumn = .automatic
    /// Whether images of another size than the model's are resized; otherwise they are an error.
    public var resize = false
    /// What shows through transparent pixels of PNG files.
    public var background = PNGImage.Background.white
    /// The seed of the split of sets without parts. Training and evaluation must use the same one.
    public var splitSeed: UInt64 = 0

    /// White behind transparent pixels, no resizing, the label column found by itself.
    public init() {}
  }

  /// Loads or makes a dataset.
  ///
  /// - Parameters:
  ///   - specification: a name or path, and a part.
  ///   - input: the input of the model that the data is for. Noise is made in its shape, features are
  ///     picked by its names, and `digits` (8×8, a set for out-of-distribution tests) is resized to it.
  ///   - seed: of noise.
  ///   - count: the number of noise samples (10,000 if nil); of other sets, the most that are kept.
  ///   - base: the in-distribution data that `permuted` and `smoothed` noise is made from.
  public static func load(
    _ specification: String, like input: InputDescription? = nil, seed: UInt64 = 0, count: Int? = nil,
    base: Dataset? = nil, options: Options = Options()
  ) throws(DataError) -> Dataset {
    let (name, part) = try parse(specification)
    if let kind = NoiseKind(rawValue: name) {
      guard let input = input ?? base?.describedInput() else {
        throw .unsupportedNoise(kind: name, reason: "a model or dataset must say which shape it has")
      }
      let generator = try NoiseGenerator(kind, for: input, base: base)
      return generator.dataset(count: count ?? defaultNoiseCount, seed: seed)
    }
    var dataset = try read(name, part, like: input, options)
    if let count { dataset = dataset.prefix(count) }
    guard let input else { return dataset }
    return try dataset.matching(input, resize: options.resize || name == "digits")
  }

  /// How many noise samples are made when no count is given.
  public static let defaultNoiseCount = 10_000

  /// Splits `NAME:PART`. A file whose name ends like a part is found under its whole name.
  static func parse(_ specification: String) throws(DataError) -> (name: String, part: DatasetPart?) {
    guard let colon = specification.lastIndex(of: ":"), FileBytes.kind(specification) == .nothing else {
      return (specification, nil)
    }
    let ending = String(specification[specification.index(after: colon)...])
    let name = String(specification[..<colon])
    guard NoiseKind(rawValue: name) == nil else {
      throw .unsupportedNoise(
        kind: name, reason: "it is made without end and has no part '\(ending)'; write \(name)")
    }
    guard let part = DatasetPart(rawValue: ending) else {
      guard names.contains(name) || FileBytes.kind(name) != .nothing else {
        throw .unknownDataset(name: specification, known: names)
      }
      throw .unknownPart(specification: specification, part: ending)
    }
    return (name, part)
  }

  private static func read(
    _ name: String, _ part: DatasetPart?, like input: InputDescription?, _ options: Options
  ) throws(DataError) -> Dataset {
    if let pictures = PictureSet.all.first(where: { $0.name == name }) {
      return try pictures.read(part, specification: name + (part.map { ":" + $0.rawValue } ?? ""))
    }
    guard part != .validation else {
      throw .unknownPart(specification: name + ":validation", part: "validation")
    }
    return switch name {
    case "iris": try NamedSets.iris().split(part ?? .all, seed: options.splitSeed)
    case "digits": try NamedSets.digits().split(part ?? .all, seed: options.splitSeed)
    case "fashion-mnist": try NamedSets.fashion(part ?? .test)
    case "mnist": try NamedSets.mnist(part ?? .test)
    case "mnist-0-3": try NamedSets.mnistFour(part ?? .test)
    default: try DataPath.read(name, part, like: input, options)
    }
  }
}
