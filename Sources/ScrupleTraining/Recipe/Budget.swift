import ScrupleNetwork

extension Recipe {
  /// What the device has: networks that cannot fit are refused before they are trained.
  public struct Budget: Equatable, Sendable {
    /// Bytes of flash for weights, biases and multipliers.
    public var flash: Int?
    /// Bytes of RAM for values.
    public var ram: Int?
  }

  /// Reads `budget: {flash, ram}`.
  static func budget(_ top: RecipeSection) throws(RecipeError) -> Budget? {
    guard let section = try top.section("budget", known: ["flash", "ram"]) else { return nil }
    return Budget(
      flash: section.has("flash") ? try section.integer("flash", in: 1...1 << 40) : nil,
      ram: section.has("ram") ? try section.integer("ram", in: 1...1 << 40) : nil)
  }
}

extension Network {
  /// The least bytes that the int8 program's constants take: one for each weight, eight for each channel's bias and
  /// multiplier.
  var leastFlash: Int { kernels.reduce(0) { $0 + $1.weight.count + 8 * $1.outputs } }

  /// The least bytes that the int8 program's values take: the most that are alive while a layer runs, its sources and its
  /// output among them. (A sum may replace one of its summands.)
  var leastRAM: Int {
    let graph = NetworkGraph(self)
    var lastReader = [Int](repeating: -1, count: layers.count + 1)
    for (index, node) in graph.nodes.enumerated() {
      for source in node.sources { lastReader[graph.origin(of: source) + 1] = index }
    }
    func size(_ origin: Int) -> Int { origin < 0 ? graph.inputCount : graph.nodes[origin].count }
    var most = 0
    for (index, node) in graph.nodes.enumerated() where node.operation != .flatten {
      let alive = (-1..<index).filter { lastReader[$0 + 1] >= index }
      var bytes = alive.reduce(0) { $0 + size($1) }
      // Logits stay in wider numbers, a handful of them.
      if index < graph.nodes.count - 1, node.operation != .addition { bytes += node.count }
      most = max(most, bytes)
    }
    return most
  }

  /// Why the network cannot fit; `nil` if it may.
  func excess(over budget: Recipe.Budget) -> String? {
    for (what, least, given) in [
      ("flash", leastFlash, budget.flash), ("RAM", leastRAM, budget.ram),
    ] {
      guard let given, least > given else { continue }
      return
        "the network needs at least \(least) bytes of \(what), \(least - given) more than the budget's \(given)"
    }
    return nil
  }
}
