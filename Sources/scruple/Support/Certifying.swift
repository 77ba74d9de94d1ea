import ScrupleCertification

/// Proves the gap of a pair over everything the device can read: by trying every input where there are few (two
/// bytes at most, unless told otherwise), in closed form elsewhere.
///
/// - Parameter inputRounding: also for real inputs, which the device rounds; in closed form only.
func proveGap(
  of pair: any CertifiedPair, exhaustive: Bool? = nil, inputRounding: Bool = false
) throws -> CertificateDocument {
  let clock = ContinuousClock()
  let began = clock.now
  let chain = pair as? ModelPair
  if exhaustive ?? (chain != nil && pair.program.inputCount <= 2 && !inputRounding) {
    guard let pair = chain else { throw CertificationError.notADenseChain(network: pair.twin.name) }
    let certificate = try Certifier.exhaustive(pair)
    return CertificateDocument(certificate, of: pair, seconds: (clock.now - began) / .seconds(1))
  }
  let certificate = pair.wholeDomain(inputRounding: inputRounding, refine: true)
  return CertificateDocument(certificate, of: pair, seconds: (clock.now - began) / .seconds(1))
}

extension CertificateDocument {
  /// Whether the gap says anything: one above 5 moves a probability of one half almost to 0 or 1.
  var isUseful: Bool { gap < ProbabilityBound.largestUsefulGap }
}
