import Foundation
import Testing

@Suite struct FoolTests {
  static let plain = "models/iris-mlp-plain"

  @Test func `models are attacked side by side`() throws {
    let result = try Command("fool \(plainAndCured) --count 6 --json")
    #expect(result.status == 0, "\(result.errors)")
    let json = try #require(try result.json() as? [String: Any])
    let outcomes = try #require(json["outcomes"] as? [[String: Any]])
    #expect(Set(outcomes.compactMap { $0["side"] as? String }) == ["float", "int8"])
    #expect(Set(outcomes.compactMap { $0["model"] as? String }) == ["iris-mlp-plain", "iris-mlp-acet"])
    func found(_ model: String) -> Int {
      outcomes.filter { $0["model"] as? String == model && $0["title"] as? String == "gradient from noise" }
        .reduce(0) { $0 + ($1["found"] as? Int ?? 0) }
    }
    #expect(found("iris-mlp-plain") == 12 && found("iris-mlp-acet") == 0)
    let rays = try #require(json["rays"] as? [[String: Any]])
    for ray in rays { #expect(ray["checked"] as? Int == 12 && ray["confirmed"] as? Int == 12) }
    #expect((json["leftOut"] as? [String: String])?["patch"] == "the inputs are too small")
    #expect(try Command("fool \(plainAndCured) --count 6 --json").output == result.output)
  }

  private var plainAndCured: String { "\(Self.plain) models/iris-mlp-acet" }

  @Test func `files of one model go together, and every find is saved`() throws {
    let folder = try TemporaryFolder()
    let result = try Command(
      "fool \(Self.plain)/model.safetensors \(Self.plain)/model.scruple --attack gradient,rays --count 4 --report \(folder.path)"
    )
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("iris-mlp-plain float") && result.output.contains("iris-mlp-plain int8"))
    let lines = try String(contentsOfFile: folder.file("finds.csv"), encoding: .utf8).split(separator: "\n")
    #expect(
      lines[0].hasPrefix(
        "model,side,attack,start,goal,float class,float confidence,int8 class,int8 confidence,petal length"))
    // What the table says of a find is what `run` says of it.
    let cells = lines[1].split(separator: ",")
    let run = try #require(
      try Command("run \(Self.plain)/model.scruple --row \(cells[9]),\(cells[10]) --json").json()
        as? [[String: Any]])
    #expect(run[0]["label"] as? String == String(cells[7]))
    #expect(abs(try #require(run[0]["confidence"] as? Double) - #require(Double(cells[8]))) < 1e-6)
    #expect(FileManager.default.fileExists(atPath: folder.file("report.html")))
  }

  @Test func `finds of images are PNGs that the model reads`() throws {
    let folder = try TemporaryFolder()
    let model = "models/fashion-plain"
    let result = try Command("fool \(model) --attack integers --count 3 --limit 200 --report \(folder.path)")
    #expect(result.status == 0, "\(result.errors)")
    let lines = try String(contentsOfFile: folder.file("finds.csv"), encoding: .utf8).split(separator: "\n")
      .dropFirst()
    #expect(lines.count >= 3)
    for line in lines {
      let cells = line.split(separator: ",")
      let run = try #require(
        try Command("run \(model)/model.scruple \(folder.file(String(cells[9]))) --json").json()
          as? [[String: Any]])
      #expect(run[0]["label"] as? String == String(cells[7]))
      #expect(abs(try #require(run[0]["confidence"] as? Double) - #require(Double(cells[8]))) < 1e-6)
    }
  }

  @Test(arguments: [
    ("fool", 64, "Missing expected argument"),
    ("fool nothing", 66, "scruple: nothing: no such file"),
    ("fool docs", 66, "scruple: docs: has neither model.safetensors nor model.scruple"),
    ("fool \(plain) models/fashion-plain", 65, "attack them one after the other"),
    ("fool \(plain) --attack magic", 64, "--attack magic: there are rays, gradient"),
    ("fool \(plain) --attack patch", 64, "--attack patch: the inputs are too small"),
    ("fool \(plain) --attack gradient --budget 50", 64, "--attack gradient: it needs 101 questions a start"),
    ("fool \(plain) --count 0", 64, "--budget and --count must be 1 or more"),
    ("fool \(plain) --confidence 1", 64, "--confidence must be between 0 and 1"),
    ("fool \(plain) --data fashion-mnist", 65, "expected 2 features"),
    (
      "compare \(plain)/model.safetensors \(plain)/model.scruple --data iris --ood adversarial:9", 65,
      "scruple: adversarial:9: write adversarial:RADIUS with a radius above 0"
    ),
  ])
  func `a mistake has its status and says what is wrong`(line: String, status: Int, words: String) throws {
    let result = try Command(line)
    #expect(Int(result.status) == status, "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test func `sets made against a model are compared like others`() throws {
    let result = try Command(
      "compare \(Self.plain)/model.safetensors \(Self.plain)/model.scruple --data iris --ood adversarial:0.05 "
        + "--ood adversarial-strong:0.05 --ood adversarial-int8:0.05 --transfer models/iris-mlp-acet/model.safetensors "
        + "--attack-count 40 --attack-steps 20 --attack-starts 2 --attack-search 40 --json")
    #expect(result.status == 0, "\(result.errors)")
    let sets = try #require((try result.json() as? [String: Any])?["ood"] as? [String: [String: Any]])
    #expect(sets.count == 3)
    func confidence(_ name: String) throws -> Double {
      try #require((sets[name]?["mmc"] as? [String: Double])?["int8"])
    }
    #expect(try confidence("adversarial-strong:0.05") >= confidence("adversarial:0.05") - 1e-3)
    #expect(try confidence("adversarial-int8:0.05") >= confidence("adversarial:0.05"))
    for set in sets.values { #expect(set["bracketViolations"] as? Int == 0 && set["samples"] as? Int == 40) }
  }
}
