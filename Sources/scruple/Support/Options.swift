import ArgumentParser
import ScrupleData
import ScrupleNetwork

/// What every command offers.
struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print JSON instead of text.")
  var json = false
}

/// How samples are read, and noise is made.
struct SampleOptions: ParsableArguments {
  @Option(name: .long, help: "The seed of noise sets.")
  var seed: UInt64 = 1

  @Option(
    name: .long,
    help: ArgumentHelp("The column of a CSV file that tells the class: its name.", valueName: "name"))
  var labelColumn: String?

  @Flag(name: .long, help: "Resize images of another size than the model's; otherwise they are refused.")
  var resize = false

  /// Loads a set for a model. Labels that the set has are renumbered as the model's.
  ///
  /// - Parameter limit: the most samples.
  func load(
    _ specification: String, for input: InputDescription, limit: Int?, labels: [String]? = nil,
    base: Dataset? = nil
  ) throws(DataError) -> Dataset {
    var options = Catalogue.Options()
    options.resize = resize
    if let labelColumn { options.labelColumn = .named(labelColumn) }
    let set = try Catalogue.load(
      specification, like: input, seed: seed, count: limit, base: base, options: options)
    guard let labels, set.labels != nil else { return set }
    return try set.relabelled(as: labels)
  }
}

/// How much data is read, and how.
struct DataOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Read at most this many samples of each set.", valueName: "n"))
  var limit: Int?

  @OptionGroup var samples: SampleOptions

  /// The seed of noise sets.
  var seed: UInt64 { samples.seed }

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
  }

  /// Loads a set for a model. Labels that the set has are renumbered as the model's.
  func load(
    _ specification: String, for input: InputDescription, labels: [String]? = nil, base: Dataset? = nil
  ) throws(DataError) -> Dataset {
    try samples.load(specification, for: input, limit: limit, labels: labels, base: base)
  }
}
