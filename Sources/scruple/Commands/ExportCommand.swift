import ArgumentParser
import ScrupleQuantization

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a .scruple file in another form.",
    discussion: """
      As a C header, for firmware that links libscruple.a: the file as a constant array, aligned as the library needs \
      it, and macros for its arena, its input and its classes. docs/c.md shows the rest.

      Examples:
        scruple export models/fashion-acet/model.scruple --format c --name fashion -o fashion.h
        scruple export models/iris-mlp-acet/model.scruple --format c > iris.h
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case c
  }

  @Argument(help: "The model (.scruple).")
  var model: String

  @Option(name: .long, help: "The form: c, a C header.")
  var format: Format = .c

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What names in the header begin with; the model's name by default.", valueName: "identifier"))
  var name: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; standard output by default.", valueName: "file"))
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    if let name, !CHeader.isIdentifier(name) {
      throw ValidationError("--name \(name): not a C identifier (letters, digits and _, no digit first)")
    }
    if options.json, output == nil { throw ValidationError("--json tells what was written: give -o") }
  }

  /// What `--json` prints.
  struct Written: Encodable {
    var file: String
    var name: String
    var size: Int
    var arena: Int
  }

  func run() throws {
    let bytes = try ProgramFile(model).bytes
    try keepApart(outputs: [("-o", output)], inputs: [("model", model)])
    let header: CHeader
    do {
      header = try CHeader(bytes, name: name)
    } catch {
      throw Failure(.badData, "\(model): \(error)")
    }
    guard let output else { return print(header.text, terminator: "") }
    try replaceFile(output, with: Array(header.text.utf8))
    if options.json {
      try printJSON(Written(file: output, name: header.name, size: header.size, arena: header.arenaSize))
    } else {
      print(
        "\(output): \(header.name)_bytes, \(grouped(header.size)) bytes of flash, \(grouped(header.arenaSize)) bytes of RAM"
      )
    }
  }
}
