import Foundation
import ScrupleNetwork

/// What a `.scruple` file says about its model besides the arithmetic.
public struct ProgramMetadata: Equatable, Sendable {
  /// The model's name.
  public var name: String
  /// One label per class.
  public var labels: [String]
  /// How raw values become the program's bytes.
  public var input: InputDescription
  /// The softmax temperature, which the last layer's multipliers contain.
  public var temperature: Float
  /// What byte 255 of each hidden operation's output stands for.
  public var limits: [Float]
  /// SHA-256 of the float twin's file, 32 bytes; empty when unknown.
  public var checksum: [UInt8]
  /// Confidence from which on the device accepts, in units of 2⁻³¹; 0 when there is none.
  public var threshold: UInt32
  /// The certified gap as `E = e^c` in units of 2⁻²⁴, rounded up; 0 when there is no certificate.
  public var gapFactor: UInt32

  /// Assembles metadata from its parts.
  public init(
    name: String, labels: [String], input: InputDescription, temperature: Float, limits: [Float],
    checksum: [UInt8] = [], threshold: UInt32 = 0, gapFactor: UInt32 = 0
  ) {
    self.name = name
    self.labels = labels
    self.input = input
    self.temperature = temperature
    self.limits = limits
    self.checksum = checksum
    self.threshold = threshold
    self.gapFactor = gapFactor
  }

  /// The metadata of a grid twin's program, the checksum of the file that the twin would be written to
  /// included, without threshold and certificate.
  init(describing twin: Network) {
    self.init(
      name: twin.name, labels: twin.labels, input: twin.input, temperature: twin.temperature,
      limits: zip(twin.layers, twin.activationScales).compactMap { $0 == .flatten ? nil : $1?.limit },
      checksum: twin.checksum)
  }
}

extension ProgramMetadata {
  /// Sets the confidence from which on the device accepts, rounded up to a multiple of 2⁻³¹.
  public mutating func setThreshold(_ probability: Double) throws(QuantizationError) {
    guard probability > 0, probability <= 1 else { throw .thresholdOutOfRange(probability) }
    threshold = UInt32((probability * 0x1p31).rounded(.up))
  }

  /// Sets the certified gap `c > 0`; `E = e^c` is rounded up, past any error of `exp`.
  public mutating func setGap(_ gap: Double) throws(QuantizationError) {
    // exp is within one unit in the last place: one part in 2⁵⁰ covers it with room.
    let factor = (exp(gap) * (1 + 0x1p-50) * 0x1p24).rounded(.up)
    guard gap > 0, let units = UInt32(exactly: factor) else { throw .gapOutOfRange(gap) }
    gapFactor = units
  }

  /// The threshold as a probability; nil when there is none.
  public var thresholdProbability: Double? { threshold == 0 ? nil : Double(threshold) * 0x1p-31 }

  /// The gap that `gapFactor` stands for; nil when there is no certificate.
  public var gap: Double? { gapFactor == 0 ? nil : log(Double(gapFactor) * 0x1p-24) }
}
