import Foundation

/// Best-first branch and bound for a maximum: always looks at the part whose upper bound is largest.
///
/// At any time the largest upper bound that is left and the largest value that was seen enclose the maximum.
struct BestFirstSearch<Node> {
  /// A part of the search space.
  struct Entry {
    let bound: Double
    let node: Node
  }

  /// When a search ends, besides when it is done.
  struct Budget {
    /// Upper and lower bound are within this factor, such as 1.01; 1 asks for the exact maximum.
    var ratio = 1.0
    var seconds = Double.infinity
    var nodes = Int.max
  }

  /// Upper bounds, a binary heap with the largest first.
  private var heap: [Entry] = []
  /// The largest value seen.
  private(set) var found = -Double.infinity
  /// The largest upper bound of parts that were not worth splitting further.
  private(set) var settled = -Double.infinity
  /// Parts looked at. Every step of a search adds to it, so that as many parts lead to the same state again.
  private(set) var visited = 0

  /// No value is above this.
  var bound: Double { max(heap.first?.bound ?? -.infinity, settled, found) }

  /// Adds a part; one that cannot beat what was found only counts.
  mutating func add(_ node: Node, bound: Double) {
    visited += 1
    if bound <= found { return }
    heap.append(Entry(bound: bound, node: node))
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2].bound < heap[child].bound {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// A value that the function takes.
  mutating func see(_ value: Double) -> Bool {
    guard value > found else { return false }
    found = value
    return true
  }

  /// A part whose bound stays as it is.
  mutating func settle(_ bound: Double) {
    visited += 1
    settled = max(settled, bound)
  }

  /// A part in which there is nothing.
  mutating func skip() { visited += 1 }

  /// The part with the largest upper bound, unless the search is over.
  mutating func next(_ budget: Budget, since start: Date) -> Entry? {
    guard let top = heap.first else { return nil }
    let goal = max(found, settled)
    if top.bound <= goal || top.bound <= found * budget.ratio { return nil }
    if visited >= budget.nodes || Date().timeIntervalSince(start) >= budget.seconds { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return top }
    heap[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { break }
      let larger = left + 1 < heap.count && heap[left + 1].bound > heap[left].bound ? left + 1 : left
      if heap[larger].bound <= heap[parent].bound { break }
      heap.swapAt(larger, parent)
      parent = larger
    }
    return top
  }
}

/// What a search over boxes ended with: the true maximum lies between `found` and `bound`.
public struct SearchResult: Equatable, Sendable {
  /// Proved: nothing in the set is above this.
  public let bound: Double
  /// Seen, at ``input``.
  public let found: Double
  /// Where the largest value was seen; empty when the set is.
  public let input: [UInt8]
  /// Boxes that were bounded.
  public let boxes: Int
  /// Seconds that the search took.
  public let seconds: Double
}

/// When a search over boxes ends, besides when bound and found meet.
public struct SearchBudget: Equatable, Sendable {
  /// Enough when the bound is at most this multiple of what was found.
  public var ratio: Double
  /// The most seconds.
  public var seconds: Double
  /// The most boxes.
  public var boxes: Int

  /// No limit unless given.
  public init(ratio: Double = 1, seconds: Double = .infinity, boxes: Int = .max) {
    self.ratio = ratio
    self.seconds = seconds
    self.boxes = boxes
  }
}
