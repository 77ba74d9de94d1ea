import ScrupleData
import ScrupleNetwork

/// Noise, moved within a ball to where a model is surest: an OOD set made against that model.
///
/// A model that has learned to doubt noise may only have learned to hide its gradient there, so three strengths are
/// told apart. Each is at least as strong as the one before it, input by input.
public struct AdversarialNoise: Sendable, Equatable {
  /// How hard is tried.
  public enum Strength: String, CaseIterable, Sendable {
    /// Gradient ascent on the float model from the noise itself (Hein, Andriushchenko and Bitterwolf 2019).
    case plain = "adversarial"
    /// Gradient ascent on the float model from many places in the ball: at random, and where test samples
    /// are when moved into it; and from where the same finds other models sure.
    case strong = "adversarial-strong"
    /// The same against the int8 program: its confidence decides, the gradient is the float model's, and a
    /// search over integers goes on from there.
    case int8 = "adversarial-int8"
  }

  /// How hard is tried.
  public var strength: Strength
  /// The ball's radius, normalized: no value changes by more.
  public var radius: Float
  /// What is in the balls' middles.
  public var noise: NoiseKind
  /// Gradient steps from each start.
  public var steps = 200
  /// Strong: random starts in the ball, and as many from test samples.
  public var starts = 8
  /// int8: steps of the search over integers.
  public var searchSteps = 1000

  /// Wraps its parts.
  public init(_ strength: Strength, radius: Float, noise: NoiseKind) {
    self.strength = strength
    self.radius = radius
    self.noise = noise
  }

  /// Reads `adversarial:0.3`, `adversarial-strong:0.1:uniform`, `adversarial-int8:0.1`.
  ///
  /// - Parameter input: what the noise is for; without a kind it is `smoothed` for images, `uniform` for tables.
  /// - Returns: nil when the text does not begin like one of these.
  /// - Throws: ``EvaluationError/invalidInput(_:)`` for a radius that is none.
  public init?(_ specification: String, for input: InputDescription) throws(EvaluationError) {
    let parts = specification.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let strength = Strength(rawValue: parts[0]) else { return nil }
    guard parts.count >= 2, let radius = Float(parts[1]), radius > 0, radius <= 1 else {
      throw .invalidInput(
        "\(specification): write \(strength.rawValue):RADIUS with a radius above 0, at most 1 (the whole range)"
      )
    }
    var noise = NoiseKind.uniform
    if case .image = input.kind { noise = .smoothed }
    if parts.count == 3 {
      guard let kind = NoiseKind(rawValue: parts[2]), kind != .far else {
        throw .invalidInput(
          "\(specification): the noise in the balls' middles is "
            + NoiseKind.allCases.filter { $0 != .far }.map(\.rawValue).joined(separator: ", "))
      }
      noise = kind
    } else if parts.count > 3 {
      throw .invalidInput(
        "\(specification): write \(strength.rawValue):RADIUS or \(strength.rawValue):RADIUS:NOISE")
    }
    self.init(strength, radius: radius, noise: noise)
  }

  /// What the set is called: `adversarial-strong:0.1`, and the noise where it isn't the usual one.
  public func name(for input: InputDescription) -> String {
    var usual = NoiseKind.uniform
    if case .image = input.kind { usual = .smoothed }
    return "\(strength.rawValue):\(radius)" + (noise == usual ? "" : ":\(noise.rawValue)")
  }
}
