import ScrupleNetwork

extension Recipe {
  /// What the device has: networks that cannot fit are refused before they are trained.
  public struct Budget: Equatable, Sendable {
    /// Bytes of flash for weights, biases and multipliers.
    public var flash: Int?
    /// Bytes of RAM for values.
    public var ram: Int?
    /// Whose bytes these are, as errors call it.
    public var owner: String

    /// A budget, such as a board's.
    public init(flash: Int?, ram: Int?, owner: String) {
      (self.flash, self.ram, self.owner) = (flash, ram, owner)
    }
  }

  /// Reads `budget: {flash, ram}`.
  static func budget(_ top: RecipeSection) throws(RecipeError) -> Budget? {
    guard let section = try top.section("budget", known: ["flash", "ram"]) else { return nil }
    return Budget(
      flash: section.has("flash") ? try section.integer("flash", in: 1...1 << 40) : nil,
      ram: section.has("ram") ? try section.integer("ram", in: 1...1 << 40) : nil, owner: "the budget")
  }
}

/// The bytes that a network needs at least, and the layer that needs most of them.
struct LeastBytes: Equatable {
  var bytes: Int
  var layer: Int
}

extension Network {
  /// The least bytes that the int8 program's constants take: one for each weight, eight for each channel's bias and
  /// multiplier.
  var leastFlash: LeastBytes {
    let sizes = layers.map { layer in layer.kernel.map { $0.weight.count + 8 * $0.outputs } ?? 0 }
    return LeastBytes(
      bytes: sizes.reduce(0, +), layer: sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0)
  }

  /// The least bytes that the int8 program's values take: the most that are alive while a layer runs, its sources and its
  /// output among them. (A sum may replace one of its summands.)
  var leastRAM: LeastBytes {
    let graph = NetworkGraph(self)
    var lastReader = [Int](repeating: -1, count: layers.count + 1)
    for (index, node) in graph.nodes.enumerated() {
      for source in node.sources { lastReader[graph.origin(of: source) + 1] = index }
    }
    func size(_ origin: Int) -> Int { origin < 0 ? graph.inputCount : graph.nodes[origin].count }
    var most = LeastBytes(bytes: 0, layer: 0)
    for (index, node) in graph.nodes.enumerated() where node.operation != .flatten {
      let alive = (-1..<index).filter { lastReader[$0 + 1] >= index }
      var bytes = alive.reduce(0) { $0 + size($1) }
      // Logits stay in wider numbers, a handful of them.
      if index < graph.nodes.count - 1, node.operation != .addition { bytes += node.count }
      if bytes > most.bytes { most = LeastBytes(bytes: bytes, layer: index) }
    }
    return most
  }

  /// Why the network cannot fit; `nil` if it may.
  func excess(over budget: Recipe.Budget) -> String? {
    let needs = [
      ("flash", "most of it for", leastFlash, budget.flash), ("RAM", "the peak is at", leastRAM, budget.ram),
    ]
    let reasons = needs.compactMap { what, words, least, given -> String? in
      guard let given, least.bytes > given else { return nil }
      return "at least \(least.bytes) bytes of \(what), \(least.bytes - given) more than \(budget.owner)'s "
        + "\(given) (\(words) layer \(least.layer), \(layers[least.layer].kind))"
    }
    return reasons.isEmpty ? nil : "the network needs " + reasons.joined(separator: ", and ")
  }
}
