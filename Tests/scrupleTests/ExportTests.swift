import Foundation
import Testing

struct ExportTests {
  static let iris = "models/iris-mlp-acet/model.scruple"

  @Test func `export writes to a file what it prints`() throws {
    let folder = try TemporaryFolder()
    let printed = try Command("export \(Self.iris) --format c --name iris")
    #expect(printed.status == 0 && printed.errors.isEmpty)
    let path = folder.file("iris.h")
    let written = try Command("export \(Self.iris) --name iris -o \(path) --json")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == printed.output)
    let json = try #require(try written.json() as? [String: Any])
    let size = try #require(json["size"] as? Int)
    #expect(printed.output.contains("#define IRIS_SIZE \(size)\n"))
    #expect(json["name"] as? String == "iris" && json["file"] as? String == path)
    #expect(try Command("export \(Self.iris) -o \(path)").output.hasPrefix("\(path): iris_mlp_acet_bytes, "))
  }

  @Test(arguments: [
    ("export \(iris) --name 1x", 64, "--name 1x: not a C identifier"),
    ("export \(iris) --format rust", 64, "--format"),
    ("export \(iris) --json", 64, "--json tells what was written: give -o"),
    ("export nothing.scruple", 66, "scruple: nothing.scruple: no such file\n"),
    ("export README.md", 65, "scruple: README.md: not a .scruple file"),
    ("export \(iris) -o /nonexistent/model.h", 73, "scruple: /nonexistent/model.h: can't be written"),
  ])
  func `a mistake has its status and says what is wrong`(line: String, status: Int32, words: String) throws {
    let result = try Command(line)
    #expect(result.status == status && result.errors.contains(words), "\(result.errors)")
    #expect(result.output.isEmpty)
  }
}
