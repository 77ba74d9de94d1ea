import Foundation
import Testing

@Suite struct CommandLineTests {
  static let iris = "models/iris-mlp-acet/model.scruple"
  static let twin = "models/iris-mlp-acet/model.safetensors"

  @Test(arguments: [
    "train", "quantize", "inspect", "run", "simulate", "compare", "certify", "report", "boards", "datasets",
    "demo", "export", "fool",
  ])
  func `every verb explains itself`(verb: String) throws {
    let help = try Command([verb, "--help"])
    #expect(help.status == 0)
    #expect(help.output.contains("USAGE: scruple \(verb)"))
    #expect(help.output.hasPrefix("OVERVIEW: "))
  }

  @Test func `the threshold that quantize finds is the least with the precision on what the device accepts`()
    throws
  {
    let folder = try TemporaryFolder()
    let model = folder.file("model.scruple")
    let line =
      "quantize models/iris-logistic/model.safetensors -o \(model) --validation iris:all --precision 0.99 --json"
    let summary = try #require(try Command(line).json() as? [String: Any])
    let threshold = try #require(summary["threshold"] as? Double)
    let answers = try #require(try Command("run \(model) iris:all --json").json() as? [[String: Any]])
    // Fisher's rows: fifty of each species in turn.
    func precision(_ threshold: Double) -> Double {
      let accepted = answers.indices.filter { answers[$0]["confidence"] as? Double ?? 0 >= threshold }
      return Double(accepted.count { answers[$0]["class"] as? Int == $0 / 50 }) / Double(accepted.count)
    }
    #expect(precision(threshold) >= 0.99)
    for answer in answers {
      let confidence = try #require(answer["confidence"] as? Double)
      if confidence < threshold { #expect(precision(confidence) < 0.99) }
      #expect((answer["verdict"] as? String == "accept") == (confidence >= threshold))
    }
  }

  @Test func `rows are classified alike in float and int8, and as JSON`() throws {
    for model in [Self.iris, Self.twin] {
      let rows = try #require(
        try Command("run \(model) --row 1.4,0.2 --row 10,10 --json").json() as? [[String: Any]])
      #expect(rows.count == 2)
      #expect(rows[0]["label"] as? String == "setosa")
      #expect(rows[0]["class"] as? Int == 0)
      let probabilities = try #require(rows[0]["probabilities"] as? [Double])
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
      #expect(probabilities[0] == rows[0]["confidence"] as? Double)
      #expect(try #require(rows[0]["confidence"] as? Double) > 0.9)
      #expect(try #require(rows[1]["confidence"] as? Double) < 0.5)
    }
  }

  @Test func `the device's answers are the host's on every board`() throws {
    let boards = try #require(try Command("boards --json").json() as? [[String: Any]])
    #expect(boards.count >= 9)
    for board in boards {
      let name = try #require(board["name"] as? String)
      let result = try Command("simulate \(Self.iris) --board \(name) --data iris --json")
      #expect(result.status == 0, "\(result.errors)")
      let report = try #require(try result.json() as? [String: Any])
      #expect(report["identicalToHost"] as? Bool == true)
      #expect(report["samples"] as? Int == 150)
      for key in ["board", "engine", "arena", "flash", "macs"] { #expect(report[key] != nil) }
    }
  }

  @Test func `a failed check is exit status 1`() throws {
    let bounds =
      "compare models/iris-mlp-plain/model.safetensors models/iris-mlp-plain/model.scruple --data iris"
    #expect(try Command(bounds + " --max-drift 0.5").status == 0)
    let failed = try Command(bounds + " --max-drift 0.0000001")
    #expect(failed.status == 1)
    #expect(failed.output.contains("FAILS  largest confidence drift"))
  }

  @Test func `a comparison has the keys that scripts rely on`() throws {
    let result = try Command(
      "compare \(Self.twin) \(Self.iris) --data iris --ood uniform --ood far --limit 500 --json")
    #expect(result.status == 0, "\(result.errors)")
    let json = try #require(try result.json() as? [String: Any])
    for key in ["samples", "agreement", "maxProbabilityDifference", "bracketViolations"] {
      #expect(json[key] is NSNumber, "\(key)")
    }
    #expect((json["accuracy"] as? [String: Any])?["int8"] is NSNumber)
    #expect((json["confidenceDrift"] as? [String: Any])?["max"] is NSNumber)
    let far = try #require((json["ood"] as? [String: Any])?["far"] as? [String: Any])
    for key in ["auroc", "fpr95", "mmc"] { #expect((far[key] as? [String: Any])?["float"] is NSNumber) }
    #expect((json["checks"] as? [[String: Any]])?.first?["holds"] as? Bool == true)
  }

  @Test func `an old file survives a failed write`() throws {
    let folder = try TemporaryFolder()
    let old = try folder.write("model.scruple", "old")
    let recipe = try folder.write(
      "r.yaml",
      "name: x\ndata: {train: iris}\nfeatures: [{name: petal width, low: 0, high: 3}]\nnetwork: {hidden: [4], activation: tanh}\n"
        + "optimizer: {kind: adam}\nepochs: 2\n")
    #expect(try Command(["train", recipe, "-o", folder.file("run")]).status == 0)
    let failed = try Command(["quantize", folder.file("run/model.safetensors"), "--data", "iris", "-o", old])
    #expect(failed.status == 65)
    #expect(failed.errors.contains("layer 0: tanh runs in float only"))
    #expect(try String(contentsOfFile: old, encoding: .utf8) == "old")
  }

  @Test func `the pipeline runs from a recipe to a verdict`() throws {
    let folder = try TemporaryFolder()
    let recipe = "models/iris-mlp-plain/recipe.yaml"
    #expect(try Command(["train", recipe, "-o", folder.path]).status == 0)
    let model = folder.file("model.scruple")
    #expect(
      try Command(["quantize", folder.file("model.safetensors"), "-o", model, "--threshold", "0.9"]).status
        == 0)
    #expect(try Command(["inspect", model]).output.contains("threshold: 0.9000"))
    let run = try Command(["run", model, "--row", "1.4,0.2"])
    #expect(run.output.contains("setosa") && run.output.hasSuffix("accept\n"))
    #expect(try Command(["report", folder.path]).output == "\(folder.path)/report.html\n")
  }

  @Test func `a damaged model is refused wherever it is damaged`() throws {
    let folder = try TemporaryFolder()
    let good = try Data(contentsOf: Command.root.appendingPathComponent(Self.iris))
    for position in stride(from: 0, to: good.count, by: 97) {
      var bad = good
      bad[position] ^= 1 << (position % 8)
      let file = URL(fileURLWithPath: folder.file("bad.scruple"))
      try bad.write(to: file)
      let result = try Command(["run", file.path, "--row", "1,1"])
      #expect(result.status == 65, "byte \(position): \(result.errors)")
    }
  }
}

@Suite struct WholeDatasetTests {
  @Test func `host and in-process device give the same bytes for all 70,000 Fashion images`() throws {
    let result = try Command(
      "simulate models/fashion-acet/model.scruple --board netduinoplus2 --data fashion-mnist:all --json")
    #expect(result.status == 0, "\(result.errors)")
    let report = try #require(try result.json() as? [String: Any])
    #expect(report["samples"] as? Int == 70_000)
    #expect(report["identicalToHost"] as? Bool == true)
  }

  @Test(arguments: ["fashion-plain", "fashion-ceda", "fashion-acet"])
  func `no image and no noise contradicts what is proved about a committed model`(name: String) throws {
    let model = "models/\(name)/model"
    let result = try Command(
      "compare \(model).safetensors \(model).scruple --data fashion-mnist --ood uniform --ood smoothed --json"
    )
    #expect(result.status == 0, "\(result.errors)")
    let json = try #require(try result.json() as? [String: Any])
    #expect(json["bracketViolations"] as? Int == 0)
    let accuracy = try #require(json["accuracy"] as? [String: Double])
    #expect(try #require(accuracy["float"]) >= 0.88)
    #expect(try #require(accuracy["int8"]) - #require(accuracy["float"]) >= -0.002)
    #expect(try #require(json["maxProbabilityDifference"] as? Double) <= 0.02)
    if name != "fashion-plain" {
      for (set, value) in try #require(json["ood"] as? [String: [String: Any]]) {
        let auroc = try #require(value["auroc"] as? [String: Double])
        #expect(try #require(auroc["int8"]) >= 0.999, "\(set)")
        #expect(abs(try #require(auroc["int8"]) - #require(auroc["float"])) <= 0.002, "\(set)")
      }
    }
  }

  @Test(arguments: [
    "iris-logistic", "iris-mlp-plain", "iris-mlp-acet", "fashion-plain", "fashion-ceda", "fashion-acet",
    "fashion-certified",
  ])
  func `a committed model's certificate is derived again`(name: String) throws {
    let folder = "models/\(name)"
    let result = try Command(
      "certify --check \(folder)/certificate.json \(folder)/model.safetensors \(folder)/model.scruple")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }
}
