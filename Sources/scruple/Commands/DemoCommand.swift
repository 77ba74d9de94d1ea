import ArgumentParser
import Foundation
import ScrupleTraining

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "The whole pipeline on a real problem, ending in a report.",
    discussion: """
      iris     a plane of two petal measurements: a network that is sure of nonsense, one that is cured of it, and \
      both as int8 on a simulated microcontroller. Seconds.
      fashion  the same with 28×28 images of clothes, against noise. A minute or two. Needs the Debian package \
      dataset-fashion-mnist.

      Without a name both are run. Everything is trained here and now, from recipes that this program carries.
      """)

  enum Story: String, ExpressibleByArgument, CaseIterable { case iris, fashion }

  @Argument(help: "iris or fashion; both if left out.")
  var story: Story?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for models and the report; runs/demo-NAME by default.", valueName: "dir"))
  var output: String?

  func validate() throws {
    if output != nil, story == nil { throw ValidationError("-o needs the name of one demo") }
  }

  func run() throws {
    for story in story.map({ [$0] }) ?? Story.allCases {
      let directory = output ?? "runs/demo-\(story.rawValue)"
      switch story {
      case .iris: try IrisDemo(directory: directory).run()
      case .fashion: try FashionDemo(directory: directory).run()
      }
    }
  }
}
