import Testing

@testable import ScrupleTraining

extension ConvolutionTrainingTests {
  @Test func `layers that do not fit say where in the recipe`() throws {
    func complaint(_ layers: String, _ more: String = "") -> String {
      do {
        _ = try TrainingProblem(recipe(layers, more), dataset: shapes(50, seed: 1), test: nil)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(
      complaint("- conv: {channels: 2, kernel: 11}")
        == "r:6: network.layers[0].conv: its kernel 11×11 is larger than its input, 10×10 with padding")
    #expect(
      complaint("- dense: {width: 3}\n    - pool: {size: 2}")
        == "r:7: network.layers[1].pool: it needs an image, but 3 values without a place come in")
    #expect(
      complaint("- conv: {name: a, channels: 2, kernel: 3}\n    - pool: {size: 2}\n    - add: {with: a}")
        == "r:8: network.layers[2].add: it adds images of 4×4×2 values to images of 8×8×2; both have to have one shape"
    )
    #expect(
      complaint("- pool: {kind: average, size: 3, stride: 1, padding: same}").contains(
        "average pooling has no padding"))
    #expect(complaint("- conv: {channels: 2, kernel: 3}\n    - add: {with: b}").contains("known here: input"))
    #expect(complaint("- conv: {channels: 2, kernel: 3, stride: 0}").contains("from 1 to 65535"))
    #expect(complaint("- conv: {channels: 2, kernel: 3, padding: full}").contains("same, valid or [top"))
    #expect(complaint("- conv: {channels: 2, kernel: 3, limit: 2}").contains("only on the grid"))
    #expect(
      complaint("- conv: {channels: 2, kernel: 3, activation: tanh}", "grid: {epochs: 1}").contains(
        "say relu or identity"))
    #expect(complaint("- convolution: {channels: 2}").contains("unknown key"))
    #expect(complaint(Self.plain, "stop: {patience: 0}").contains("stop.patience"))
    #expect(
      complaint(Self.plain, "outliers: {data: [stripes], label: circle}")
        == "r:10: outliers.label: there is no class \"circle\" (there are: square, cross)")
    #expect(
      complaint(
        Self.plain, "outliers: {data: [stripes], label: cross}\nloss: {kind: acet, attack: {outliers: true}}"
      ).contains("there are none without a label"))
    #expect(
      complaint(Self.plain, "outliers: {data: [nothing-here]}").hasPrefix(
        "r:10: outliers.data: nothing-here: no dataset has this name"))
    #expect(
      complaint(Self.plain, "outliers: {data: [iris]}").hasPrefix(
        "r:10: outliers.data: iris: expected grey images 10 wide and 10 high, found 4 features"))
    #expect(
      complaint("- conv: {channels: 65535, kernel: 65535, padding: same}").hasPrefix(
        "r:6: network.layers[0].conv: a layer of 4294836225×65535 weights; at most 67108864"))
    #expect(
      complaint(
        "- conv: {channels: 2, kernel: 3, batchNorm: true}", "interval: {boxes: [[0, 9]]}"
      ).hasPrefix("r:9: interval: there are no bounds for networks with batchNorm"))
  }

  @Test func `networks that cannot fit are refused with what is missing`() throws {
    func complaint(_ budget: String, _ layers: String = Self.plain) -> String {
      do {
        _ = try TrainingProblem(recipe(layers, "budget: \(budget)"), dataset: shapes(50, seed: 1), test: nil)
        return "accepted"
      } catch { return "\(error)" }
    }
    // 6·9 + 2·96 weights, 8 channels; the input and 8×8×6 values are alive at once.
    #expect(complaint("{flash: 310, ram: 484}") == "accepted")
    #expect(
      complaint("{flash: 309}")
        == "r:10: budget: the network needs at least 310 bytes of flash, 1 more than the budget's 309 "
        + "(most of it for layer 3, dense)")
    // While the pool runs, 8×8×6 and 4×4×6 values are.
    #expect(
      complaint("{ram: 400}")
        == "r:10: budget: the network needs at least 484 bytes of RAM, 84 more than the budget's 400 "
        + "(the peak is at layer 0, convolution)")
    // What a board has counts beside what the recipe says.
    let board = Recipe.Budget(flash: 300, ram: 480, owner: "tiny")
    let error = #expect(throws: TrainingError.self) {
      _ = try TrainingProblem(recipe(Self.plain, ""), dataset: shapes(50, seed: 1), test: nil, board: board)
    }
    #expect(
      error?.description.contains("10 more than tiny's 300") == true
        && error?.description.contains(", and at least 484 bytes of RAM, 4 more than tiny's 480") == true)
    // The stem's 800 values wait for the sum beside two others' in turn; the sum replaces a summand.
    #expect(complaint("{ram: 2399}", Self.residual).contains("at least 2400 bytes of RAM, 1 more"))
  }
}
