import Foundation
import Testing

@Suite struct RayTableTests {
  @Test func `rays stand in text, JSON, Markdown and CSV, float with the device beside it`() throws {
    let folder = try TemporaryFolder()
    let model = "models/iris-mlp-plain/model"
    let command =
      "compare \(model).safetensors \(model).scruple --data iris --ood uniform --limit 50 --rays 3 --report \(folder.path)"
    let text = try Command(command)
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("α to 95 %") && text.output.contains("saturates at α"))
    let json = try #require(try Command(command + " --json").json() as? [String: Any])
    let rays = try #require(json["rays"] as? [String: Any])
    #expect(rays["rayCount"] as? Int == 6 && rays["levels"] as? [Double] == [0.95, 0.99, 0.999])
    let float = try #require((rays["float"] as? [String: Any])?["reach"] as? [String: Any])
    let int8 = try #require(rays["int8"] as? [String: Any])
    #expect(int8["tried"] as? Int == int8["inputs"] as? Int)
    let markdown = try String(contentsOfFile: folder.file("tables.md"), encoding: .utf8)
    #expect(markdown.contains("## Far away\n\nFar rays x + α·d"))
    let lines = try String(contentsOfFile: folder.file("tables/rays.csv"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(lines.count == 3 && lines[1][1] == "float" && lines[2][1] == "int8")
    let median = try #require((float["medianCrossings"] as? [Any])?[0] as? Double)
    #expect(Double(lines[1][2]) == median)
    #expect(Double(lines[2][11]) == int8["saturates"] as? Double)
    for name in ["checks", "data", "ood", "scores", "threshold"] {
      #expect(FileManager.default.fileExists(atPath: folder.file("tables/\(name).csv")))
    }
  }
}
