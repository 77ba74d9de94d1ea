import ArgumentParser
import ScrupleData
import ScrupleNetwork

/// What every command offers.
struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print JSON instead of text.")
  var json = false
}

/// How data is read.
struct DataOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Read at most this many samples of each set.", valueName: "n"))
  var limit: Int?

  @Option(name: .long, help: "The seed of noise sets.")
  var seed: UInt64 = 1

  @Option(
    name: .long,
    help: ArgumentHelp("The column of a CSV file that tells the class: its name.", valueName: "name"))
  var labelColumn: String?

  @Flag(name: .long, help: "Resize images of another size than the model's; otherwise they are refused.")
  var resize = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
  }

  /// Loads a set for a model. Labels that the set has are renumbered as the model's.
  func load(
    _ specification: String, for input: InputDescription, labels: [String]? = nil, base: Dataset? = nil
  ) throws -> Dataset {
    var options = Catalogue.Options()
    options.resize = resize
    if let labelColumn { options.labelColumn = .named(labelColumn) }
    let set = try Catalogue.load(
      specification, like: input, seed: seed, count: limit, base: base, options: options)
    guard let labels, set.labels != nil else { return set }
    return try set.relabelled(as: labels)
  }
}
