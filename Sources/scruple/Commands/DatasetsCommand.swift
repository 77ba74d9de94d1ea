import ArgumentParser
import ScrupleData

struct DatasetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets", abstract: "List the datasets: what is here, and how to get the rest.",
    discussion: """
      A dataset is named on the command line by a name of this list or by a path (.csv, .npy, .png, IDX, or a folder \
      with one folder of PNG files per label). ':train', ':test' or ':all' behind it picks a part: \
      fashion-mnist:train, iris:all.
      """)

  @OptionGroup var output: OutputOptions

  func run() throws {
    let entries = Catalogue.entries
    if output.json { return try printJSON(entries) }
    var table = TextTable(["name", "samples", "shape", "classes", "what", "how to get it"])
    for entry in entries {
      table.add([
        entry.name, entry.counts.isEmpty ? "any" : entry.counts.map(String.init).joined(separator: " + "),
        entry.shape.isEmpty ? "the model's" : entry.shape.map(String.init).joined(separator: "×"),
        entry.classes == 0 ? "" : "\(entry.classes)", entry.summary,
        entry.isPresent ? "here" : entry.remedy ?? "",
      ])
    }
    table.print()
  }
}
