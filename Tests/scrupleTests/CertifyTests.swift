import Foundation
import Testing

@Suite struct CertifyTests {
  static let iris = "models/iris-mlp-acet/model.safetensors models/iris-mlp-acet/model.scruple"
  static let fashion = "models/fashion-certified/model.safetensors models/fashion-certified/model.scruple"

  @Test(arguments: [
    ("\(iris) --data nonesuch", 66, "nonesuch: no dataset has this name"),
    ("\(iris) --data fashion-mnist", 65, "fashion-mnist: expected 2 features"),
    ("\(iris) --data iris --radius 256", 64, "--radius is between 0 and 255"),
    ("\(iris) --data iris --samples 151", 65, "iris has 150 samples, 151 are asked for"),
    ("\(iris) --data iris --samples 0", 64, "--samples must be 1 or more"),
    ("\(iris) --radius 2", 64, "--radius needs --data or --ood"),
    ("\(iris) --samples 2", 64, "--samples needs --data or --ood"),
    ("\(iris) --data iris --shard 3/2 -o x", 64, "The value '3/2' is invalid for '--shard <i/n>'"),
    ("\(iris) --data iris --shard 1/2", 64, "--shard needs -o"),
    ("\(iris) --shard 1/2 -o x", 64, "--shard is for work over --data or --ood"),
    ("\(iris) --cap box:9:3", 64, "The value 'box:9:3' is invalid for '--cap <region>'"),
    ("\(iris) --cap far:9", 64, "name them with --data"),
    ("\(iris) --cap box:1:2 --data iris", 64, "--data has no part in it"),
    ("\(iris) --cap box:1:2 --ood uniform", 64, "give --ood or --cap, not both"),
    ("\(iris) --data iris --attach", 64, "--attach, --check and --domain are about every input"),
    ("\(iris) --time 3", 64, "--time is for a search"),
    ("\(iris) --domain search --time 0", 64, "--time must be more than 0 seconds"),
    ("\(iris) --domain search --gap 0.9", 64, "--gap must be 1 or more"),
    ("\(iris) --domain whole --gap 2", 64, "--gap is for --domain search"),
    ("\(iris) --evaluations=-1", 64, "--evaluations must be 0 or more"),
    ("\(iris) --ood permuted", 64, "permuted is made from data: name them with --data"),
    ("\(fashion) --domain search", 65, "784 inputs; this method does at most 4"),
    ("\(fashion) --domain exhaustive", 65, "this method does at most"),
    (
      "models/iris-mlp-plain/model.safetensors models/iris-mlp-acet/model.scruple", 65,
      "is this the program's own twin?"
    ),
    ("models/iris-mlp-acet/model.safetensors models/fashion-acet/model.scruple", 65, "reads 2 values"),
    ("merge nothing.json -o x", 66, "nothing.json: no such file"),
    ("merge models/iris-mlp-acet/certificate.json -o x", 65, "not a part of a certification: job is missing"),
    ("--check models/iris-mlp-acet/recipe.yaml \(iris)", 65, "not a certificate"),
  ])
  func `a mistake is told`(line: String, status: Int, words: String) throws {
    let result = try Command("certify \(line)")
    #expect(Int(result.status) == status, "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test func `every proof states what it assumes, and its file is derived again`() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("certificate.json")
    for (options, models, kind) in [
      ("", Self.iris, "exhaustive"), ("--domain whole", Self.iris, "whole-domain"),
      ("--domain whole --input-rounding", Self.iris, "whole-domain"),
      ("--domain search", Self.iris, "branch-and-bound"), ("--data iris --samples 9", Self.iris, "boxes"),
      ("--data fashion-mnist --samples 3 --time 0.2", Self.fashion, "boxes"),
      ("--ood uniform --samples 5 --radius 4 --data fashion-mnist", Self.fashion, "caps"),
      ("--cap box:96:160", Self.fashion, "caps"), ("--cap far:20:euclidean --data iris", Self.iris, "caps"),
    ] {
      try? FileManager.default.removeItem(atPath: file)
      let result = try Command("certify \(models) \(options) --evaluations 300 -o \(file) --json")
      #expect(result.status == 0, "\(options): \(result.errors)")
      let json = try #require(try result.json() as? [String: Any])
      #expect(json["kind"] as? String == kind)
      for key in ["statement", "set"] { #expect(json[key] is String, "\(options): \(key)") }
      for key in ["gap", "probabilityBound", "seconds"] {
        #expect(json[key] is NSNumber, "\(options): \(key)")
      }
      #expect(json["thresholds"] is [[String: Any]])
      #expect((json["assumptions"] as? [String])?.count == 4)
      if kind != "exhaustive" { #expect(try #require(json["tightness"] as? Double) >= 1, "\(options)") }
      if kind == "caps" {
        #expect(json["confidenceCap"] is NSNumber && json["floatConfidenceCap"] is NSNumber)
      }
      let check = try Command("certify --check \(file) \(models)")
      #expect(check.status == 0, "\(options): \(check.output)\(check.errors)")
      #expect(!FileManager.default.fileExists(atPath: file + ".part"))
    }
  }

  @Test func `what was promised of the certified model is proved`() throws {
    let cap = try #require(
      try Command("certify \(Self.fashion) --cap box:96:160 --json").json() as? [String: Any])
    #expect(try #require(cap["confidenceCap"] as? Double) <= 0.11)
    let noise = try #require(
      try Command(
        "certify \(Self.fashion) --ood uniform --radius 4 --samples 100 --data fashion-mnist --evaluations 0 --json"
      ).json() as? [String: Any])
    #expect(try #require(noise["guaranteedAUROC"] as? Double) >= 0.999)
    #expect(try #require(noise["guaranteedFPR95"] as? Double) == 0)
  }

  /// A certificate's text without the time it took and the seal that covers it.
  private func bare(_ path: String) throws -> [Substring] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter {
      !$0.hasPrefix("  \"seconds\"") && !$0.hasPrefix("  \"seal\"")
    }
  }

  @Test func `shards merge into the same file, and a changed digit or a missing shard is refused`() throws {
    let folder = try TemporaryFolder()
    let line = "certify \(Self.iris) --data iris --radius 2 --evaluations 40"
    #expect(try Command("\(line) -o \(folder.file("whole.json"))").status == 0)
    let parts = (1...3).map { folder.file("part-\($0).json") }
    for (number, part) in parts.enumerated() {
      #expect(try Command("\(line) --shard \(number + 1)/3 -o \(part)").status == 0)
    }
    let merged = folder.file("merged.json")
    let merge = try Command(["certify", "merge"] + parts + ["-o", merged])
    #expect(merge.status == 0, "\(merge.errors)")
    #expect(try bare(merged) == bare(folder.file("whole.json")))
    #expect(try Command("certify --check \(merged) \(Self.iris)").status == 0)

    let missing = try Command(["certify", "merge", parts[0], parts[2], "-o", merged])
    #expect(missing.status == 65)
    #expect(missing.errors.contains("50 of 150 boxes are missing, the first is 50"))
    let check = try Command("certify --check \(parts[0]) \(Self.iris)")
    #expect(check.errors.contains("a part of a certification"))

    let text = try String(contentsOfFile: merged, encoding: .utf8)
    let digit = try #require(text.firstIndex { $0 == "3" })
    try text.replacingCharacters(in: digit...digit, with: "4")
      .write(toFile: merged, atomically: true, encoding: .utf8)
    let changed = try Command("certify --check \(merged) \(Self.iris)")
    #expect(changed.status == 65)
    #expect(changed.errors.contains("changed after it was written"), "\(changed.errors)")
  }

  @Test func `an interrupted certification goes on from its file and ends the same`() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("certificate.json")
    let arguments =
      "certify \(Self.fashion) --data fashion-mnist --samples 500 --evaluations 3000 -o \(file)"
      .split(separator: " ").map(String.init)
    let process = Process()
    process.executableURL = Command.program
    process.arguments = arguments
    process.currentDirectoryURL = Command.root
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: 0.8)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(FileManager.default.fileExists(atPath: file + ".part"))
    #expect(!FileManager.default.fileExists(atPath: file))
    let resumed = try Command(arguments)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("going on from there"))
    let first = try bare(file)
    try FileManager.default.removeItem(atPath: file)
    #expect(try Command(arguments).status == 0)
    #expect(try bare(file) == first)
  }

  @Test func `another job does not go on from a part`() throws {
    let folder = try TemporaryFolder()
    let part = folder.file("part.json")
    let line = "certify \(Self.iris) --data iris --evaluations 0 --shard 1/2 -o \(part)"
    #expect(try Command("\(line) --radius 1").status == 0)
    let other = try Command("\(line) --radius 2")
    #expect(other.status == 65)
    #expect(other.errors.contains("a part of another certification"), "\(other.errors)")
  }

  @Test func `a gap that holds in boxes only is not attached`() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("boxes.json")
    #expect(try Command("certify \(Self.iris) --data iris --samples 2 -o \(file)").status == 0)
    let result = try Command(
      "quantize models/iris-mlp-acet/model.safetensors --certificate \(file) -o \(folder.file("m.scruple"))")
    #expect(result.status == 65)
    #expect(result.errors.contains("holds in some boxes only"))
  }

  @Test func `help has both verbs and every assumption`() throws {
    let help = try Command("certify --help").output.split(whereSeparator: \.isWhitespace).joined(
      separator: " ")
    for words in ["in real arithmetic", "executes docs/format.md exactly", "reads byte/255", "certify merge"]
    {
      #expect(help.contains(words), "\(words)")
    }
    #expect(try Command("certify merge --help").output.contains("USAGE: scruple certify merge"))
    #expect(try Command("help certify merge").output.contains("USAGE: scruple certify merge"))
  }
}
