import Foundation

/// A set of inputs: byte `i` may be anything in `ranges[i]`, independently of the others.
public struct InputBox: Equatable, Sendable {
  /// One range per input byte.
  public let ranges: [ClosedRange<UInt8>]

  /// A box with the given sides.
  public init(_ ranges: [ClosedRange<UInt8>]) {
    self.ranges = ranges
  }

  /// Every representable input.
  public static func whole(inputs: Int) -> InputBox {
    InputBox(Array(repeating: 0...255, count: inputs))
  }

  /// All inputs within `radius` grey levels of `center` in every byte, cut off at 0 and 255.
  public static func ball(around center: [UInt8], radius: Int) -> InputBox {
    InputBox(center.map { UInt8(max(0, Int($0) - radius))...UInt8(min(255, Int($0) + radius)) })
  }

  /// Number of inputs in the box, as a power of two.
  public var bits: Double {
    ranges.reduce(0) { $0 + log2(Double($1.upperBound) - Double($1.lowerBound) + 1) }
  }
}
