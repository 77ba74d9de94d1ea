import Foundation

/// What a layer applies to each of its pre-activations.
public enum Activation: Hashable, Sendable {
  /// `f(x) = x`.
  case identity
  /// `f(x) = max(x, 0)`.
  case relu
  /// `f(x) = min(max(x, 0), limit)` with a positive, finite limit: the activation of a grid twin, whose
  /// int8 step is `limit / 255`.
  case clippedReLU(limit: Float)
  /// `f(x) = min(max(x, −limit), limit)` with a positive, finite limit: a layer without an activation in a grid
  /// twin, whose int8 step is `limit / 127`.
  case clippedIdentity(limit: Float)
  /// The hyperbolic tangent. Float models only: it has no int8 kernel.
  case tanh

  /// The activation of one value.
  public func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .identity: x
    case .relu: max(x, 0)
    case .clippedReLU(let limit): min(max(x, 0), limit)
    case .clippedIdentity(let limit): min(max(x, -limit), limit)
    case .tanh: Foundation.tanh(x)
    }
  }

  /// The activation of one value, in `Double`.
  public func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .identity: x
    case .relu: max(x, 0)
    case .clippedReLU(let limit): min(max(x, 0), Double(limit))
    case .clippedIdentity(let limit): min(max(x, -Double(limit)), Double(limit))
    case .tanh: Foundation.tanh(x)
    }
  }

  /// The derivative, told from the *output* `y = f(x)`. At the kinks (0 and the limits) it is 0.
  public func derivative(atOutput y: Float) -> Float {
    switch self {
    case .identity: 1
    case .relu: y > 0 ? 1 : 0
    case .clippedReLU(let limit): y > 0 && y < limit ? 1 : 0
    case .clippedIdentity(let limit): abs(y) < limit ? 1 : 0
    case .tanh: 1 - y * y
    }
  }

  /// The limit of a clipped activation.
  public var limit: Float? {
    switch self {
    case .clippedReLU(let limit), .clippedIdentity(let limit): limit
    case .identity, .relu, .tanh: nil
    }
  }

  /// The real value of one of the device's 8-bit steps after this activation; `nil` if it is not clipped.
  public var step: Double? {
    switch self {
    case .clippedReLU(let limit): Double(limit) / 255
    case .clippedIdentity(let limit): Double(limit) / 127
    case .identity, .relu, .tanh: nil
    }
  }

  /// A word for tables and errors: `clippedReLU(6.0)`.
  public var description: String {
    switch self {
    case .identity: "identity"
    case .relu: "relu"
    case .clippedReLU(let limit): "clippedReLU(\(limit))"
    case .clippedIdentity(let limit): "clippedIdentity(\(limit))"
    case .tanh: "tanh"
    }
  }
}

extension Activation: Codable, CustomStringConvertible {
  private enum CodingKeys: String, CodingKey { case kind, limit }

  /// Reads `{"kind": …}`, for the clipped ones with `"limit"`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "identity": self = .identity
    case "relu": self = .relu
    case "clippedReLU": self = .clippedReLU(limit: try container.decode(Float.self, forKey: .limit))
    case "clippedIdentity": self = .clippedIdentity(limit: try container.decode(Float.self, forKey: .limit))
    case "tanh": self = .tanh
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no activation is called \"\(kind)\"")
    }
  }

  /// Writes what ``init(from:)`` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .identity: try container.encode("identity", forKey: .kind)
    case .relu: try container.encode("relu", forKey: .kind)
    case .clippedReLU(let limit):
      try container.encode("clippedReLU", forKey: .kind)
      try container.encode(limit, forKey: .limit)
    case .clippedIdentity(let limit):
      try container.encode("clippedIdentity", forKey: .kind)
      try container.encode(limit, forKey: .limit)
    case .tanh: try container.encode("tanh", forKey: .kind)
    }
  }
}
