import Foundation

/// A ray as a device sees it: every byte saturates in the end, so that only finitely many inputs lie on it, and all
/// can be tried.
public struct DeviceRay: Sendable, Equatable, Codable {
  /// The α beyond which no byte changes any more.
  public var saturates: Double
  /// The different inputs on the ray.
  public var inputs: Int
  /// How many of them were tried: all, unless there were more than allowed.
  public var tried: Int
  /// The highest confidence among them.
  public var highest: Double
  /// The first α where that is.
  public var highestAt: Double
  /// The input there.
  public var highestInput: [UInt8] = []
  /// For each level the first α at which the confidence is at least that; nil where it never is.
  public var crossings: [Double?]
  /// The confidence at the ray's end.
  public var final: Double

  // The input is left out of documents.
  private enum CodingKeys: CodingKey { case saturates, inputs, tried, highest, highestAt, crossings, final }

  /// Tries the inputs in their order.
  ///
  /// - Parameters:
  ///   - origin: normalized.
  ///   - direction: normalized.
  ///   - levels: confidences whose first crossing is looked for.
  ///   - most: how many inputs are tried at most; of more, some are left out evenly.
  public init(
    _ victim: any Victim, origin: [Double], direction: [Double], levels: [Double], most: Int
  ) throws {
    let events = Self.events(origin, direction)
    let every = max(1, (events.count + max(most, 1) - 1) / max(most, 1))
    var bytes = origin.map(Self.byte)
    (saturates, inputs) = (events.last?.alpha ?? 0, events.count + 1)
    (tried, highest, highestAt, highestInput, final) = (0, 0, 0, bytes, 0)
    crossings = levels.map { _ in nil }
    var pending: (alphas: [Double], inputs: [UInt8]) = ([0], bytes)
    for (index, event) in events.enumerated() {
      for change in event.changes { bytes[change.place] = change.byte }
      if (index + 1) % every == 0 || index == events.count - 1 {
        pending.alphas.append(event.alpha)
        pending.inputs += bytes
      }
      if pending.alphas.count >= 1024 { try ask(victim, &pending, levels) }
    }
    try ask(victim, &pending, levels)
  }

  /// Whether all inputs on the ray were tried.
  public var isExact: Bool { tried == inputs }

  private mutating func ask(
    _ victim: any Victim, _ pending: inout (alphas: [Double], inputs: [UInt8]), _ levels: [Double]
  ) throws {
    let width = victim.inputCount
    let classes = victim.classCount
    let probabilities = try victim.probabilities(pending.inputs)
    for (row, alpha) in pending.alphas.enumerated() {
      let confidence = probabilities[row * classes..<(row + 1) * classes].max() ?? 0
      if confidence > highest {
        (highest, highestAt) = (confidence, alpha)
        highestInput = Array(pending.inputs[row * width..<(row + 1) * width])
      }
      for (i, level) in levels.enumerated() where crossings[i] == nil && confidence >= level {
        crossings[i] = alpha
      }
      final = confidence
    }
    tried += pending.alphas.count
    pending = ([], [])
  }

  /// What the device reads for a normalized value.
  private static func byte(_ x: Double) -> UInt8 { UInt8(min(max((255 * x + 0.5).rounded(.down), 0), 255)) }

  private struct Event {
    var alpha: Double
    var changes: [(place: Int, byte: UInt8)]
  }

  /// Every α ≥ 0 at which a byte changes, in order, and what it changes to.
  private static func events(_ origin: [Double], _ direction: [Double]) -> [Event] {
    var all: [(alpha: Double, place: Int, byte: UInt8)] = []
    for place in origin.indices where direction[place] != 0 {
      let start = Int(byte(origin[place]))
      let slope = direction[place]
      let levels = slope > 0 ? Array(start..<255) : Array((0..<start).reversed())
      for level in levels {
        // Between two bytes lies the half of their sum.
        // A ray may begin right there.
        let alpha = max(0, ((Double(level) + 0.5) / 255 - origin[place]) / slope)
        guard alpha.isFinite else { continue }
        all.append((alpha, place, UInt8(slope > 0 ? level + 1 : level)))
      }
    }
    all.sort { ($0.alpha, $0.place) < ($1.alpha, $1.place) }
    var events: [Event] = []
    for change in all {
      if events.last?.alpha == change.alpha {
        events[events.count - 1].changes.append((change.place, change.byte))
      } else {
        events.append(Event(alpha: change.alpha, changes: [(change.place, change.byte)]))
      }
    }
    return events
  }
}
