import Testing

@testable import ScrupleTraining

@Suite struct RecipeTests {
  static let small = """
    name: tiny
    data: iris
    epochs: 3
    """

  func error(_ text: String) -> RecipeError? {
    do throws(RecipeError) {
      _ = try Recipe(text: text, file: "r.yaml")
      return nil
    } catch {
      return error
    }
  }

  @Test func `what a recipe leaves out has the documented default`() throws {
    let recipe = try Recipe(text: Self.small, file: "r.yaml")
    #expect(recipe.hidden == [])
    #expect(recipe.loss.kind == .crossEntropy)
    #expect(recipe.optimizer.kind == .adam && recipe.optimizer.rate == 0.001)
    #expect(recipe.quantization.method == .grid && recipe.quantization.epochs == 1)
    #expect(recipe.threshold == nil)
  }

  @Test func `ACET has the paper's constants`() throws {
    let recipe = try Recipe(text: Self.small + "\nloss: {kind: acet}", file: "r.yaml")
    #expect(recipe.loss.lambda == 1 && recipe.loss.noiseShare == 0.5)
    #expect(recipe.loss.noise == [.smoothed])
    #expect(recipe.loss.attack == .init(epsilon: 0.3, steps: 40, stepSize: 0.3 / 40))
  }

  @Test(arguments: [
    ("epoch: 3", "epoch", 4), ("loss:\n  kind: acet\n  lamda: 2", "loss.lamda", 6),
    ("optimizer:\n  kind: adam\n  lr: 1", "optimizer.lr", 6),
  ])
  func `an unknown key is named with its line`(text: String, key: String, line: Int) {
    guard case .unknownKey("r.yaml", line, key, _) = error(Self.small + "\n" + text) else {
      Issue.record("\(String(describing: error(Self.small + "\n" + text)))")
      return
    }
  }

  @Test(arguments: [
    ("batch: many", "batch"), ("batch: 0", "batch"), ("hidden: 100", "hidden"), ("hidden: [-1]", "hidden"),
    ("threshold: 2", "threshold"), ("loss: {kind: hinge}", "loss.kind"), ("loss: 3", "loss"),
    ("loss: {kind: ceda, noise: [snow]}", "loss.noise"), ("optimizer: {rate: 1}", "optimizer.kind"),
    ("quantization: {method: grid, epochs: 9}", "quantization.epochs"),
    ("hidden: [4]\nactivation: tanh", "activation"),
    ("features: [{name: a, low: 2, high: 1}]", "features.high"), ("temperature: .nan", "temperature"),
  ])
  func `a value that makes no sense is named`(text: String, key: String) {
    switch error(Self.small + "\n" + text) {
    case .badValue(_, _, key, _, _)?, .missingKey(_, _, key)?: break
    case let other: Issue.record("\(String(describing: other))")
    }
  }

  @Test(arguments: ["", "name: [", "- 1\n- 2", "a: 1\na: 2", "\t"])
  func `what is not a mapping in YAML is refused with a line`(text: String) {
    switch error(text) {
    case .malformed?, .badValue?: break
    case let other: Issue.record("\(String(describing: other))")
    }
  }

  @Test func `a missing key is named`() {
    #expect(error("name: a\nepochs: 1") == .missingKey(file: "r.yaml", line: 1, key: "data"))
  }
}
