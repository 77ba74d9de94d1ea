import Foundation
import Testing

@Suite struct BadInputTests {
  static let iris = "models/iris-mlp-acet/model"
  static let lenet = "models/fashion-lenet-acet/model"
  static let plain = "models/fashion-lenet-plain/model"
  static let pair = "\(lenet).safetensors \(lenet).scruple"

  @Test(arguments: [
    ("run \(iris).scruple", 64, "give inputs or --row"),
    ("run \(iris).scruple --row 1,x", 65, "scruple: --row 1,x: the value of petal width is not a number\n"),
    (
      "run \(iris).scruple --row 1", 65,
      "scruple: --row 1: 1 values, the model reads 2: petal length, petal width\n"
    ),
    (
      "run \(iris).scruple --row nan,1", 65,
      "scruple: --row nan,1: the value of petal length is not a number\n"
    ),
    ("run nothing.scruple --row 1,1", 66, "scruple: nothing.scruple: no such file\n"),
    ("run models --row 1,1", 65, "scruple: models: a folder, where a model file is expected\n"),
    (
      "run \(iris).scruple nothing.csv", 66,
      "scruple: nothing.csv: can't be read: there is no such file or folder"
    ),
    ("run \(iris).scruple fashion-mnist", 65, "scruple: fashion-mnist: expected 2 features"),
    ("run \(iris).scruple iris:tset", 65, "scruple: iris:tset: 'tset' is not a part"),
    ("run LICENSE --row 1,1", 65, "scruple: LICENSE: not a .scruple file"),
    (
      "inspect \(iris).safetensors", 65,
      "scruple: \(iris).safetensors: a float model (.safetensors), where an int8 model (.scruple) is"
    ),
    (
      "simulate \(iris).scruple --board nonesuch --data iris", 64,
      "scruple: no board is named nonesuch; there are microbit,"
    ),
    ("simulate \(iris).scruple --board microbit --data iris --limit 0", 64, "--limit must be 1 or more"),
    ("simulate \(iris).scruple --board microbit", 64, "Missing expected argument '--data <dataset>'"),
    ("train nothing.yaml", 66, "scruple: nothing.yaml: cannot be read"),
    (
      "quantize \(iris).safetensors -o /nonexistent/model.scruple", 73,
      "scruple: /nonexistent/model.scruple: can't be written"
    ),
    (
      "quantize \(iris).safetensors -o x.scruple --clip p20", 64,
      "scruple: --clip p20: write minmax, mse, or a percentile"
    ),
    ("quantize \(iris).safetensors -o x.scruple --validation iris --threshold 0.9", 64, "leave one out"),
    ("quantize \(iris).safetensors -o x.scruple --class setosa", 64, "--class needs --validation"),
    (
      "quantize \(iris).safetensors -o x.scruple --validation iris --precision 2", 64,
      "--precision 2.0: give a share"
    ),
    (
      "quantize \(iris).safetensors -o x.scruple --validation iris --class rose", 64,
      "--class rose: the model knows setosa, versicolor, virginica"
    ),
    ("quantize \(iris).safetensors -o x.scruple --validation far", 65, "far: it has no labels"),
    (
      "run \(iris).scruple docs/pictures/iris-confidence.png --tiles 2", 65,
      "iris-confidence.png: expected 2 features"
    ),
    ("run \(iris).scruple docs/pictures/iris-confidence.png --tiles 0", 64, "--tiles must be 1 or more"),
    (
      "compare \(iris).scruple \(iris).scruple --data iris", 65,
      "\(iris).scruple: an int8 model (.scruple), where a float model"
    ),
    ("report models", 66, "scruple: models: neither a training.json nor a certificate.json is there"),
    ("demo nonesuch", 64, "'nonesuch' is invalid"),
    ("frobnicate", 64, "Unexpected argument 'frobnicate'"),
    // Models of the wrong kind, or of another pair.
    ("run docs docs/pictures/iris-confidence.png", 65, "docs: a folder, where a model file is expected"),
    ("quantize models -o x.scruple", 65, "models: a folder, where a model file is expected"),
    ("quantize \(lenet).scruple -o x.scruple", 65, "an int8 model (.scruple), where a float model"),
    ("export \(lenet).safetensors", 65, "a float model (.safetensors), where an int8 model"),
    (
      "simulate \(lenet).safetensors --board microbit --data uniform", 65,
      "where an int8 model (.scruple) is expected"
    ),
    (
      "certify \(lenet).safetensors \(plain).scruple", 65,
      "scruple: \(lenet).safetensors and \(plain).scruple: layer 0, channel 0, weight 0: "
    ),
    (
      "compare \(pair) --data uniform --original models/iris-mlp-acet/model.safetensors", 65,
      "--original models/iris-mlp-acet/model.safetensors: it reads 2 values and knows 3 classes, the model 28×28×1"
    ),
    // What does not fit a board.
    (
      "quantize \(lenet).safetensors -o x.scruple --board stm32vldiscovery", 65,
      "stm32vldiscovery has 5888 bytes of RAM for the arena, this model takes 13696, 7808 too many"
    ),
    (
      "train models/iris-mlp-acet/recipe.yaml --board nonesuch", 64,
      "no board is named nonesuch; there are microbit"
    ),
    // Sets that are none.
    (
      "run \(lenet).scruple uniform:test", 65,
      "noise 'uniform': it is made without end and has no part 'test'"
    ),
    ("run \(lenet).scruple adversarail:0.1", 66, "adversarail:0.1: no dataset has this name"),
    ("run \(lenet).scruple iris", 65, "iris: expected grey images 28 wide and 28 high, found 4 features"),
    (
      "compare \(pair) --data uniform --ood adversarial:0.1:fog", 65,
      "adversarial:0.1:fog: the noise in the balls' middles is uniform, permuted"
    ),
    // Numbers that mean nothing.
    ("compare \(pair) --data uniform --max-drift nan", 64, "--max-drift is between 0 and 1"),
    ("compare \(pair) --data uniform --min-agreement 2", 64, "--min-agreement is between 0 and 1"),
    ("compare \(pair) --data uniform --rays 0", 64, "--rays must be 1 or more"),
    ("quantize \(lenet).safetensors -o x.scruple --threshold 1.5", 64, "--threshold is between 0 and 1"),
    (
      "quantize \(lenet).safetensors -o x.scruple --method calibration", 64,
      "safetensors: calibration needs --data"
    ),
    ("fool models/fashion-lenet-acet --radius 5", 64, "--radius is a part of the range, at most 1"),
    (
      "fool models/fashion-lenet-acet --attack inversion", 64,
      "--attack inversion: it goes backwards through dense layers, and no float model here has only these"
    ),
    // What can't be written is known before the work.
    (
      "certify \(pair) -o /nonexistent/c.json", 73,
      "/nonexistent/c.json: can't be written: there is no folder /nonexistent"
    ),
    ("certify \(pair) --report /proc/no", 73, "scruple: /proc/no: can't be written"),
    ("compare \(pair) --data uniform --report /proc/no", 73, "scruple: /proc/no: can't be written"),
    // Reports of nothing.
    ("report nothing", 66, "scruple: nothing: no such folder"),
    ("report LICENSE", 65, "scruple: LICENSE: a file; give the folder that 'scruple train' wrote"),
    (
      "train models/iris-mlp-acet/recipe.yaml -o LICENSE", 73,
      "LICENSE: cannot be written: a file of that name is in the way"
    ),
    ("train models", 66, "models: cannot be read: Is a directory"),
  ])
  func `a mistake has its status and says what is wrong`(line: String, status: Int, words: String) throws {
    let result = try Command(line)
    #expect(Int(result.status) == status, "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test func `no option writes over what is read`() throws {
    let folder = try TemporaryFolder()
    let original = try Data(contentsOf: Command.root.appendingPathComponent("\(Self.lenet).safetensors"))
    let model = folder.file("model.safetensors")
    try original.write(to: URL(fileURLWithPath: model))
    let program = folder.file("model.scruple")
    #expect(try Command(["quantize", model, "-o", program]).status == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: program))
    for line in [
      ["quantize", model, "-o", model], ["quantize", model, "-o", "\(folder.path)/./model.safetensors"],
      ["quantize", model, "-o", folder.file("new.scruple"), "--twin", model],
      ["quantize", model, "-o", program, "--twin", program], ["certify", model, program, "-o", program],
      ["certify", model, program, "-o", model], ["export", program, "-o", program],
    ] {
      let result = try Command(line)
      #expect(
        result.status == 64 && result.errors.contains("which would be lost"), "\(line): \(result.errors)")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == original)
    #expect(try Data(contentsOf: URL(fileURLWithPath: program)) == bytes)
  }

  @Test func `an unfinished training is neither lost nor invented`() throws {
    let folder = try TemporaryFolder()
    let recipe = "models/iris-mlp-plain/recipe.yaml"
    let nothing = try Command(["train", recipe, "-o", folder.path, "--resume"])
    #expect(
      nothing.status == 65 && nothing.errors.contains("nothing was interrupted here; train without resuming"))
    let checkpoint = try folder.write("checkpoint.safetensors", "hours of work")
    let anew = try Command(["train", recipe, "-o", folder.path])
    #expect(anew.status == 64 && anew.errors.contains("--resume goes on from there, or remove it"))
    #expect(try String(contentsOfFile: checkpoint, encoding: .utf8) == "hours of work")
  }

  @Test func `a network that can't fit a board is refused before it is trained`() throws {
    let folder = try TemporaryFolder()
    let recipe = "models/fashion-lenet-acet/recipe.yaml"
    let result = try Command(["train", recipe, "-o", folder.path, "--board", "stm32vldiscovery"])
    #expect(result.status == 65)
    #expect(
      result.errors.contains("more than stm32vldiscovery's 5888 (the peak is at layer ")
        && result.errors.hasPrefix("scruple: \(recipe):"), "\(result.errors)")
  }

  @Test func `a folder of models that aren't twins is attacked with a warning`() throws {
    let folder = try TemporaryFolder()
    for (from, to) in [
      ("\(Self.lenet).safetensors", "model.safetensors"), ("\(Self.plain).scruple", "model.scruple"),
    ] {
      try FileManager.default.copyItem(
        atPath: Command.root.appendingPathComponent(from).path, toPath: folder.file(to))
    }
    let result = try Command(
      "fool \(folder.path) --attack integers --budget 3 --count 1 --data fashion-mnist --limit 20")
    #expect(
      result.status == 0 && result.errors.contains("is not the float twin that model.scruple was made from"))
  }
}
