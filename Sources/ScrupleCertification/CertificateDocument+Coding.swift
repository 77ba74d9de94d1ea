import Foundation
import ScrupleNetwork

extension CertificateDocument {
  private enum Key: String, CodingKey {
    case statement, set, assumptions, gap, probabilityBound, thresholds, tightness, attacks, seconds, models,
      tool
    case confidenceCap, floatConfidenceCap, guaranteedAUROC, guaranteedFPR95
    case kind, constants
  }

  private enum Kind: String, Codable {
    case wholeDomain = "whole-domain"
    case exhaustive
    case search = "branch-and-bound"
    case boxes
    case caps
  }

  /// Reads a certificate.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    statement = try container.decode(String.self, forKey: .statement)
    set = try container.decode(String.self, forKey: .set)
    assumptions = try container.decode([String].self, forKey: .assumptions)
    gap = try container.decode(Double.self, forKey: .gap)
    probabilityBound = try container.decode(Double.self, forKey: .probabilityBound)
    thresholds = try container.decode([Transfer].self, forKey: .thresholds)
    confidenceCap = try container.decodeIfPresent(Double.self, forKey: .confidenceCap)
    floatConfidenceCap = try container.decodeIfPresent(Double.self, forKey: .floatConfidenceCap)
    guaranteedAUROC = try container.decodeIfPresent(Double.self, forKey: .guaranteedAUROC)
    guaranteedFPR95 = try container.decodeIfPresent(Double.self, forKey: .guaranteedFPR95)
    tightness = try container.decodeIfPresent(Double.self, forKey: .tightness)
    attacks = try container.decode([AttackResult].self, forKey: .attacks)
    seconds = try container.decode(Double.self, forKey: .seconds)
    models = try container.decode(Models.self, forKey: .models)
    tool = try container.decode(String.self, forKey: .tool)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .wholeDomain:
      proof = .wholeDomain(try container.decode(WholeDomainCertificate.self, forKey: .constants))
    case .exhaustive:
      proof = .exhaustive(try container.decode(ExhaustiveCertificate.self, forKey: .constants))
    case .search:
      proof = .search(try container.decode(LowDimensionCertificate.self, forKey: .constants))
    case .boxes:
      proof = .boxes(try container.decode(BoxesCertificate.self, forKey: .constants))
    case .caps:
      proof = .caps(try container.decode(CapCertificate.self, forKey: .constants))
    }
  }

  /// Writes a certificate.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(statement, forKey: .statement)
    try container.encode(set, forKey: .set)
    try container.encode(assumptions, forKey: .assumptions)
    try container.encode(gap, forKey: .gap)
    try container.encode(probabilityBound, forKey: .probabilityBound)
    try container.encode(thresholds, forKey: .thresholds)
    try container.encodeIfPresent(confidenceCap, forKey: .confidenceCap)
    try container.encodeIfPresent(floatConfidenceCap, forKey: .floatConfidenceCap)
    try container.encodeIfPresent(guaranteedAUROC, forKey: .guaranteedAUROC)
    try container.encodeIfPresent(guaranteedFPR95, forKey: .guaranteedFPR95)
    try container.encodeIfPresent(tightness, forKey: .tightness)
    try container.encode(attacks, forKey: .attacks)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(models, forKey: .models)
    try container.encode(tool, forKey: .tool)
    switch proof {
    case .wholeDomain(let certificate):
      try container.encode(Kind.wholeDomain, forKey: .kind)
      try container.encode(certificate, forKey: .constants)
    case .exhaustive(let certificate):
      try container.encode(Kind.exhaustive, forKey: .kind)
      try container.encode(certificate, forKey: .constants)
    case .search(let certificate):
      try container.encode(Kind.search, forKey: .kind)
      try container.encode(certificate, forKey: .constants)
    case .boxes(let certificate):
      try container.encode(Kind.boxes, forKey: .kind)
      try container.encode(certificate, forKey: .constants)
    case .caps(let certificate):
      try container.encode(Kind.caps, forKey: .kind)
      try container.encode(certificate, forKey: .constants)
    }
  }
}
