extension InputBox {
  /// `[low, high]ⁿ`: the box of a noise set.
  public static func noise(_ range: ClosedRange<UInt8>, inputs: Int) -> InputBox {
    InputBox(Array(repeating: range, count: inputs))
  }

  /// The number of bytes of an input.
  public var inputs: Int { ranges.count }

  /// Whether the box holds one input only.
  public var isPoint: Bool { ranges.allSatisfy { $0.count == 1 } }

  /// The input in the middle, rounded down.
  public var center: [UInt8] {
    ranges.map { UInt8((Int($0.lowerBound) + Int($0.upperBound)) / 2) }
  }

  /// Whether an input lies in the box.
  public func contains(_ input: [UInt8]) -> Bool {
    input.count == inputs && zip(ranges, input).allSatisfy { $0.contains($1) }
  }

  /// The same box with another range for byte `index`.
  public func replacing(_ index: Int, with range: ClosedRange<UInt8>) -> InputBox {
    var ranges = ranges
    ranges[index] = range
    return InputBox(ranges)
  }

  /// The two halves along byte `index`, which has to have more than one value.
  public func halves(along index: Int) -> (InputBox, InputBox) {
    let (low, high) = (ranges[index].lowerBound, ranges[index].upperBound)
    precondition(low < high, "byte \(index) has one value only")
    let middle = UInt8((Int(low) + Int(high)) / 2)
    return (replacing(index, with: low...middle), replacing(index, with: middle + 1...high))
  }

  /// The inputs that two boxes share; nil when there are none.
  public func intersection(_ other: InputBox) -> InputBox? {
    guard zip(ranges, other.ranges).allSatisfy({ $0.overlaps($1) }) else { return nil }
    return InputBox(zip(ranges, other.ranges).map { $0.clamped(to: $1) })
  }

  /// Every input of the box, the last byte running fastest. For small boxes.
  public func forEachInput(_ body: ([UInt8]) throws -> Void) rethrows {
    var input = ranges.map(\.lowerBound)
    while true {
      try body(input)
      guard let index = input.indices.last(where: { input[$0] < ranges[$0].upperBound }) else { return }
      input[index] += 1
      for later in input.indices where later > index { input[later] = ranges[later].lowerBound }
    }
  }
}
