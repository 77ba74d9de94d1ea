/// Inputs that an attack arrived at, and how far they reach its goals.
public struct AttackedRows: Sendable, Equatable {
  /// Row-major, one input per start.
  public var inputs: [UInt8]
  /// ``AttackGoal/value(_:)`` of each.
  public var values: [Double]
  /// Questions that the model was asked.
  public var evaluations: Int

  /// Wraps its parts.
  public init(inputs: [UInt8], values: [Double], evaluations: Int = 0) {
    self.inputs = inputs
    self.values = values
    self.evaluations = evaluations
  }

  /// Keeps the better input of each row of this and another attack on the same starts.
  public mutating func keepBetter(_ other: AttackedRows) {
    precondition(other.inputs.count == inputs.count && other.values.count == values.count)
    evaluations += other.evaluations
    guard !values.isEmpty else { return }
    let width = inputs.count / values.count
    for row in values.indices where other.values[row] > values[row] {
      values[row] = other.values[row]
      inputs.replaceSubrange(
        row * width..<(row + 1) * width, with: other.inputs[row * width..<(row + 1) * width])
    }
  }

  /// Rows of several chunks, in order.
  init(joining chunks: [AttackedRows]) {
    self.init(
      inputs: chunks.flatMap(\.inputs), values: chunks.flatMap(\.values),
      evaluations: chunks.reduce(0) { $0 + $1.evaluations })
  }
}

/// What every attack is given.
public struct AttackRun: Sendable {
  /// The same seed finds the same inputs.
  public var seed: UInt64
  /// Told after each part of the work how many rows are done, from any thread.
  public var progress: (@Sendable (_ done: Int, _ of: Int) -> Void)?

  /// Wraps both.
  public init(seed: UInt64 = 1, progress: (@Sendable (_ done: Int, _ of: Int) -> Void)? = nil) {
    self.seed = seed
    self.progress = progress
  }

  /// The same, with another sequence of random numbers.
  func stream(_ number: UInt64) -> AttackRun {
    AttackRun(seed: seed &+ 0x9E37_79B9_7F4A_7C15 &* (number &+ 1), progress: progress)
  }
}
