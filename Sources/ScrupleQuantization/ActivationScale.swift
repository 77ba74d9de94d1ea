import ScrupleNetwork

/// What the bytes between two operations stand for: `u` is the real value `step·(u − zeroPoint)`.
public struct ActivationScale: Equatable, Sendable {
  /// The real value of byte 255.
  public let limit: Float
  /// The byte that stands for 0.
  public let zeroPoint: Int

  /// The bytes that the device is given: `u/255`.
  public static let input = ActivationScale(limit: 1, zeroPoint: 0)

  private init(limit: Float, zeroPoint: Int) {
    self.limit = limit
    self.zeroPoint = zeroPoint
  }

  /// The bytes behind an activation, which the clip fills: 0…255 behind a clipped ReLU, 1…255 around the zero point 128
  /// behind a clipped identity.
  ///
  /// - Returns: nil for an activation without a clip.
  public init?(_ activation: Activation) {
    switch activation {
    case .clippedReLU(let limit): self.init(limit: limit, zeroPoint: 0)
    case .clippedIdentity(let limit): self.init(limit: limit, zeroPoint: 128)
    case .identity, .relu, .tanh: return nil
    }
  }

  /// Steps from zero to the limit: 255 or 127.
  public var levels: Int { 255 - zeroPoint }

  /// The smallest byte: as many steps below zero as the limit is above, or zero itself.
  public var lowestByte: Int { max(zeroPoint - levels, 0) }

  /// The real value of one step, rounded once.
  public var step: Double { Double(limit) / Double(levels) }
}

extension Network {
  /// What each layer's output bytes stand for; nil where they have no clip (as behind the last layer).
  ///
  /// Pooling and flattening keep what they read.
  public var activationScales: [ActivationScale?] {
    var scales: [ActivationScale?] = []
    for (index, layer) in layers.enumerated() {
      let source = sources[index][0]
      switch layer {
      case .flatten, .pooling: scales.append(source < 0 ? .input : scales[source])
      case .dense(let dense): scales.append(ActivationScale(dense.activation))
      case .convolution(let convolution): scales.append(ActivationScale(convolution.kernel.activation))
      case .depthwise(let depthwise): scales.append(ActivationScale(depthwise.kernel.activation))
      case .addition(let addition): scales.append(ActivationScale(addition.activation))
      }
    }
    return scales
  }
}
