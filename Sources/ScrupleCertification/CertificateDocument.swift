import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// A certificate as a file: what is claimed, of which two models, under which assumptions, and every constant
/// that the claim is made of.
public struct CertificateDocument: Equatable, Sendable, Codable {
  /// The float model and the program that the claim is about.
  public struct Models: Equatable, Sendable, Codable {
    /// The model's name.
    public var name: String
    /// SHA-256 of the float twin's safetensors file.
    public var float: String
    /// SHA-256 of the `.scruple` file without its checksum and with threshold and gap set to zero: attaching
    /// the certificate does not change it.
    public var int8: String
  }

  /// What a confidence on the device says about the float twin.
  public struct Transfer: Equatable, Sendable, Codable {
    /// Confidence on the device, at least.
    public var int8: Double
    /// The float twin's probability of the same class, at least.
    public var float: Double
  }

  /// What the constants prove.
  public enum Proof: Equatable, Sendable {
    case wholeDomain(WholeDomainCertificate)
    case exhaustive(ExhaustiveCertificate)
    case search(LowDimensionCertificate)
    case boxes(BoxesCertificate)
    case caps(CapCertificate)
  }

  /// What is claimed, in words.
  public var statement: String
  /// Of which inputs, in words.
  public var set: String
  /// Under which assumptions.
  public var assumptions: [String]
  /// `c`: no difference of two logits moves by more, in nats.
  public var gap: Double
  /// No class's probability moves by more.
  public var probabilityBound: Double
  /// Thresholds carried over from device to float twin.
  public var thresholds: [Transfer]
  /// Of confidence caps: the program's confidence is nowhere in the set above this.
  public var confidenceCap: Double?
  /// Of confidence caps: the float twin's confidence is nowhere in the set above this.
  public var floatConfidenceCap: Double?
  /// Of confidence caps around OOD data: the share of pairs (in, out) that are told apart wherever in its box the
  /// OOD input lies.
  public var guaranteedAUROC: Double?
  /// Of confidence caps around OOD data: the share of boxes with an input that may be as confident as 95 % of the
  /// in-distribution data are.
  public var guaranteedFPR95: Double?
  /// The bound divided by the worst that was found: of `gap`, or of the probability or confidence where that is what was
  /// searched; nil when nothing was tried.
  public var tightness: Double?
  /// What the attacks found.
  public var attacks: [AttackResult]
  /// Time that the proof took.
  public var seconds: Double
  /// The two models.
  public var models: Models
  /// Name and version of the program that made the certificate.
  public var tool: String
  /// The constants.
  public var proof: Proof
}

extension CertificateDocument {
  /// Name and version that certificates say they were made by.
  public static let tool = "scruple 0.1"

  /// Confidences for which the transfer is tabulated.
  static let tabulated = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999]

  /// Certificate A as a document.
  public init(
    _ certificate: WholeDomainCertificate, of pair: any CertifiedPair, attacks: [AttackResult] = [],
    seconds: Double = 0
  ) {
    let inputs = pair.program.inputCount
    let set =
      certificate.includesInputRounding
      ? "every input whose \(inputs) normalized values lie in 0...1, rounded to bytes by the device only"
      : "every representable input: all 256^\(inputs) byte vectors"
    self.init(
      statement:
        "no difference of two logits of the int8 program is farther than `gap` nats from the float twin's",
      set: set, gap: certificate.gap, probabilityBound: certificate.probabilityBound, pair: pair,
      attacks: attacks, seconds: seconds, proof: .wholeDomain(certificate),
      includesInputRounding: certificate.includesInputRounding)
  }

  /// Certificate D as a document.
  public init(_ certificate: ExhaustiveCertificate, of pair: ModelPair, seconds: Double = 0) {
    self.init(
      statement:
        "no probability of the int8 program is farther than `probabilityBound` from the float twin's, and no"
        + " difference of two logits farther than `gap` nats; found by trying every input",
      set: "every representable input: all 256^\(pair.program.inputCount) byte vectors",
      gap: certificate.gapBound, probabilityBound: certificate.probabilityBound, pair: pair, attacks: [],
      seconds: seconds, proof: .exhaustive(certificate))
  }

  /// Certificate D for three and four features as a document. Its gap is certificate A's.
  public init(_ certificate: LowDimensionCertificate, of pair: ModelPair, seconds: Double = 0) {
    self.init(
      statement:
        "no probability of the int8 program is farther than `probabilityBound` from the float twin's; the gap"
        + " is that of the whole domain's closed form",
      set: "every representable input: all 256^\(pair.program.inputCount) byte vectors",
      gap: Certifier.wholeDomain(pair).gap, probabilityBound: certificate.probabilityBound, pair: pair,
      attacks: [], seconds: seconds, proof: .search(certificate))
    tightness = certificate.ratio
  }

  private init(
    statement: String, set: String, gap: Double, probabilityBound: Double, pair: any CertifiedPair,
    attacks: [AttackResult], seconds: Double, proof: Proof, includesInputRounding: Bool = false
  ) {
    let found = attacks.map(\.gap).max() ?? 0
    self.init(
      statement: statement, set: set,
      assumptions: Self.assumptions(reference: "float twin", includesInputRounding: includesInputRounding),
      gap: gap, probabilityBound: probabilityBound,
      thresholds: Self.thresholds(gap: gap, probabilityBound: probabilityBound),
      tightness: found > 0 ? gap / found : nil, attacks: attacks, seconds: seconds, models: Models(pair),
      tool: Self.tool, proof: proof)
  }

  /// What confidences on the device say about the float model.
  static func thresholds(gap: Double, probabilityBound: Double) -> [Transfer] {
    tabulated.map {
      Transfer(
        int8: $0,
        float: max(ProbabilityBound.guaranteed(by: $0, gap: gap), ($0 - probabilityBound).nextDown, 0))
    }
  }

  /// What every proof takes for granted.
  static func assumptions(reference: String, includesInputRounding: Bool) -> [String] {
    [
      "the reference is the \(reference) in real arithmetic: a Float32 evaluation differs from it by its own rounding",
      includesInputRounding
        ? "the \(reference) reads any real value in 0...1, the device the nearest byte of it"
        : "the \(reference) reads byte/255 where the device reads the byte",
      "the device executes docs/format.md's operations exactly and its softmax is off by at most 2^-24",
      "Double arithmetic rounds to nearest (IEEE 754); every bound includes its own rounding",
    ]
  }
}

extension CertificateDocument {
  /// Whether `gap` holds for every input, so that a device may carry it.
  public var coversEveryInput: Bool {
    if case .boxes = proof { false } else { true }
  }
}

extension CertificateDocument.Models {
  /// The names and checksums of a pair.
  public init(_ pair: any CertifiedPair) {
    self.init(reference: pair.twin, program: pair.program)
  }

  /// The names and checksums of a float model and a program.
  public init(reference: Network, program: IntegerProgram) {
    self.init(name: reference.name, float: reference.checksumText, int8: Self.checksum(of: program))
  }

  /// The checksum that does not depend on threshold, gap and file checksum.
  static func checksum(of program: IntegerProgram) -> String {
    var bare = program
    bare.metadata.threshold = 0
    bare.metadata.gapFactor = 0
    // A pair's program has proven bounds; what else encoding can refuse has no checksum.
    guard let file = try? bare.encoded() else { return "" }
    return Checksum.text(Checksum.sha256(file.dropLast(4)))
  }
}
