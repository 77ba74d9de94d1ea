import ScrupleCertification

extension CertificateDocument {
  /// The claim in one line.
  var summary: String {
    if let confidenceCap { return "confidence at most \(cap(confidenceCap)) on the device" }
    return "gap \(bound(gap)), probabilities move by at most \(bound(probabilityBound))"
  }

  /// Prints what is proved, for a person.
  func show() {
    switch proof {
    case .boxes(let certificate): show(certificate)
    case .caps(let certificate): show(certificate)
    case .search(let certificate): show(certificate)
    case .wholeDomain, .exhaustive: showGap()
    }
  }

  private func showGap() {
    guard isUseful else { return showUseless() }
    print("proved, for \(set):")
    print("  no input can move a probability by more than \(bound(probabilityBound)) from the float model")
    print("  gap c = \(fixed(gap, 4)), in \(fixed(seconds, 2)) s")
    if let tightness {
      let best = attacks.max { $0.gap < $1.gap }
      print(
        "  the best attack (\(best?.attack.rawValue ?? "none")) reaches \(fixed(best?.gap ?? 0, 4)): "
          + "the bound is within \(fixed(tightness, 2))× of the truth")
    }
    showThresholds()
  }

  private func show(_ certificate: LowDimensionCertificate) {
    print("proved, for \(set):")
    print("  no input can move a probability by more than \(bound(probabilityBound)) from the float model")
    print(
      "  the worst input found, \(certificate.found.input), moves one by \(fixed(certificate.found.value, 6)): "
        + "the bound is within \(fixed(certificate.ratio, 3))× of the truth")
    print(
      "  in \(fixed(seconds, 2)) s: \(grouped(certificate.boxes)) boxes, "
        + "\(grouped(certificate.evaluated)) of \(fixed(certificate.inputs, 0)) inputs evaluated")
    print("  gap over every input, in closed form: " + (isUseful ? "c = \(fixed(gap, 4))" : uselessness))
    showThresholds()
  }

  private func show(_ certificate: BoxesCertificate) {
    let summary = certificate.summary
    let (count, useful) = (certificate.boxes.count, certificate.boxes.count { $0.probabilityBound < 0.9 })
    guard useful > 0 else { return showUseless() }
    print("proved, for \(set):")
    var table = TextTable(["bound of the change of", "median", "largest"])
    table.add(["any probability", bound(summary.probability.median), bound(summary.probability.largest)])
    table.add(["the confidence", bound(summary.confidence.median), bound(summary.confidence.largest)])
    table.add(["a logit difference", bound(summary.gap.median), bound(summary.gap.largest)])
    if summary.classes.count > 2, count > 1 {
      for (k, spread) in summary.classes.enumerated() {
        table.add(["class \(k)", bound(spread.median), bound(spread.largest)])
      }
    }
    table.print()
    if useful < count {
      print("  no useful bound for \(count - useful) of \(count) boxes (c up to \(fixed(gap, 1)))")
    }
    if count > 1 { showHistogram(summary.histogram, of: count) }
    if let found = summary.found, let tightness = summary.tightness {
      print(
        "  the attacks move a probability by \(fixed(found.median, 5)) in the median box, by \(fixed(found.largest, 5)) "
          + "in the worst: the bound is within \(fixed(tightness.median, 2))× of the truth in the median box")
    }
    showTime(boxes: count)
  }

  private func showHistogram(_ bins: [BoxesCertificate.Summary.Bin], of count: Int) {
    var table = TextTable(["probabilities move by at most", "boxes"])
    for bin in bins where bin.boxes > 0 {
      let bar = String(repeating: "▪", count: max(1, 40 * bin.boxes / count))
      table.add(["\(bin.atMost)", "\(grouped(bin.boxes))  \(bar)"])
    }
    table.print()
  }

  private func show(_ certificate: CapCertificate) {
    let caps = certificate.boxes.map(\.cap).sorted()
    guard certificate.confidenceCap < 0.99 || (caps.first ?? 1) < 0.99 else {
      print("no useful bound (κ = \(fixed(certificate.confidenceCap, 3))) for \(set)")
      return
    }
    print("proved, for \(set):")
    print("  the device is nowhere more confident than \(cap(certificate.confidenceCap))")
    print("  the float twin, by the gap c = \(fixed(gap, 4)), than \(cap(certificate.floatConfidenceCap))")
    if caps.count > 1 {
      print("  the cap is \(cap(caps[caps.count / 2])) for the median sample")
    }
    if let tightness {
      let found = certificate.boxes.compactMap { $0.found?.confidence }.max() ?? 0
      print(
        "  the best attack reaches \(fixed(found, 4)): the bound is within \(fixed(tightness, 2))× of the truth"
      )
    }
    if let detection = certificate.detection {
      print(
        "  against \(grouped(detection.data.samples)) samples of \(detection.data.name): guaranteed AUROC "
          + "\(fixed(detection.guaranteedAUROC, 5)), guaranteed FPR@95 \(fixed(detection.guaranteedFPR95, 4)) "
          + "(threshold \(fixed(detection.threshold95, 4)))")
    }
    showTime(boxes: caps.count)
  }

  private func showTime(boxes: Int) {
    print("  \(fixed(1000 * seconds / Double(max(boxes, 1)), 1)) ms a box on one core")
  }

  private func showThresholds() {
    var table = TextTable(["device says at least", "float twin says at least"])
    for row in thresholds { table.add([fixed(row.int8, 3), fixed(row.float, 4)]) }
    table.print()
  }

  private var uselessness: String { "no useful bound (c = \(fixed(gap, 1)))" }

  private func showUseless() {
    print("\(uselessness) for \(set)")
  }
}

/// A proved cap of a probability: rounded up to four digits behind the point.
private func cap(_ value: Double) -> String { fixed((min(value, 1) * 10_000).rounded(.up) / 10_000, 4) }
