import ArgumentParser
import Foundation
import ScrupleEvaluation
import ScrupleTraining

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "The whole pipeline on a real problem, ending in a report.",
    discussion: """
      iris     a plane of two petal measurements: a network that is sure of nonsense, one that is cured of it, and \
      both as int8 on a simulated microcontroller. Seconds.
      digits   MNIST's digits 0 to 3 through two hidden numbers, and backwards to images that look like nothing. Half a \
      minute. Needs MNIST: tools/fetch-mnist.
      fashion  the same with 28×28 images of clothes, against noise. A minute or two. Needs the Debian package \
      dataset-fashion-mnist.
      sheet-music  is an arbitrary picture sheet music? Four networks of models/ in the open world: what their 99 % \
      precision is worth among pictures of kinds that they have never seen. A minute. Needs the pictures: \
      tools/build-sheet-music.

      Without a name iris and fashion are run. Networks are trained here and now, but for sheet-music's.
      """)

  enum Story: String, ExpressibleByArgument, CaseIterable {
    case iris, digits, fashion
    case sheetMusic = "sheet-music"
  }

  @Argument(help: "iris, digits, fashion or sheet-music; iris and fashion if left out.")
  var story: Story?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for models and the report; runs/demo-NAME by default.", valueName: "dir"))
  var output: String?

  @OptionGroup var format: OutputOptions

  /// The end of a story, as `--json` prints it.
  struct Ending: Encodable {
    var demo: String
    var report: String
    var checks: [Check]
  }

  func validate() throws {
    if output != nil, story == nil { throw ValidationError("-o needs the name of one demo") }
  }

  func run() throws {
    let teller = Teller(silent: format.json)
    var endings: [Ending] = []
    for story in story.map({ [$0] }) ?? [.iris, .fashion] {
      let directory = output ?? "runs/demo-\(story.rawValue)"
      let checks =
        switch story {
        case .iris: try IrisDemo(directory: directory, teller: teller).run()
        case .digits: try DigitsDemo(directory: directory, teller: teller).run()
        case .fashion: try FashionDemo(directory: directory, teller: teller).run()
        case .sheetMusic: try SheetMusicDemo(directory: directory, teller: teller).run()
        }
      endings.append(Ending(demo: story.rawValue, report: "\(directory)/report.html", checks: checks))
    }
    if format.json { try printJSON(endings) }
    guard endings.allSatisfy({ $0.checks.allSatisfy(\.holds) }) else {
      throw Failure(.checkDidNotHold, "a check does not hold")
    }
  }
}
