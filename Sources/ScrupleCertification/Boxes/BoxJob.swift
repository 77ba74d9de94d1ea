import ScrupleNetwork
import ScrupleQuantization

/// A certification over many boxes: everything that two parts of it must have in common to be put together.
public struct BoxJob: Equatable, Sendable, Codable {
  /// What is proved of every box.
  public enum Kind: String, Sendable, Codable {
    /// How far the program can be from the reference (certificate C).
    case boxes
    /// How confident the program can be (certificate E).
    case caps
  }

  /// What is proved.
  public var kind: Kind
  /// Of which models.
  public var models: CertificateDocument.Models
  /// Where.
  public var region: InputRegion
  /// The number of bytes of an input.
  public var inputs: Int
  /// Whether the reference may read any real input that the device rounds to the box's bytes.
  public var includesInputRounding: Bool
  /// Seconds that each box is searched for; nil without a search.
  public var searchSeconds: Double?
  /// Inputs that the attack on each box tries.
  public var evaluations: Int
  /// Where the attacks' random numbers start.
  public var seed: UInt64
  /// Of `caps`: the whole domain's certificate.
  public var wholeDomain: WholeDomainCertificate?
  /// Of `caps`: what the guaranteed AUROC compares with.
  public var inDistribution: CapCertificate.InDistribution?
}

extension BoxJob {
  /// A job of certificate C.
  public init(
    difference reference: Network, program: IntegerProgram, region: InputRegion, includesInputRounding: Bool,
    searchSeconds: Double?, evaluations: Int, seed: UInt64
  ) {
    self.init(
      kind: .boxes, models: CertificateDocument.Models(reference: reference, program: program),
      region: region,
      inputs: program.inputCount, includesInputRounding: includesInputRounding, searchSeconds: searchSeconds,
      evaluations: evaluations, seed: seed)
  }

  /// A job of certificate E.
  public init(
    cap pair: any CertifiedPair, region: InputRegion, searchSeconds: Double?, evaluations: Int, seed: UInt64,
    inDistribution: CapCertificate.InDistribution?
  ) {
    self.init(
      kind: .caps, models: CertificateDocument.Models(pair), region: region, inputs: pair.program.inputCount,
      includesInputRounding: false, searchSeconds: searchSeconds, evaluations: evaluations, seed: seed,
      wholeDomain: pair.wholeDomain(inputRounding: false, refine: true), inDistribution: inDistribution)
  }
}
