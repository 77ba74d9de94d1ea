import ArgumentParser
import Foundation
import ScrupleCertification

struct CertifyMergeCommand: ParsableCommand {
  /// Two words, put together before parsing: `certify` itself takes files.
  static let words = ["certify", "merge"]

  static let configuration = CommandConfiguration(
    commandName: words.joined(separator: " "),
    abstract: "Put the shards of a certification together.",
    discussion: """
      The result is, but for the seconds and the seal, the file that 'scruple certify' writes without --shard. Refused \
      are parts of different models, data or options, boxes that are missing, and boxes that come twice.

      Example:
        scruple certify merge shard-1.json shard-2.json -o certificate.json
      """)

  @Argument(help: ArgumentHelp("What 'certify --shard' wrote.", valueName: "part"))
  var parts: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the certificate.", valueName: "file"))
  var output: String

  @OptionGroup var format: OutputOptions

  func run() throws {
    try keepApart(outputs: [("-o", output)], inputs: parts.map { ("part", $0) })
    let kinds = try parts.map { try kind(of: $0) }
    let document =
      kinds.first == .caps ? try merged(as: BoxCap.self, kinds) : try merged(as: BoxDifference.self, kinds)
    try write(document, to: output)
    if format.json { return try printJSON(document) }
    document.show()
  }

  private func merged<Entry: BoxEntry>(as: Entry.Type, _ kinds: [BoxJob.Kind]) throws -> CertificateDocument {
    if let other = kinds.firstIndex(where: { $0 != kinds.first }) {
      throw Failure(.badData, "\(parts[0]) and \(parts[other]) do not prove the same: boxes and caps")
    }
    let read = try parts.map { path in
      do {
        return try BoxPart<Entry>(json: Data(try readBytes(path)))
      } catch let error as DecodingError {
        throw Failure(.badData, "\(path): not a part of a certification: \(error.words)")
      } catch let error as CertificationError {
        throw Failure(.badData, "\(path): \(error)")
      }
    }
    return try BoxPart.merge(read)
  }

  private func kind(of path: String) throws -> BoxJob.Kind {
    struct Peek: Decodable {
      struct Job: Decodable { var kind: BoxJob.Kind }
      var job: Job
    }
    do {
      return try JSONDecoder().decode(Peek.self, from: Data(try readBytes(path))).job.kind
    } catch let error as DecodingError {
      throw Failure(.badData, "\(path): not a part of a certification: \(error.words)")
    }
  }
}
