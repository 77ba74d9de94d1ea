import Foundation

/// The int8 grid of a dense layer's weights: the multiples `scale · q`, `q` in −127…127, with one scale for
/// each output channel.
///
/// A scale has at most 16 significant bits, and `q` has 7: so `scale · q` has at most 23 and is exactly a
/// `Float`. Snapped weights therefore lie on the grid in real arithmetic, not only up to rounding.
public struct WeightGrid: Equatable, Sendable {
  /// One positive scale per output channel, each of at most 16 significant bits.
  public let scales: [Float]

  /// The largest integer on the grid; the smallest is its negative.
  public static let largestInteger: Float = 127

  /// No scale is smaller: `scale · 1/255` stays a normal `Float`, and a channel of zeros gets a scale at all.
  public static let smallestScale: Float = 0x1p-60

  /// A grid with the given scales.
  ///
  /// - Returns: `nil` when a scale is not finite, is smaller than ``smallestScale`` or has more than 16
  ///   significant bits.
  public init?(scales: [Float]) {
    guard scales.allSatisfy({ $0.isFinite && $0 >= Self.smallestScale && Self.roundedUp($0) == $0 }) else {
      return nil
    }
    self.scales = scales
  }

  private init(unchecked scales: [Float]) {
    self.scales = scales
  }

  /// The smallest grid on which every weight is within half a step: `max|w| / 127` for each channel,
  /// rounded up to 16 significant bits.
  ///
  /// - Parameters:
  ///   - weight: row-major, `outputs × inputs`.
  ///   - floor: no scale is smaller; see ``fit(_:inputScale:)`` for where it comes from.
  public static func fit(weight: [Float], outputs: Int, inputs: Int, floor: Float = smallestScale)
    -> WeightGrid
  {
    fit(weight: weight, outputs: outputs, inputs: inputs) { _ in floor }
  }

  /// The smallest grid for a dense layer whose inputs are multiples of `inputScale`.
  ///
  /// A dead or nearly dead channel gets a floor, `|bias| / (inputScale · 2³⁰)`, so that its bias in steps of
  /// `inputScale · scale` needs no more than 31 bits.
  public static func fit(_ dense: Dense, inputScale: Double) -> WeightGrid {
    fit(weight: dense.weight, outputs: dense.outputs, inputs: dense.inputs) { output in
      Float(Double(abs(dense.bias[output])) / (inputScale * 0x1p30))
    }
  }

  private static func fit(weight: [Float], outputs: Int, inputs: Int, floor: (Int) -> Float) -> WeightGrid {
    precondition(weight.count == outputs * inputs, "the weights are not outputs × inputs")
    return WeightGrid(
      unchecked: (0..<outputs).map { output in
        let largest = weight[output * inputs..<(output + 1) * inputs].reduce(0) { max($0, abs($1)) }
        return scale(largest: largest, floor: floor(output))
      })
  }

  /// The scale of a channel whose largest weight is `largest` in magnitude.
  @inlinable
  public static func scale(largest: Float, floor: Float) -> Float {
    roundedUp(max(largest / largestInteger, floor, smallestScale))
  }

  /// The smallest number with at most 16 significant bits that is not below `x > 0`.
  @inlinable
  public static func roundedUp(_ x: Float) -> Float {
    let dropped: UInt32 = 24 - 16
    return Float(bitPattern: (x.bitPattern + (1 << dropped - 1)) & ~(1 << dropped - 1))
  }

  /// The integers of the weights, row-major `outputs × inputs`: the nearest on the grid, ties to even.
  public func integers(of weight: [Float]) -> [Int8] {
    let inputs = weight.count / max(scales.count, 1)
    precondition(inputs * scales.count == weight.count, "the weights are not outputs × inputs")
    return weight.indices.map { Int8(Self.integer(of: weight[$0], scale: scales[$0 / inputs])) }
  }

  /// The nearest point of the grid for every weight, exactly `scale · q`.
  public func snap(_ weight: [Float]) -> [Float] {
    let inputs = weight.count / max(scales.count, 1)
    precondition(inputs * scales.count == weight.count, "the weights are not outputs × inputs")
    return weight.indices.map { index in
      let scale = scales[index / inputs]
      return Self.integer(of: weight[index], scale: scale) * scale
    }
  }

  /// The integer −127…127 nearest to `weight / scale`.
  @inlinable
  public static func integer(of weight: Float, scale: Float) -> Float {
    max(-largestInteger, min(largestInteger, (weight / scale).rounded(.toNearestOrEven)))
  }
}
