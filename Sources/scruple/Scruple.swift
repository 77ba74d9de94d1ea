import ArgumentParser

@main
struct Scruple: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scruple", abstract: "Small networks that know when to doubt: train, quantize, run, compare, prove.")
}
