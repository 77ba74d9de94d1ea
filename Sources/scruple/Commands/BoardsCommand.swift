import ArgumentParser
import ScrupleDevice

struct BoardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boards", abstract: "List the boards that can be simulated.",
    discussion: """
      Flash and RAM are the real part's. 'simulate --board NAME' runs a model under these limits, in this process or \
      (--engine qemu) as bare-metal firmware in the named emulator.
      """)

  @OptionGroup var output: OutputOptions

  func run() throws {
    if output.json { return try printJSON(Board.all) }
    var table = TextTable(["board", "part", "core", "clock", "flash", "RAM", "emulator"])
    for board in Board.all {
      table.add([
        board.name, board.part, board.core.rawValue, board.clock.map { "\($0 / 1_000_000) MHz" } ?? "–",
        "\(board.flash >> 10) KB", "\(board.ram >> 10) KB", board.machine.emulator.rawValue,
      ])
    }
    table.print()
  }
}
