extension CertificateDocument {
  /// Certificate C as a document.
  ///
  /// - Parameter boxes: of all the job's boxes, in order.
  public init(_ job: BoxJob, differences boxes: [BoxDifference], seconds: Double) {
    let certificate = BoxesCertificate(
      region: job.region, includesInputRounding: job.includesInputRounding, searchSeconds: job.searchSeconds,
      boxes: boxes)
    let (gap, bound) = (certificate.summary.gap.largest, certificate.summary.probability.largest)
    self.init(
      statement:
        "no probability of the int8 program is farther than `probabilityBound` from the float model's, and no difference"
        + " of two logits farther than `gap` nats; each box of `constants.boxes` has bounds of its own",
      set: job.region.words(inputs: job.inputs, includesRounding: job.includesInputRounding),
      assumptions: Self.assumptions(
        reference: "float model", includesInputRounding: job.includesInputRounding),
      gap: gap, probabilityBound: bound, thresholds: Self.thresholds(gap: gap, probabilityBound: bound),
      tightness: certificate.summary.found.flatMap { $0.largest > 0 ? bound / $0.largest : nil }, attacks: [],
      seconds: seconds, models: job.models, tool: Self.tool, proof: .boxes(certificate))
  }

  /// Certificate E as a document. Its gap and thresholds are certificate A's.
  ///
  /// - Parameters:
  ///   - boxes: of all the job's boxes, in order.
  ///   - wholeDomain: certificate A of the same models.
  public init(
    _ job: BoxJob, caps boxes: [BoxCap], wholeDomain: WholeDomainCertificate, seconds: Double
  ) {
    let certificate = CapCertificate(
      region: job.region, searchSeconds: job.searchSeconds, boxes: boxes, inDistribution: job.inDistribution,
      wholeDomain: wholeDomain)
    let found = boxes.compactMap { $0.found?.confidence }.max() ?? 0
    self.init(
      statement:
        "no probability of the int8 program is above `confidenceCap` anywhere in the set, and none of the float twin's"
        + " above `floatConfidenceCap`: what the program says is at most `gap` nats, in any difference of two logits, from"
        + " what the twin says for every representable input (`constants.wholeDomain`)",
      set: job.region.words(inputs: job.inputs, includesRounding: false),
      assumptions: Self.assumptions(reference: "float twin", includesInputRounding: false),
      gap: wholeDomain.gap, probabilityBound: wholeDomain.probabilityBound,
      thresholds: Self.thresholds(gap: wholeDomain.gap, probabilityBound: wholeDomain.probabilityBound),
      confidenceCap: certificate.confidenceCap, floatConfidenceCap: certificate.floatConfidenceCap,
      guaranteedAUROC: certificate.detection?.guaranteedAUROC,
      guaranteedFPR95: certificate.detection?.guaranteedFPR95,
      tightness: found > 0 ? certificate.confidenceCap / found : nil, attacks: [], seconds: seconds,
      models: job.models, tool: Self.tool, proof: .caps(certificate))
  }
}
