/// A box of up to four features and the bound of what happens in it.
struct BoxNode: Sendable {
  let low: SIMD4<UInt8>
  let high: SIMD4<UInt8>
  let bound: Double

  /// The box cut in two where the first layer feels it most.
  func halves(features: Int, influence: [Double]) -> [BoxNode] {
    var widest = (feature: 0, width: 0.0)
    for feature in 0..<features {
      let width = Double(high[feature] - low[feature]) * (influence[feature] + 1e-300)
      if width > widest.width { widest = (feature, width) }
    }
    guard widest.width > 0 else { return [self] }
    let feature = widest.feature
    let middle = UInt8((Int(low[feature]) + Int(high[feature])) / 2)
    var (lower, upper) = (high, low)
    lower[feature] = middle
    upper[feature] = middle + 1
    return [BoxNode(low: low, high: lower, bound: bound), BoxNode(low: upper, high: high, bound: bound)]
  }
}

/// Boxes by their bounds, the largest first: a binary heap.
struct BoxQueue {
  private var nodes: [BoxNode] = []

  var count: Int { nodes.count }
  /// The largest bound.
  var largest: Double? { nodes.first?.bound }

  mutating func push(_ node: BoxNode) {
    nodes.append(node)
    var index = nodes.count - 1
    while index > 0, nodes[(index - 1) / 2].bound < node.bound {
      nodes[index] = nodes[(index - 1) / 2]
      index = (index - 1) / 2
    }
    nodes[index] = node
  }

  /// Up to `count` boxes with the largest bounds.
  mutating func pop(_ count: Int) -> [BoxNode] {
    (0..<min(count, nodes.count)).map { _ in popLargest() }
  }

  private mutating func popLargest() -> BoxNode {
    let largest = nodes[0]
    let moved = nodes.removeLast()
    if nodes.isEmpty { return largest }
    var index = 0
    while true {
      var child = 2 * index + 1
      if child >= nodes.count { break }
      if child + 1 < nodes.count, nodes[child + 1].bound > nodes[child].bound { child += 1 }
      if nodes[child].bound <= moved.bound { break }
      nodes[index] = nodes[child]
      index = child
    }
    nodes[index] = moved
    return largest
  }
}

extension SIMD4<UInt8> {
  /// Up to four values, the rest zero.
  init(_ values: [UInt8]) {
    self.init(repeating: 0)
    for (index, value) in values.prefix(4).enumerated() { self[index] = value }
  }
}
