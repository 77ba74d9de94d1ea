import Foundation
import Testing

@Suite struct CertificateReportTests {
  /// The names of a report's pictures, each there as PNG and SVG.
  private func figures(in folder: String) throws -> Set<String> {
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/figures")
    let names = Set(files.map { String($0.prefix { $0 != "." }) })
    #expect(Set(files) == Set(names.flatMap { ["\($0).png", "\($0).svg"] }))
    return names
  }

  @Test func `certify draws what it proved`() throws {
    let folder = try TemporaryFolder()
    for (options, pictures) in [
      ("", ["difference-map", "threshold-transfer"]),
      ("--domain whole", ["difference-map", "threshold-transfer"]),
      ("--data iris --samples 5", ["bounds"]),
    ] as [(String, Set<String>)] {
      let place = folder.file("report\(options.filter(\.isLetter))")
      let result = try Command("certify \(CertifyTests.iris) \(options) --evaluations 50 --report \(place)")
      #expect(result.status == 0, "\(options): \(result.errors)")
      #expect(result.output.hasSuffix("\(place)/report.html\n"))
      #expect(try figures(in: place) == pictures, "\(options)")
      let page = try String(contentsOfFile: "\(place)/report.html", encoding: .utf8)
      #expect(page.contains("What is proved") && page.contains("What is assumed"))
    }
    #expect(try Command("certify \(CertifyTests.iris) --check x --report y").status == 64)
  }

  @Test func `report draws the certificates of folders and those that are named`() throws {
    let folder = try TemporaryFolder()
    var named: [String] = []
    for radius in [1, 3] {
      named.append(folder.file("\(radius).json"))
      let options = "--data iris --samples 10 --radius \(radius) --no-input-rounding --evaluations 50"
      #expect(try Command("certify \(CertifyTests.iris) \(options) -o \(named[named.count - 1])").status == 0)
    }
    let place = folder.file("report")
    let result = try Command(
      "report models/iris-mlp-acet models/iris-mlp-plain \(named.joined(separator: " ")) -o \(place)")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try figures(in: place) == ["bounds", "difference-map", "threshold-transfer"])
    let page = try String(contentsOfFile: "\(place)/report.html", encoding: .utf8)
    #expect(page.contains("radius 1: median bound") && page.contains("radius 3: median bound"))
    #expect(page.contains("Found above its bound: 0."))
    #expect(page.contains("What 4 certificates proved."))

    let homeless = try Command("report \(named[0])")
    #expect(homeless.status == 64 && homeless.errors.contains("say where the report belongs with -o"))
  }
}
