import Foundation
import ScrupleQuantization
import Testing

@testable import ScrupleDevice

/// The C firmware in firmware-sim/c-example, on QEMU: the program that docs/c.md shows.
@Suite(.serialized) struct CExampleTests {
  @Test(arguments: ["models/iris-mlp-acet/model.scruple", "models/iris-logistic/model.scruple"])
  func `a firmware in C gives the host's bytes`(model: String) throws {
    try check([UInt8](Data(contentsOf: Fixture.root.appendingPathComponent(model))), samples: 40)
  }

  @Test func `so it does for images`() throws {
    try check(try Fixture.file([784, 100, 10]), samples: 12)
  }

  @Test func `the lines that the documentation shows are the example's`() throws {
    let source = try text("firmware-sim/c-example/main.c")
    let parts = source.components(separatedBy: "// [ten lines]\n")
    let lines = try #require(parts.last?.components(separatedBy: "// [/ten lines]").first)
    #expect(try text("docs/c.md").contains(lines))
    #expect(lines.split(separator: "\n").count <= 11)
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Fixture.root.appendingPathComponent(path), encoding: .utf8)
  }

  private func check(_ file: [UInt8], samples: Int) throws {
    let engine = try Engine(file)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("scruple-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try CHeader(file, name: "model").text.write(
      to: folder.appendingPathComponent("model.h"), atomically: true, encoding: .utf8)
    let build = Fixture.root.appendingPathComponent("firmware-sim/c-example/build")
    try #require(try run(build, [folder.path], input: Data()).status == 0)

    let inputs = Fixture.inputs(samples, for: engine)
    let emulator = try #require(EmulatorProcess.find("qemu-system-arm"))
    let result = try run(
      URL(fileURLWithPath: emulator),
      [
        "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none", "-semihosting-config",
        "enable=on,target=native", "-kernel", folder.appendingPathComponent("example.elf").path,
      ], input: Data(inputs))
    #expect(result.status == 0)
    let expected = try engine.run(inputs)
    var words: [UInt32] = []
    for (index, verdict) in expected.verdicts.enumerated() {
      words += [0, UInt32(verdict.classIndex), verdict.confidence, verdict.lower, verdict.upper]
      words.append(verdict.accepted ? 1 : 0)
      words += expected.probabilities(of: index)
    }
    #expect(
      [UInt8](result.output)
        == words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
  }

  /// Runs a program to its end, with files as its streams so that neither side waits for the other.
  private func run(_ program: URL, _ arguments: [String], input: Data) throws -> (status: Int32, output: Data)
  {
    let given = TemporaryFile([UInt8](input)), taken = TemporaryFile([])
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: given.url)
    process.standardOutput = try FileHandle(forWritingTo: taken.url)
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try Data(contentsOf: taken.url))
  }
}
