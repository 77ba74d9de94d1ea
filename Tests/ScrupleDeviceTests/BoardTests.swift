import Foundation
import Testing

@testable import ScrupleDevice

@Suite struct BoardTests {
  @Test(arguments: Board.all.filter { $0.core != .wasm32 })
  func `a board's linker script has the board's memory`(board: Board) throws {
    let script = try String(
      contentsOf: Fixture.root.appendingPathComponent("firmware-sim/boards/\(board.name).ld"), encoding: .utf8
    )
    func region(_ name: String) throws -> (origin: Int, length: Int) {
      let line = try #require(script.split(separator: "\n").first { $0.contains("\(name) (") })
      func value(_ key: String) throws -> Int {
        let text = try #require(line.components(separatedBy: "\(key) = ").last?.split(separator: ",").first)
        let digits = text.trimmingCharacters(in: .whitespaces)
        if digits.hasPrefix("0x") { return try #require(Int(digits.dropFirst(2), radix: 16)) }
        let unit = ["K": 1 << 10, "M": 1 << 20][String(digits.suffix(1))]
        return try #require(Int(digits.dropLast())) * #require(unit)
      }
      return (try value("ORIGIN"), try value("LENGTH"))
    }
    let flash = try region("FLASH"), ram = try region("RAM")
    #expect(flash.length == board.flash)
    #expect(ram.length == board.ram)
    #expect(flash.origin == Int(board.machine.flashOrigin))
    let program = board.programFlash >> 10
    let sections = try String(
      contentsOf: Fixture.root.appendingPathComponent("firmware-sim/boards/sections.ld"), encoding: .utf8)
    let isOwn = script.contains("board_program_size")
    #expect((isOwn ? script : sections).contains("board_program_size \(isOwn ? "=" : ":") \(program)K;"))
  }

  @Test func `the linker script reserves what the table reserves`() throws {
    let script = try String(
      contentsOf: Fixture.root.appendingPathComponent("firmware-sim/boards/sections.ld"), encoding: .utf8)
    #expect(script.contains("board_stack_reserve = \(Board.programStack);"))
    #expect(script.contains("board_statics_reserve = \(Board.programRAM - Board.programStack);"))
  }

  @Test(arguments: Board.all.filter { $0.machine.counterFrequency != nil })
  func `the counter ticks at least twice per instruction`(board: Board) {
    #expect(board.machine.ticksPerInstruction >= 2)
    // And seldom wraps.
    #expect(board.machine.ticksPerInstruction < 5)
  }

  @Test func `names are unique, and an unknown one lists them`() {
    #expect(Set(Board.all.map(\.name)).count == Board.all.count)
    #expect(throws: DeviceError.unknownBoard("nix", known: Board.all.map(\.name))) { try Board.named("nix") }
  }

  @Test func `boards survive JSON`() throws {
    let data = try JSONEncoder().encode(Board.all)
    #expect(try JSONDecoder().decode([Board].self, from: data) == Board.all)
  }
}
