import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleTraining

@Suite struct RecipeTests {
  private let minimal = """
    name: small
    data: {train: iris}
    network: {hidden: [4]}
    optimizer: {kind: adam}
    """

  private func complaint(_ yaml: String) -> String? {
    do {
      _ = try Recipe(yaml: yaml, file: "r")
      return nil
    } catch { return error.description }
  }

  @Test func `what is left out has the documented defaults`() throws {
    let recipe = try Recipe(yaml: minimal, file: "r")
    #expect(recipe.seed == 0 && recipe.epochs == 10 && recipe.batch == 128 && recipe.shards == 2)
    #expect(recipe.loss == .crossEntropy && recipe.noise == nil && recipe.attack == nil)
    #expect(recipe.grid == nil && recipe.gap == nil && recipe.testData == nil && recipe.features == nil)
    #expect(recipe.activation == .relu && recipe.temperature == 1)
    #expect(recipe.optimizer.rate == 0.001 && recipe.schedule.kind == .constant)
  }

  @Test func `acet has the paper's constants`() throws {
    let recipe = try Recipe(yaml: minimal + "\nloss: {kind: acet}", file: "r")
    #expect(recipe.noise == .init(kinds: [.smoothed], share: 0.5, lambda: 1))
    #expect(recipe.attack == .init(epsilon: 0.3, steps: 40, step: 0.3 / 40))
  }

  @Test func `a grid clips the hidden activations`() throws {
    let recipe = try Recipe(yaml: minimal + "\ngrid: {limit: 4}", file: "r")
    #expect(recipe.activation == .clippedReLU(limit: 4) && recipe.grid?.epochs == 2)
  }

  @Test(arguments: [
    ("seed: x", "r:5: seed: expected a whole number from 0 to 9223372036854775807, found \"x\""),
    ("epochs: 0", "r:5: epochs: expected a whole number from 1 to 1000000, found \"0\""),
    ("epochs: 1.5", "r:5: epochs: expected a whole number from 1 to 1000000, found \"1.5\""),
    ("batch: [1]", "r:5: batch: expected a whole number from 1 to 65536, found [1]"),
    ("bach: 1", "r:5: unknown key \"bach\"; known here: name, seed"),
    (
      "\nschedule:\n  kind: linear",
      "r:7: schedule.kind: expected one of constant, step, cosine, found \"linear\""
    ),
    (
      "schedule: cosine",
      "r:5: schedule: expected a mapping with kind, every, factor, floor, warmup, found \"cosine\""
    ),
    ("schedule: {floor: 0}", "r:5: the key \"schedule.kind\" is missing"),
    ("loss: {kind: cross-entropy, lambda: 2}", "r:5: loss.lambda: cross-entropy alone has no noise"),
    ("loss: {kind: ceda, attack: {}}", "r:5: loss.attack: only acet attacks its noise"),
    (
      "loss: {kind: ceda, lambda: -1}",
      "r:5: loss.lambda: expected a number of at least 0.0 and at most 1000.0"
    ),
    (
      "loss:\n  kind: ceda\n  noise:\n    kinds: [uniform, fog]",
      "r:8: loss.noise.kinds: expected a list of uniform"
    ),
    ("loss: {kind: ceda, noise: {kinds: [far]}}", "r:5: loss.noise.kinds: far noise is only for tables"),
    ("loss: {kind: ceda, noise: {share: 0}}", "r:5: loss.noise.share: expected a number above 0.0"),
    ("loss: {kind: acet, attack: {steps: 0}}", "r:5: loss.attack.steps: expected a whole number from 1"),
    ("gap: {lambda: 1}", "r:5: gap: the penalty needs training on the grid"),
    ("grid: {limit: .inf}", "r:5: grid.limit: expected a number above 0.0"),
    ("shards: 65", "r:5: shards: expected a whole number from 1 to 64"),
    ("batch: 1", "r:5: batch: 2 shards share out a batch of 1: say shards: 1, or a larger batch"),
    ("batch: 8\nshards: 9", "r:6: shards: 9 shards share out a batch of 8"),
    (
      "interval: {boxes: [[200, 100]]}",
      "r:5: interval.boxes: expected a list of [low, high] with bytes 0 ≤ low ≤ high ≤ 255, found [200, 100]"
    ),
    ("features: []", "r:5: features: expected at least one feature, found []"),
    ("features:\n  - {name: a, low: 2, high: 1}", "r:6: features[0].high: the range 2.0…1.0 is empty"),
    (
      "features:\n  - {name: a, low: 0, high: 1}\n  - {name: a, low: 0, high: 1}",
      "r:7: features[1].name: two features"
    ),
    (
      "features:\n  - {name: a, low: 0, hihg: 1}",
      "r:6: unknown key \"features[0].hihg\"; known here: name, low, high"
    ),
    ("name: again", "not YAML"), ("seed: [", "not YAML"),
  ])
  func `errors name the line and the key`(line: String, expected: String) {
    let complaint = complaint(minimal + "\n" + line)
    #expect(complaint?.contains(expected) == true, "\(complaint ?? "accepted")")
  }

  @Test(arguments: [
    ("hidden: [4]", "hidden: [0]", "r:3: network.hidden: expected a list of layer widths from 1 to 65536"),
    ("hidden: [4]", "hidden: [65536, 65536]", "r:3: network: 4295163904 parameters; at most 67108864"),
    ("hidden: [4]", "hidden: 4", "r:3: network.hidden: expected a list of layer widths"),
    ("hidden: [4]", "activation: relu", "r:3: the key \"network.hidden\" is missing"),
    ("hidden: [4]", "hidden: [4], activation: step", "expected one of relu, tanh, identity, found \"step\""),
    (
      "kind: adam", "kind: adam, momentum: 1",
      "r:4: optimizer.momentum: adam has no such constant; it has rate"
    ),
    ("kind: adam", "kind: l-bfgs", "r:4: optimizer: l-bfgs trains a network without hidden layers"),
    ("kind: adam", "rate: 1", "r:4: the key \"optimizer.kind\" is missing"),
    ("name: small", "seed: 1", "r:1: the key \"name\" is missing: the model's name"),
    ("name: small", "name: a/b", "r:1: name: expected letters"),
    ("train: iris", "test: iris", "r:2: the key \"data.train\" is missing"),
    (
      "train: iris", "train: iris, validation: 1.5",
      "r:2: data.validation: expected a part of the data below 1, or a whole number of rows, found \"1.5\""
    ),
    ("train: iris", "train: iris, validation: -1", "r:2: data.validation: expected a number above 0.0"),
    ("hidden: [4]", "layers: []", "accepted"),
    (
      "hidden: [4]", "layers: [{conv: {name: input, channels: 1, kernel: 1}}]",
      "r:3: network.layers[0].conv.name: \"input\" is what the network reads"
    ),
    (
      "hidden: [4]", "layers: [{conv: {channels: 1, kernel: [1, 2, 3]}}]",
      "r:3: network.layers[0].conv.kernel: expected a whole number from 1, or [height, width], found [1, 2, 3]"
    ),
    ("hidden: [4]", "activation: relu, temperature: 2", "or [] for none (or else layers)"),
  ])
  func `errors in what has no default name the line and the key`(old: String, new: String, expected: String) {
    let complaint = complaint(minimal.replacingOccurrences(of: old, with: new)) ?? "accepted"
    #expect(complaint.contains(expected), "\(complaint)")
  }

  @Test func `text that is no mapping is refused`() {
    #expect(complaint("") == "r:1: not YAML: the file is empty")
    #expect(complaint("- 1")?.hasPrefix("r:1: the recipe: expected a mapping with name") == true)
    func refusal(_ path: String) -> String {
      do {
        _ = try Recipe(contentsOf: URL(fileURLWithPath: path))
        return "accepted"
      } catch { return error.description }
    }
    #expect(refusal("/no/such/recipe.yaml").hasSuffix("cannot be read: there is no such file or folder"))
    #expect(refusal("/usr").hasSuffix("cannot be read: Is a directory"))
    #expect(refusal("/bin/sh").hasSuffix("not YAML: it is not text in UTF-8"))
  }

  @Test func `on the grid there is no tanh`() {
    let yaml = minimal.replacingOccurrences(of: "[4]", with: "[4], activation: tanh") + "\ngrid: {}"
    #expect(complaint(yaml)?.contains("on the grid hidden activations are clipped ReLUs") == true)
  }

  @Test(arguments: [
    "iris-logistic", "iris-mlp-plain", "iris-mlp-acet", "fashion-plain", "fashion-ceda", "fashion-acet",
  ])
  func `the models' recipes are read`(name: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let recipe = try Recipe(contentsOf: root.appendingPathComponent("models/\(name)/recipe.yaml"))
    #expect(recipe.name == name && recipe.grid != nil)
  }
}
