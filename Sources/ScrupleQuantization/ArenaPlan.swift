/// Where every tensor of a program lies in the arena, and why the arena is as large as it is.
///
/// Two tensors conflict when both are live during one operation; conflicting tensors never share a byte.
/// Every size and offset is a multiple of four bytes, so that kernels may read whole words.
public struct ArenaPlan: Equatable, Sendable, Codable {
  /// One tensor's place.
  public struct Buffer: Equatable, Sendable, Codable {
    /// What lies there: `input`, `layer 1`, …, `logits`.
    public let name: String
    /// First byte, a multiple of four.
    public let offset: Int
    /// Bytes, padded to a multiple of four.
    public let size: Int
    /// First operation that writes or reads it (0 for the input).
    public let firstOperation: Int
    /// Last operation that reads it.
    public let lastOperation: Int

    /// The bytes that the buffer occupies.
    public var range: Range<Int> { offset..<offset + size }
  }

  /// All tensors, in the order in which they come to life.
  public let buffers: [Buffer]
  /// Bytes of the whole arena.
  public let size: Int
  /// No plan can be smaller: the most bytes that are live during one operation.
  public let lowerBound: Int
  /// The operation during which `lowerBound` bytes are live.
  public let peakOperation: Int

  /// The tensors that are live at the peak, largest first: the ones to shrink when a model does not fit.
  public var peak: [Buffer] {
    buffers.filter { $0.firstOperation <= peakOperation && peakOperation <= $0.lastOperation }
      .sorted { $0.size > $1.size }
  }

  /// The bytes that only one operation needs; nil where it needs none.
  func scratch(ofOperation index: Int) -> Buffer? {
    buffers.first { $0.name.hasPrefix("patches") && $0.firstOperation == index }
  }
}

/// A tensor that wants a place in the arena.
struct LiveTensor {
  let name: String
  let size: Int
  let firstOperation: Int
  let lastOperation: Int
  /// Whether it lives during one operation beside what flows through the program.
  let isScratch: Bool

  /// Pads `bytes` to whole words.
  init(name: String, bytes: Int, operations: ClosedRange<Int>, isScratch: Bool = false) {
    self.name = name
    self.isScratch = isScratch
    size = (bytes + 3) & ~3
    firstOperation = operations.lowerBound
    lastOperation = operations.upperBound
  }

  func conflicts(with other: LiveTensor) -> Bool {
    firstOperation <= other.lastOperation && other.firstOperation <= lastOperation
  }
}

extension ArenaPlan {
  /// Plans `tensors`: exact for chains, and for graphs unless the search runs out of `steps`.
  ///
  /// Placing the tensors in some order, each at the lowest offset that is free of its conflicts, reaches the
  /// optimum for at least one order (sort an optimal plan by offset: each tensor then lands no higher than it
  /// lies there). The search walks the orders depth first, cuts those that cannot beat the best plan, and
  /// stops at the lower bound.
  init(planning tensors: [LiveTensor], steps: Int = 200_000) {
    var search = ArenaSearch(tensors: tensors)
    search.run(steps: steps)
    buffers = zip(tensors, search.best).map { tensor, offset in
      Buffer(
        name: tensor.name, offset: offset, size: tensor.size, firstOperation: tensor.firstOperation,
        lastOperation: tensor.lastOperation)
    }
    size = search.bestSize
    lowerBound = search.lowerBound
    peakOperation = search.peakOperation
  }
}

/// Depth-first search over placement orders.
private struct ArenaSearch {
  let tensors: [LiveTensor]
  let lowerBound: Int
  let peakOperation: Int
  var best: [Int]
  var bestSize: Int
  private var offsets: [Int?]
  private var stepsLeft = 0

  init(tensors: [LiveTensor]) {
    self.tensors = tensors
    var peak = (bytes: 0, operation: 0)
    for operation in 0...(tensors.map(\.lastOperation).max() ?? 0) {
      let bytes = tensors.filter { $0.firstOperation <= operation && operation <= $0.lastOperation }
        .reduce(0) { $0 + $1.size }
      if bytes > peak.bytes { peak = (bytes, operation) }
    }
    (lowerBound, peakOperation) = peak
    offsets = Array(repeating: nil, count: tensors.count)
    (best, bestSize) = ([], .max)
    if let offsets = twoEnded() {
      (best, bestSize) = (offsets, lowerBound)
    } else {
      // Everything side by side.
      for tensor in tensors {
        best.append(best.isEmpty ? 0 : bestSize)
        bestSize = best[best.count - 1] + tensor.size
      }
    }
  }

  /// In a chain only neighbours conflict: they alternate between the bottom and the top of an arena of the lower
  /// bound, and scratch finds its place between them. Nil for graphs where that overlaps.
  private mutating func twoEnded() -> [Int]? {
    defer { offsets = Array(repeating: nil, count: tensors.count) }
    let order = tensors.indices.filter { !tensors[$0].isScratch }
      .sorted { tensors[$0].firstOperation < tensors[$1].firstOperation }
    for (position, index) in order.enumerated() {
      offsets[index] = position % 2 == 0 ? 0 : lowerBound - tensors[index].size
    }
    for index in order where takenRanges(beside: index).contains(where: { overlaps($0, index) }) {
      return nil
    }
    for index in tensors.indices where tensors[index].isScratch {
      offsets[index] = lowestFreeOffset(of: index)
    }
    let placed = offsets.map { $0 ?? 0 }
    return zip(placed, tensors).allSatisfy { $0 + $1.size <= lowerBound } ? placed : nil
  }

  private func overlaps(_ range: Range<Int>, _ index: Int) -> Bool {
    guard let offset = offsets[index] else { return false }
    return range.overlaps(offset..<offset + tensors[index].size)
  }

  mutating func run(steps: Int) {
    stepsLeft = steps
    let order = tensors.indices.sorted { tensors[$0].size > tensors[$1].size }
    if bestSize > lowerBound { place(remaining: order, top: 0) }
  }

  private mutating func place(remaining: [Int], top: Int) {
    if remaining.isEmpty {
      if top < bestSize {
        bestSize = top
        best = offsets.map { $0 ?? 0 }
      }
      return
    }
    for (position, index) in remaining.enumerated() {
      if bestSize == lowerBound || stepsLeft == 0 { return }
      stepsLeft -= 1
      let offset = lowestFreeOffset(of: index)
      let end = max(top, offset + tensors[index].size)
      if end >= bestSize { continue }
      offsets[index] = offset
      var rest = remaining
      rest.remove(at: position)
      place(remaining: rest, top: end)
      offsets[index] = nil
    }
  }

  /// Where tensors lie that conflict with one.
  private func takenRanges(beside index: Int) -> [Range<Int>] {
    tensors.indices.compactMap { other in
      guard other != index, let offset = offsets[other], tensors[other].conflicts(with: tensors[index])
      else { return nil }
      return offset..<offset + tensors[other].size
    }
  }

  private func lowestFreeOffset(of index: Int) -> Int {
    var offset = 0
    for range in takenRanges(beside: index).sorted(by: { $0.lowerBound < $1.lowerBound })
    where range.lowerBound < offset + tensors[index].size {
      offset = max(offset, range.upperBound)
    }
    return offset
  }
}
